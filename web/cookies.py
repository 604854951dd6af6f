"""The cookie that a session lives in, and the word that forms of that session send.

Here belongs what sessions of earners and of members have in common. Whose a session is stands in `web.visitors` and
`web.console.visitors`; one browser may hold both.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from web.needs import Place

LONGEST_COOKIE = 200


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """One kind of session cookie."""

    word: str
    lasts: timedelta

    def name(self, place: Place) -> str:
        """Return the cookie's name. `__Host-` ties it to this host and to TLS (RFC 6265bis section 4.1.3.2)."""
        return f"__Host-{self.word}" if place.is_https else self.word

    def give(self, response: Response, place: Place, token: str) -> None:
        """Have the browser keep a session."""
        response.set_cookie(
            self.name(place),
            token,
            max_age=int(self.lasts.total_seconds()),
            path="/",
            secure=place.is_https,
            httponly=True,
            samesite="lax",  # strict would lose the session of whoever comes from a link in a mail
        )

    def take(self, response: Response, place: Place) -> None:
        """Have the browser forget the session."""
        response.delete_cookie(self.name(place), path="/", secure=place.is_https, httponly=True, samesite="lax")

    def read(self, request: Request, place: Place) -> str:
        """Return the token that the browser sends; empty for none, and for what cannot be one."""
        token = request.cookies.get(self.name(place), "")
        return token if len(token) <= LONGEST_COOKIE else ""


def make_form_word(token: str, purpose: bytes) -> str:
    """Return what each form of a session sends as `word`: another site cannot know it (OWASP, cross-site request
    forgery)."""
    return urlsafe_b64encode(hmac.digest(token.encode(), purpose, "sha256")).decode().rstrip("=")


def demand_word(form: FormData, expected: str) -> None:
    """Answer 403 to a form that does not send the word of its session."""
    word = form.get("word")
    if not isinstance(word, str) or not hmac.compare_digest(word.encode(), expected.encode()):
        raise HTTPException(403)
