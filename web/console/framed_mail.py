"""A mail in a frame of the console: light or dark, with its pictures or without, or its text part.

Here belongs the document that the frame loads, and its policy. It is sandboxed into an origin of its own: no script,
no form, no link leads anywhere, and nothing is fetched. Which mail it is, the pages know.
"""

import re
from enum import StrEnum
from html import escape

from fastapi.responses import HTMLResponse


class Look(StrEnum):
    """How a mail may be looked at."""

    LIGHT = "light"
    DARK = "dark"
    """As a program in dark mode that asks for `prefers-color-scheme` shows it."""
    NO_IMAGES = "no-images"
    TEXT = "text"
    """The text part."""


_DARK = re.compile(r"@media[^{]*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_HEAD_END = re.compile("</head>", re.IGNORECASE)


def frame_mail(html: str, text: str, look: Look) -> HTMLResponse:
    """Return the document. `html` has its pictures within, as `data:` URLs."""
    images = "'none'" if look is Look.NO_IMAGES else "data:"
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    )
    document = _frame_text(text) if look is Look.TEXT else _paint(html, is_dark=look is Look.DARK)
    return HTMLResponse(document, 200, {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"})


def _paint(html: str, *, is_dark: bool) -> str:
    """Return `html` as it looks in one scheme, whatever the reader's own browser prefers."""
    painted = _DARK.sub("@media all" if is_dark else "@media not all", html)
    # Its links would open nothing; without this one, a click would lead the frame to a page that refuses frames.
    scheme = f"<style>:root{{color-scheme:{'dark' if is_dark else 'light'} !important}}a{{pointer-events:none}}</style>"
    end = _HEAD_END.search(painted)
    at = end.start() if end else 0
    return painted[:at] + scheme + painted[at:]


def _frame_text(text: str) -> str:
    style = (
        ":root{color-scheme:light dark}body{margin:1rem}pre{font:14px/1.5 ui-monospace,Menlo,monospace;"
        "white-space:pre-wrap;overflow-wrap:anywhere}"
    )
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style><pre>{escape(text)}</pre>'
