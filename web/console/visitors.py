"""Who is in the console: the dependencies by which a handler says whom it is for.

Here belong these and nothing that a page shows. `Insider` (a member, second factor given), `Supporter`,
`Administrator`; `Managed` for a path with `{issuer}`, the slug of an issuer that they manage. Each has an `Acting…`
twin that also demands the form's word. Whoever may not see a page is answered as if there were none, so that no slug
and no id can be guessed; whoever is not logged in is led to the log-in.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlmodel import col
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from badges.tables import Issuer
from badges.transactions import reading
from desk.members.audit import Actor
from desk.members.roles import Standing
from desk.members.sessions import LONGEST, InsiderSession, find_member_session, prolong_member_session
from web.console.onward import choose_next_console
from web.context import Later, Service, source_of
from web.cookies import SessionCookie, demand_word, make_form_word
from web.needs import Place, WebService

CONSOLE_COOKIE = SessionCookie("console", LONGEST)
_WORD = b"console form word"
MOST_BEING_SENT = 8
"""Forms of one member at a time: browsers send six to a server with HTTP/1.1."""
FIRST_PAGE = "/console"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member who is logged in."""

    session: InsiderSession
    form_word: str
    """What each form of theirs sends as `word`."""
    source: str

    @property
    def standing(self) -> Standing:
        """What they may do."""
        return self.session.standing

    @property
    def actor(self) -> Actor:
        """On whose word their acts are done."""
        return Actor(self.standing.address, member_id=self.standing.member_id, source=self.source)


@dataclass(frozen=True, slots=True)
class ManagedIssuer:
    """The issuer that a page is about, and who looks."""

    id: str
    slug: str
    name: str
    language: str
    colleague: Colleague


class NotInsideError(Exception):
    """The page is for members, and nobody is logged in."""


class NotProvenError(Exception):
    """The password was given, the second factor was not."""


def find_colleague(request: Request, service: WebService) -> Colleague | None:
    """Return who is logged in, with or without the second factor."""
    token = CONSOLE_COOKIE.read(request, service.place)
    if not token:
        return None
    with reading(service.office.engine).connect() as connection:
        session = find_member_session(connection, token, service.clock())
    if session is None:
        return None
    colleague = Colleague(session, make_form_word(token, _WORD), source_of(request))
    request.state.colleague = colleague
    return colleague


def _require_colleague(request: Request, service: Service, later: Later) -> Colleague:
    colleague = find_colleague(request, service)
    if colleague is None:
        raise NotInsideError
    now = service.clock()
    if colleague.session.is_due(now):
        later.do(partial(prolong_member_session, service.office, colleague.session.session_id, now))
    return colleague


Newcomer = Annotated[Colleague, Depends(_require_colleague)]
"""A member with a right password: for the page of the second factor, and for no other."""


def _require_insider(colleague: Newcomer) -> Colleague:
    if not colleague.session.is_proven:
        raise NotProvenError
    return colleague


Insider = Annotated[Colleague, Depends(_require_insider)]
"""A member, second factor given."""


def _require_support(insider: Insider) -> Colleague:
    if not insider.standing.may_support:
        raise HTTPException(404)
    return insider


def _require_administrator(insider: Insider) -> Colleague:
    if not insider.standing.may_administer:
        raise HTTPException(404)
    return insider


def _require_manager(issuer: str, insider: Insider, service: Service) -> ManagedIssuer:
    query = select(col(Issuer.id), col(Issuer.slug), col(Issuer.name), col(Issuer.language)).where(
        col(Issuer.slug) == issuer
    )
    with reading(service.office.engine).connect() as connection:
        row = connection.execute(query).first()
    if row is None or not insider.standing.may_manage(row.id):
        raise HTTPException(404)
    return ManagedIssuer(*row, insider)


Supporter = Annotated[Colleague, Depends(_require_support)]
Administrator = Annotated[Colleague, Depends(_require_administrator)]
Managed = Annotated[ManagedIssuer, Depends(_require_manager)]


_being_sent: Counter[str] = Counter()
"""Forms of each member that are on their way. The event loop alone touches it."""


async def _receive_form(request: Request, member_id: str) -> FormData:
    """Return the form, received whole. A roster has 20 MB, and nobody keeps a disk full of those that never end."""
    if _being_sent[member_id] >= MOST_BEING_SENT:
        raise HTTPException(429, headers={"retry-after": "5"})
    _being_sent[member_id] += 1
    try:
        return await request.form()
    finally:
        _being_sent[member_id] -= 1
        if not _being_sent[member_id]:
            del _being_sent[member_id]


async def _require_word(request: Request, colleague: Newcomer) -> Colleague:
    demand_word(await _receive_form(request, colleague.standing.member_id), colleague.form_word)
    return colleague


_WITH_WORD = Depends(_require_word)


def _acting_newcomer(colleague: Newcomer, _word: Colleague = _WITH_WORD) -> Colleague:
    return colleague


def _acting_insider(insider: Insider, _word: Colleague = _WITH_WORD) -> Colleague:
    return insider


def _acting_supporter(supporter: Supporter, _word: Colleague = _WITH_WORD) -> Colleague:
    return supporter


def _acting_administrator(administrator: Administrator, _word: Colleague = _WITH_WORD) -> Colleague:
    return administrator


def _acting_manager(managed: Managed, _word: Colleague = _WITH_WORD) -> ManagedIssuer:
    return managed


ActingNewcomer = Annotated[Colleague, Depends(_acting_newcomer)]
ActingInsider = Annotated[Colleague, Depends(_acting_insider)]
ActingSupporter = Annotated[Colleague, Depends(_acting_supporter)]
ActingAdministrator = Annotated[Colleague, Depends(_acting_administrator)]
ActingManaged = Annotated[ManagedIssuer, Depends(_acting_manager)]


def lead_to_console_login(app: FastAPI, place: Place) -> None:
    """Answer a page of the console that nobody is logged in for, or only half, with the way there and back."""

    def lead(to: str, request: Request, _fault: Exception) -> Response:
        path = choose_next_console(request.scope["path"]) if request.method in {"GET", "HEAD"} else FIRST_PAGE
        response = RedirectResponse(f"{place.root}{to}?next={path}", 303, {"vary": "Cookie"})
        # htmx would put the log-in page into a corner of the page; so it is told to go there as a whole.
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"hx-redirect": response.headers["location"], "vary": "Cookie"})
        return response

    app.add_exception_handler(NotInsideError, partial(lead, "/console/login"))
    app.add_exception_handler(NotProvenError, partial(lead, "/console/second-factor"))
