"""What holds for every request and every answer, whatever the page: headers that restrain the browser, and sizes.

Here belong the rules that no page may forget. A page that needs another rule (the mail shown in the browser brings
its own styles) sets that header itself, and it stays.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.needs import Place

LONGEST_BODY = 16 * 1024
"""Bytes. The longest form here is two passwords; nobody has to send more."""

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere, and nobody may frame a page with a form."""

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
    """Adds the headers that a page has not set, and refuses bodies that are too long before anything reads them."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self._app = app
        self._headers = dict(_FIXED)
        if place.is_https:
            self._headers["strict-transport-security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if _is_too_long(Headers(scope=scope)):
            await PlainTextResponse("Too long.", 413)(scope, receive, send_guarded)
            return
        await self._app(scope, _limit(receive), send_guarded)


def _is_too_long(headers: Headers) -> bool:
    """Tell whether the body says that it is too long. One that does not say (chunked) is counted by `_limit`."""
    length = headers.get("content-length", "0")
    return not length.isdigit() or int(length) > LONGEST_BODY


def _limit(receive: Receive) -> Receive:
    """Return a `receive` that fails with 413 (RFC 9110 section 15.5.14) when more arrives than any form needs."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LONGEST_BODY:
            raise HTTPException(413)
        return message

    return receive_limited
