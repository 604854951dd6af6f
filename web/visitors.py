"""Who is looking: the cookie of a session, the pages that need one, and the word that every form of theirs must send.

Here belong the two dependencies that handlers ask for: `Owner` (somebody is logged in) and `ActingOwner` (and this form
is from our own page). What a cookie is made of stands in `cookies`, sessions themselves in `desk.accounts.sessions`,
where a log-in leads in `onward`. Public pages look at no cookie at all: they are the same for everybody.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.accounts.sessions import LONGEST, SignedIn, find_session, prolong_session
from web.context import Later, Service
from web.cookies import SessionCookie, demand_word, make_form_word
from web.needs import Place, WebService
from web.onward import FIRST_PAGE, choose_next

COOKIE = SessionCookie("session", LONGEST)
_WORD = b"form word"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in."""

    owner: SignedIn
    form_word: str
    """What each form of theirs sends as `word`."""


class NotSignedInError(Exception):
    """The page is for its owner, and nobody is logged in."""


def find_visitor(request: Request, service: WebService) -> Visitor | None:
    """Return who is logged in, for a page that others may see too."""
    token = COOKIE.read(request, service.place)
    if not token:
        return None
    with reading(service.office.engine).connect() as connection:
        owner = find_session(connection, token, service.clock())
    if owner is None:
        return None
    visitor = Visitor(owner, make_form_word(token, _WORD))
    request.state.visitor = visitor
    return visitor


def _require_visitor(request: Request, service: Service, later: Later) -> Visitor:
    visitor = find_visitor(request, service)
    if visitor is None:
        raise NotSignedInError
    now = service.clock()
    if visitor.owner.is_due(now):
        later.do(partial(prolong_session, service.office, visitor.owner.session_id, now))
    return visitor


Owner = Annotated[Visitor, Depends(_require_visitor)]
"""Somebody who is logged in; anybody else is led to the log-in page and back."""


async def _require_word(request: Request, visitor: Owner) -> Visitor:
    demand_word(await request.form(), visitor.form_word)
    return visitor


ActingOwner = Annotated[Visitor, Depends(_require_word)]
"""The same for what acts: the form must send the visitor's own `word`, else 403."""


def lead_to_login(app: FastAPI, place: Place) -> None:
    """Answer every page that needs an owner and has none with the way to the log-in page."""

    def on_stranger(request: Request, _fault: Exception) -> Response:
        path = choose_next(request.scope["path"]) if request.method in {"GET", "HEAD"} else FIRST_PAGE
        return RedirectResponse(f"{place.root}/login?next={path}", 303)

    app.add_exception_handler(NotSignedInError, on_stranger)
