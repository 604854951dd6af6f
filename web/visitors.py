"""Who is looking: the cookie of a session, the pages that need one, and the word that every form of theirs must send.

Here belong the cookie and the two dependencies that handlers ask for: `Owner` (somebody is logged in) and `ActingOwner`
(and this form is from our own page). Sessions themselves stand in `desk.accounts.sessions`, where a log-in leads in
`onward`. Public pages look at no cookie at all: they are the same for everybody.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.accounts.sessions import LONGEST, SignedIn, find_session, prolong_session
from web.context import Later, Service
from web.needs import Place, WebService
from web.onward import FIRST_PAGE, choose_next

LONGEST_COOKIE = 200


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in."""

    owner: SignedIn
    form_word: str
    """What each form of theirs sends as `word`: another site cannot know it (OWASP, cross-site request forgery)."""


class NotSignedInError(Exception):
    """The page is for its owner, and nobody is logged in."""


def name_cookie(place: Place) -> str:
    """Return the cookie's name. `__Host-` ties it to this host and to TLS (RFC 6265bis section 4.1.3.2)."""
    return "__Host-session" if place.is_https else "session"


def give_cookie(response: Response, place: Place, token: str) -> None:
    """Have the browser keep a session."""
    response.set_cookie(
        name_cookie(place),
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=place.is_https,
        httponly=True,
        samesite="lax",  # strict would lose the session of whoever comes from a link in a mail
    )


def take_cookie(response: Response, place: Place) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(name_cookie(place), path="/", secure=place.is_https, httponly=True, samesite="lax")


def read_cookie(request: Request, place: Place) -> str:
    """Return the token that the browser sends; empty for none, and for what cannot be one."""
    token = request.cookies.get(name_cookie(place), "")
    return token if len(token) <= LONGEST_COOKIE else ""


def find_visitor(request: Request, service: WebService) -> Visitor | None:
    """Return who is logged in, for a page that others may see too."""
    token = read_cookie(request, service.place)
    if not token:
        return None
    with reading(service.office.engine).connect() as connection:
        owner = find_session(connection, token, service.clock())
    if owner is None:
        return None
    visitor = Visitor(owner, _word_of(token))
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
    form = await request.form()
    word = form.get("word")
    if not isinstance(word, str) or not hmac.compare_digest(word.encode(), visitor.form_word.encode()):
        raise HTTPException(403)
    return visitor


ActingOwner = Annotated[Visitor, Depends(_require_word)]
"""The same for what acts: the form must send the visitor's own `word`, else 403."""


def lead_to_login(app: FastAPI, place: Place) -> None:
    """Answer every page that needs an owner and has none with the way to the log-in page."""

    def on_stranger(request: Request, _fault: Exception) -> Response:
        path = choose_next(request.scope["path"]) if request.method in {"GET", "HEAD"} else FIRST_PAGE
        return RedirectResponse(f"{place.root}/login?next={path}", 303)

    app.add_exception_handler(NotSignedInError, on_stranger)


def _word_of(token: str) -> str:
    return urlsafe_b64encode(hmac.digest(token.encode(), b"form word", "sha256")).decode().rstrip("=")
