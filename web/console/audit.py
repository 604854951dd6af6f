"""`/console/audit` and `/console/issuers/{issuer}/audit`: who did what, with filters, page by page, and as CSV.

The service's page has everything; an issuer's has its own events only, without the networks that they came from.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select
from sqlmodel import col

from badges.tables import Issuer
from badges.transactions import reading
from desk.members.audit import Act
from desk.members.audit_list import PAGE, ActFilter, PastAct, list_acts, read_acts
from web.console.pages import show_console
from web.console.recipients import print_cell
from web.console.visitors import Administrator, Colleague, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

LONGEST_VALUE = 200
MOST_VALUES = 12
_NOBODYS = "-"
"""No issuer's id: what is asked for an issuer that does not exist finds nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as a form sends them. What cannot be read counts as not given."""

    act: str = ""
    person: str = ""
    issuer: str = ""
    since: str = ""
    until: str = ""

    def write_query(self, after: str = "") -> str:
        """Return the query of a page with these filters."""
        named = {"act": self.act, "person": self.person, "issuer": self.issuer, "since": self.since}
        given = {name: value for name, value in {**named, "until": self.until, "after": after}.items() if value}
        return f"?{urlencode(given)}" if given else ""


async def _read_asked(act: str = "", person: str = "", issuer: str = "", since: str = "", until: str = "") -> Asked:
    return Asked(
        act if act in set(Act) else "",
        person.strip()[:254],
        issuer.strip()[:100],
        since if _read_day(since) else "",
        until if _read_day(until) else "",
    )


Filters = Annotated[Asked, Depends(_read_asked)]


@router.api_route("/console/audit", methods=READ)
def show_service_audit(  # noqa: PLR0913, PLR0917 - filters
    request: Request, service: Service, pages: Shown, administrator: Administrator, asked: Filters, after: str = ""
) -> Response:
    """Show what was done in the whole service."""
    return _show(request, service, pages, administrator, asked, _filter(service, asked), after)


@router.api_route("/console/audit.csv", methods=READ)
def export_service_audit(service: Service, _administrator: Administrator, asked: Filters) -> Response:
    """Give the same as CSV, all of it."""
    return _export(service, _filter(service, asked), "audit", shows_source=True)


@router.api_route("/console/issuers/{issuer}/audit", methods=READ)
def show_issuer_audit(  # noqa: PLR0913, PLR0917 - filters
    request: Request, service: Service, pages: Shown, managed: Managed, asked: Filters, after: str = ""
) -> Response:
    """Show what was done for one issuer."""
    own = replace(asked, issuer="")
    return _show(request, service, pages, managed, own, _filter(service, own, managed), after)


@router.api_route("/console/issuers/{issuer}/audit.csv", methods=READ)
def export_issuer_audit(service: Service, managed: Managed, asked: Filters) -> Response:
    """Give the same as CSV, all of it."""
    wanted = _filter(service, replace(asked, issuer=""), managed)
    return _export(service, wanted, f"audit-{managed.slug}", shows_source=False)


def say_detail(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an event keeps beside its words, as pairs to show: what was, and what is, side by side."""
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        pairs = [(name, f"{_say(before.get(name))} → {_say(after.get(name))}") for name in changed]
        pairs += [(name, _say(value)) for name, value in detail.items() if name not in ("before", "after")]
    else:
        pairs = [(name, _say(value)) for name, value in detail.items()]
    return pairs[:MOST_VALUES]


def _say(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case list():
            text = ", ".join(map(str, value))
        case dict():
            text = ", ".join(f"{name}: {_say(each)}" for name, each in value.items())
        case _:
            text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _filter(service: WebService, asked: Asked, managed: ManagedIssuer | None = None) -> ActFilter:
    until = _read_day(asked.until)
    return ActFilter(
        issuer_id=managed.id if managed else _find_issuer(service, asked.issuer),
        act=asked.act,
        person=asked.person,
        since=_read_day(asked.since),
        until=until + timedelta(days=1) if until else None,
    )


def _find_issuer(service: WebService, slug: str) -> str | None:
    if not slug:
        return None
    with reading(service.office.engine).connect() as connection:
        found = connection.execute(select(col(Issuer.id)).where(col(Issuer.slug) == slug)).scalar_one_or_none()
    return found or _NOBODYS


def _read_day(text: str) -> datetime | None:
    """Return the beginning of a day in UTC; None for what is no day between 2000 and 2999."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    who: Colleague | ManagedIssuer,
    asked: Asked,
    wanted: ActFilter,
    after: str,
) -> Response:
    with reading(service.office.engine).connect() as connection:
        found = list_acts(connection, wanted, after=after, limit=PAGE + 1)
    values = {
        "events": [(event, say_detail(event.detail)) for event in found[:PAGE]],
        "acts": [act.value for act in Act],
        "asked": asked,
        "query": asked.write_query(),
        "next_query": asked.write_query(found[PAGE - 1].cursor) if len(found) > PAGE else "",
        "is_first": not after,
        "here": f"/console/issuers/{who.slug}/audit" if isinstance(who, ManagedIssuer) else "/console/audit",
    }
    area = "audit" if isinstance(who, ManagedIssuer) else "service-audit"
    return show_console(request, pages, who, "audit.html", values, area=area)


def _export(service: WebService, wanted: ActFilter, name: str, *, shows_source: bool) -> Response:
    rows = _write_csv(read_acts(service.office.engine, wanted), shows_source=shows_source)
    headers = {"content-disposition": f'attachment; filename="{name}-{service.clock():%Y-%m-%d}.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


_HEAD = ("When", "What", "By", "Issuer", "On", "Id", "Detail")


def _write_csv(events: Iterator[PastAct], *, shows_source: bool) -> Iterator[str]:
    yield "\ufeff" + _write_line((*_HEAD, *(["Network"] if shows_source else [])))
    for event in events:
        detail = "; ".join(f"{name}: {text}" for name, text in say_detail(event.detail))
        when = event.made_at.isoformat(timespec="seconds")
        subject = (event.subject_kind, event.subject_name or event.subject_id)
        cells = (when, event.act, event.made_by, event.issuer_slug or "", *subject, detail)
        yield _write_line((*cells, *([event.source] if shows_source else [])))


def _write_line(cells: tuple[object, ...]) -> str:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(map(print_cell, cells))
    return line.getvalue()
