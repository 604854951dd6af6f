"""Noticing that the ledger was written, without asking the ledger.

Here belongs the cheap question. Where there is none, a worker looks into an empty queue once a second.
"""

from typing import Any

from sqlalchemy import Engine


class ChangeWatch:
    """Tells whether anybody has written.

    SQLite keeps a number that changes when another connection commits (`PRAGMA data_version`): reading it takes some
    microseconds and no lock that a writer would feel. Other databases have no such thing.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection: Any = None
        self._seen: Any = None
        if engine.dialect.name == "sqlite":
            self._connection = engine.raw_connection()
            self._connection.detach()

    def has_changed(self) -> bool:
        """Tell whether there was a commit since this was last asked; False where that cannot be known."""
        if self._connection is None:
            return False
        cursor = self._connection.cursor()
        cursor.execute("PRAGMA data_version")
        before, (self._seen,) = self._seen, cursor.fetchone()
        cursor.close()
        return bool(before != self._seen)

    def close(self) -> None:
        """Ask no more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
