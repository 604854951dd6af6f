"""Which addresses a pass over a roster has met, in a scratch file: memory stays flat however long the roster is.

A million addresses in a Python set take more than 100 MB, packed hashes some 30 MB. SQLite's unnamed database is a
file that the system deletes by itself, of which it keeps 8 MB in memory, at about 3 microseconds an address.
"""

import sqlite3
from collections.abc import Hashable
from types import TracebackType
from typing import Self

_SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -8192")


class SeenAddresses:
    """Addresses with the line where each was first met and a digest of what that line said.

    Digests are Python's keyed 64-bit hashes: among a million addresses two fall together in one roster of thirty
    million, and nobody can choose theirs to.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in _SETTINGS:
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute("CREATE TABLE seen (address INTEGER PRIMARY KEY, line INTEGER, said INTEGER)")
        self._database.execute("BEGIN")
        self._cursor = self._database.cursor()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def meet(self, address: str, said: Hashable, line: int) -> tuple[int, bool] | None:
        """Note that `address` stands on `line`. If it is not new: its first line, and whether that said the same."""
        key, digest = hash(address), hash(said)
        if self._cursor.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (key, line, digest)).rowcount:
            return None
        first_line, first_said = self._cursor.execute(
            "SELECT line, said FROM seen WHERE address = ?", (key,)
        ).fetchone()
        return first_line, first_said == digest
