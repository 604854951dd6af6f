"""What text goes into a database: all but two characters, decided once and for every statement.

PostgreSQL refuses U+0000, and SQLite's functions take it for the end; a lone surrogate has no UTF-8 (RFC 3629 section
3), so both drivers refuse it. Strangers send both: in a mail's header, a reply of their server, a form. What is checked
where it comes in is refused there, in words; what comes to here all the same is kept with U+FFFD in its place, so that
nobody can stop a mail from being stored, or a worker from recording what a server said.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, event

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_STANDS_FOR_IT = "\ufffd"


def make_storable(text: str) -> str:
    """Return `text` with U+FFFD for each character that a database cannot keep."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(_STANDS_FOR_IT, text)


def keep_text_storable(engine: Engine) -> None:
    """Have each text that is handed to `engine` from now on made storable."""
    event.listen(engine, "before_cursor_execute", _make_parameters_storable, retval=True)


def _make_parameters_storable(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
) -> tuple[str, Any]:
    return statement, [_make_row_storable(row) for row in parameters] if many else _make_row_storable(parameters)


def _make_row_storable(row: Any) -> Any:
    if isinstance(row, Mapping):
        return row if all(map(_is_storable, row.values())) else {name: _keep(value) for name, value in row.items()}
    if isinstance(row, Sequence) and not all(map(_is_storable, row)):
        return tuple(map(_keep, row))
    return row


def _is_storable(value: object) -> bool:
    return not isinstance(value, str) or (value.isascii() and "\0" not in value) or not _UNSTORABLE.search(value)


def _keep(value: object) -> object:
    return make_storable(value) if isinstance(value, str) else value
