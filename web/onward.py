"""Where a log-in leads: to the page that the visitor was going to, if it is one of theirs on this site.

Here belong that choice and the user name that the log-in form is filled with. A stranger may write the address of the
log-in page, so nothing in it can lead to another site.
"""

import re
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import Response

from web.needs import Place
from wire.address import MAX_ADDRESS, Address, parse_address

FIRST_PAGE = "/portfolio"
"""Where a log-in leads that nobody asked for on the way to another page."""

LONGEST_PATH = 200
_OWN_PAGE = re.compile(r"/(?:portfolio|profile)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
"""A path of plain segments: no query, no escape, no `..`, nothing that two programs could read differently."""

_NAME_KEPT = 600
"""Seconds between setting a password and logging in with it."""


def choose_next(asked: str) -> str:
    """Return the path to go on to after a log-in: `asked` if it is a page of an account, else the portfolio."""
    return asked if len(asked) <= LONGEST_PATH and _OWN_PAGE.fullmatch(asked) else FIRST_PAGE


def keep_user_name(response: Response, place: Place, address: str) -> None:
    """Have the browser keep whose password was set, for the log-in that follows: in no URL, and not for long."""
    response.set_cookie(
        _name_cookie(place),
        quote(address, safe="@.+"),
        max_age=_NAME_KEPT,
        path="/",
        secure=place.is_https,
        httponly=True,
        samesite="lax",
    )


def drop_user_name(response: Response, place: Place) -> None:
    """Have the browser forget it."""
    response.delete_cookie(_name_cookie(place), path="/", secure=place.is_https, httponly=True, samesite="lax")


def read_user_name(request: Request, place: Place) -> str:
    """Return the address that the browser kept; empty for none."""
    kept = request.cookies.get(_name_cookie(place), "")
    address = parse_address(unquote(kept)) if len(kept) <= MAX_ADDRESS * 3 else None
    return str(address) if isinstance(address, Address) else ""


def _name_cookie(place: Place) -> str:
    return "__Host-user-name" if place.is_https else "user-name"
