"""Lists page by page: cursors, and the address of the next page.

Here belongs what all lists have in common. A cursor says after which row the next page begins, by the values that the
list is in order of, so that rows which come or go meanwhile move nothing. It gives no authority (every query is of the
caller's issuer anyway), so it is checked for its form and not signed. `cursor` and `limit` go with the filters of the
first page; `next` is the whole address.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import Field

from badges.columns import from_microseconds, to_microseconds
from web.api.problems import ErrorOut, Kind, ProblemError
from web.api.values import Shown
from web.context import Service

MOST = 200
USUAL = 50
LONGEST_CURSOR = 500
_LATEST = to_microseconds(datetime.fromisoformat("9000-01-01T00:00:00Z"))

Key = str | int | datetime
Row = TypeVar("Row")
Item = TypeVar("Item")


class PageOut(Shown, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next: Annotated[str | None, Field(description="The address of the next page; null on the last one.")]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for."""

    limit: int
    cursor: str
    here: str
    """The address without its query, and the query without `cursor`."""

    def after(self, *kinds: type[str] | type[datetime]) -> tuple[Any, ...] | None:
        """Return the values after which the page begins; None: at the start. Raises `ProblemError`."""
        if not self.cursor:
            return None
        values = _read_cursor(self.cursor)
        if values is None or len(values) != len(kinds):
            raise _not_ours()
        return tuple(_read_value(value, kind) for value, kind in zip(values, kinds, strict=True))

    def cut(
        self, rows: Sequence[Row], key: Callable[[Row], tuple[Key, ...]], show: Callable[[Row], Item]
    ) -> PageOut[Item]:
        """Return the page of `rows`, which are one more than `limit` if there are more."""
        shown = rows[: self.limit]
        return self.page([show(row) for row in shown], key(shown[-1]) if len(rows) > self.limit else None)

    def page(self, items: Sequence[Item], following: tuple[Key, ...] | None) -> PageOut[Item]:
        """Return a page; `following` are the values after which the next one begins, None on the last."""
        address = None if following is None else f"{self.here}cursor={_write_cursor(following)}"
        return PageOut[Item].model_construct(items=list(items), next=address)


async def _read_paging(
    request: Request,
    service: Service,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = USUAL,
    cursor: Annotated[
        str, Query(max_length=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]*$", description="From `next`, as it is.")
    ] = "",
) -> Paging:
    url = request.url
    path = url.path.removeprefix(service.place.root)
    query = url.remove_query_params("cursor").query
    return Paging(limit, cursor, f"{service.place.base_url}{path}?{query}{'&' if query else ''}")


Pages = Annotated[Paging, Depends(_read_paging)]


def _write_cursor(values: tuple[Key, ...]) -> str:
    plain = [to_microseconds(value) if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> list[object] | None:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) else None


def _read_value(value: object, kind: type[str] | type[datetime]) -> Key:
    if kind is str and isinstance(value, str) and value.isprintable():
        return value
    if kind is datetime and type(value) is int and 0 <= value < _LATEST:
        return from_microseconds(value)
    raise _not_ours()


def _not_ours() -> ProblemError:
    detail = "is none that this list has given: follow `next` as it is"
    return ProblemError(Kind.NOT_FOUND, f"The cursor {detail}.", [ErrorOut(detail=detail, parameter="cursor")])
