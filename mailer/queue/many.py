"""One statement for many rows, handed to the database's driver in one call.

Here belongs the short way: SQLAlchemy looks at each row of an executemany, which costs as much as writing it.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, text

Row = Mapping[str, Any]


class ForMany:
    """A statement with `:name` parameters. Values go to the driver as they are: numbers, strings, None."""

    def __init__(self, sql: str) -> None:
        self._text = text(sql)
        self._by_dialect: dict[str, tuple[str, Callable[[Row], Any]]] = {}

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Run the statement for each of `rows`, of which there is at least one; return how many were written."""
        sql, arrange = self._by_dialect.get(connection.dialect.name) or self._prepare(connection.dialect)
        return connection.exec_driver_sql(sql, [arrange(row) for row in rows]).rowcount

    def _prepare(self, dialect: Dialect) -> tuple[str, Callable[[Row], Any]]:
        """Write the parameters as the driver wants them: in their order, or by name."""
        compiled = self._text.compile(dialect=dialect)
        names = compiled.positiontup
        prepared = (str(compiled), dict if names is None else itemgetter(*names))
        self._by_dialect[dialect.name] = prepared
        return prepared
