"""What holds for every request and every answer, whatever the page: headers that restrain the browser, sizes, and that
nothing is done on another site's word.

Here belong the rules that no page may forget. A page that needs another rule (the mail shown in the browser brings
its own styles) sets that header itself, and it stays.
"""

import re
from collections.abc import Callable, Mapping

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from badges.images import MAX_BYTES
from desk.drafts.keeping import LARGEST
from web.needs import Place

LONGEST_BODY = 16 * 1024
"""Bytes. The longest form here is two passwords; nobody has to send more."""

LONGER_BODIES: Mapping[str, int] = {
    "/profile/photo": 2 * 1024 * 1024 + LONGEST_BODY,
    "/console/rules/edit": 4 * 1024 * 1024,  # a rules file and a mail to try it on
    "/console/canned": 160 * 1024,  # an answer in four languages
}
"""Paths where somebody has to, with the room for it."""

LONGER_PARTS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile("/console/issuers/[^/]+/(?:new-badge|badges/.*|branding.*)"), MAX_BYTES + 128 * 1024),
    (re.compile("/console/tickets/[^/]+/[a-z]+"), 512 * 1024),  # a reply and a note, in any script
    (re.compile("/console/issuers/[^/]+/issue"), LARGEST + LONGEST_BODY),  # a roster
    (re.compile("/console/issuers/[^/]+/issue/.*"), 1024 * 1024),  # a page of corrected rows
    (re.compile("/api/.*"), LARGEST),  # each of its routes asks who it is before it reads, and has a limit of its own
)
"""The same for paths that hold a name: here a picture, with texts that fill their fields."""

API = "/api/"
"""Where programs ask, and no page is shown."""

_MOST_DIGITS = 15
"""Of a Content-Length: Python refuses to read a number of thousands of digits."""

OPEN_TO_OTHERS = "/unsubscribe/"
"""Where a mail program may post from a page of its own (RFC 8058 section 3.1): the link in the mail is the word."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing here (RFC 9110 section 9.2.1)."""
_OWN_SITES = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site: a page of ours, or the person themselves. `same-site` is another host's page."""

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere, and nobody may frame a page with a form."""

_UTF_8 = re.compile("charset=utf-8(?=;|$)")

HSTS = "max-age=31536000"

_FIXED = {
    "content-security-policy": PAGE_POLICY,
    "referrer-policy": "no-referrer",  # the address of a token page is itself a secret
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}


class Guards:
    """Adds the headers that a page has not set, and refuses what another site sends and what is too long, before
    anything reads it. `refuse` makes the page for a status."""

    def __init__(self, app: ASGIApp, place: Place, refuse: Callable[[Request, int], Response]) -> None:
        self._app = app
        self._place = place
        self._refuse = refuse
        headers = dict(_FIXED)
        if place.is_https:
            headers["strict-transport-security"] = HSTS
        elif not place.is_loopback:
            # Over plain HTTP to another machine browsers send no Sec-Fetch-Site, and with no-referrer no Origin either.
            headers["referrer-policy"] = "same-origin"
        self._headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}  # in lower case (ASGI, HTTP response start)
                missing = (pair for pair in self._headers if pair[0] not in present)
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        scope = {**scope, "headers": [*map(_cut_cookies, scope["headers"])]}
        longest = _room_for(scope["path"])
        status = self._find_fault(scope, longest)
        if status is not None:
            await self._refuse(Request(scope), status)(scope, receive, send_guarded)
            return
        await self._app(scope, limit_body(receive, longest), send_guarded)

    def _find_fault(self, scope: Scope, longest: int) -> int | None:
        """Return the status to refuse a request with, by its headers alone."""
        headers = Headers(scope=scope)
        acts = scope["method"] not in _READING and not scope["path"].startswith(OPEN_TO_OTHERS)
        if acts and is_from_elsewhere(headers, self._place.origin):
            return 403
        is_page = not scope["path"].startswith(API)
        if "\0" in scope["path"] or (is_page and b"%00" in scope["query_string"]):
            return 404  # nothing is called that, and PostgreSQL takes no text with it
        if not _is_utf_8(headers.get("content-type", "")):
            return 415
        return 413 if _is_too_long(headers, longest) else None


def is_from_elsewhere(headers: Headers, own_origin: str) -> bool:
    """Tell whether another site's page sends this (OWASP Cross-Site Request Forgery Prevention Cheat Sheet).

    Browsers say so in Sec-Fetch-Site, which no script can write; older ones in Origin alone, or Referer, which must
    then be `own_origin`, from the settings. Our pages ask for no referrer, so their own forms come with the Origin
    `null`; without Sec-Fetch-Site that proves nothing. A machine sends none of these, and bears nobody's cookie.
    """
    fetch_site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if fetch_site is not None and fetch_site not in _OWN_SITES:
        return True
    if origin == "null" and fetch_site is not None:
        return False
    if origin is None:
        return not f"{headers.get('referer', own_origin)}/".startswith(f"{own_origin}/")
    return origin != own_origin


def _room_for(path: str) -> int:
    """Return how many bytes a body may have that is sent to `path`."""
    if path in LONGER_BODIES:
        return LONGER_BODIES[path]
    return next((longest for pattern, longest in LONGER_PARTS if pattern.fullmatch(path)), LONGEST_BODY)


def _cut_cookies(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return a header field without the cookies that hold a backslash; none of ours does.

    In Python before 3.11.10 the framework would take ten seconds to read one of 60 KB full of them (CVE-2024-7592).
    """
    name, value = header
    if name != b"cookie" or b"\\" not in value:
        return header
    return name, b";".join(pair for pair in value.split(b";") if b"\\" not in pair)


def _is_utf_8(content_type: str) -> bool:
    """Tell whether a form is to be read as UTF-8, which browsers do not say or say plainly (RFC 7578 section 5.1.2).

    The parser of these forms decodes with whatever codec of Python's is named: of a photo's length, `punycode` takes a
    minute.
    """
    text = "".join(content_type.lower().split()).replace('"', "")
    return not text.startswith("multipart/") or "charset" not in _UTF_8.sub("", text, 1)


def _is_too_long(headers: Headers, longest: int) -> bool:
    """Tell whether the body says that it is too long. One that does not say (chunked) is counted by `limit_body`."""
    length = headers.get("content-length", "0")
    is_number = length.isdecimal() and len(length) <= _MOST_DIGITS
    return not is_number or int(length) > longest


def limit_body(receive: Receive, longest: int) -> Receive:
    """Return a `receive` that fails with 413 (RFC 9110 section 15.5.14) when more than `longest` bytes arrive."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > longest:
            raise HTTPException(413)
        return message

    return receive_limited
