"""The queue as an address says it: view, filters, order and place, read from a query and written into one. Pure.

Whatever a query says is read as far as it makes sense; the rest is as if it were not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from desk.requests.queued import Cursor, QueueFilter, Sort, View, read_cursor
from desk.roster.languages import LANGUAGES
from desk.words import Intent, Role

LONGEST = 200
FILTERS = ("intent", "role", "queue", "issuer", "language", "assigned_to", "since", "until")


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What a page of the queue shows."""

    view: View = View.OPEN
    sort: Sort = Sort.URGENT
    typed: Mapping[str, str] = field(default_factory=dict)
    """The filters as they were typed, for the form."""
    after: Cursor | None = None
    before: Cursor | None = None

    @property
    def wanted(self) -> QueueFilter:
        """The filters."""
        typed = {name: self.typed.get(name, "") for name in FILTERS}
        until = _read_day(typed["until"])
        return QueueFilter(
            typed["intent"] if typed["intent"] in set(Intent) else "",
            typed["role"] if typed["role"] in set(Role) else "",
            typed["queue"],
            typed["issuer"],
            typed["language"] if typed["language"] in LANGUAGES else "",
            typed["assigned_to"].lower(),
            _read_day(typed["since"]),
            until + timedelta(days=1) if until else None,
        )

    def write(self, **others: str) -> str:
        """Return the query of the same page; `others` say what is otherwise, such as `view="mine"`.

        Of another view, order or filter it is the first page.
        """
        same = {"view": self.view.value, "sort": self.sort.value, **self.typed}
        defaults = {"view": View.OPEN.value, "sort": Sort.URGENT.value}
        values = {name: value for name, value in (same | others).items() if value and defaults.get(name) != value}
        return "?" + urlencode(values)

    def write_here(self) -> str:
        """Return the query of this very page."""
        places = {"after": self.after, "before": self.before}
        return self.write(**{name: place.write() for name, place in places.items() if place})


def read_queue_query(given: Mapping[str, str]) -> QueueQuery:
    """Return what a query asks for."""
    typed = {name: text for name in FILTERS if (text := given.get(name, "").strip()[:LONGEST])}
    view, sort = given.get("view", ""), given.get("sort", "")
    after, before = read_cursor(given.get("after", "")), read_cursor(given.get("before", ""))
    return QueueQuery(
        View(view) if view in set(View) else View.OPEN,
        Sort(sort) if sort in set(Sort) else Sort.URGENT,
        typed,
        after,
        None if after else before,
    )


def _read_day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None
