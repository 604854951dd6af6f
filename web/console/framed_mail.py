"""A mail in a frame of the console: light or dark, with its pictures or without, or its text part.

Here belongs the document that the frame loads, and its policy. It is sandboxed into an origin of its own: no script,
no form leads anywhere, and nothing is fetched. Which mail it is, the pages know.
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


_SCHEME_QUERY = re.compile(r"@media[^{}]*prefers-color-scheme\s*:\s*(dark|light)[^{}]*", re.IGNORECASE)
_SCHEME_META = re.compile(r'(<meta name="(?:supported-)?color-schemes?" content=")[^"]*"', re.IGNORECASE)
_PICTURE = re.compile(r'src="data:[^"]*"')
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def frame_mail(html: str, text: str, look: Look) -> HTMLResponse:
    """Return the document. `html` has its pictures within, as `data:` URLs."""
    if look is Look.TEXT:
        return _answer(_frame_text(text))
    return frame_html(html, is_dark=look is Look.DARK, has_images=look is not Look.NO_IMAGES)


def frame_html(html: str, *, is_dark: bool, has_images: bool, opens_links: bool = False) -> HTMLResponse:
    """Return the document of an HTML part. With `opens_links` they lead to windows of their own, else nowhere."""
    # Without the rule a click would lead the frame to a page that refuses frames.
    links = '<base target="_blank">' if opens_links else "<style>a{pointer-events:none}</style>"
    painted = choose_scheme(html if has_images else _PICTURE.sub('src=""', html), is_dark=is_dark)
    head = _HEAD.search(painted)
    at = head.end() if head else 0
    return _answer(painted[:at] + links + painted[at:], has_images=has_images, opens_links=opens_links)


def choose_scheme(html: str, *, is_dark: bool) -> str:
    """Return a mail as a program in that mode would have it, whatever the reader's own browser is set to."""
    scheme = "dark" if is_dark else "light"
    html = _SCHEME_QUERY.sub(lambda found: "@media all" if found[1].lower() == scheme else "@media not all", html)
    html = _SCHEME_META.sub(lambda match: f'{match[1]}{scheme}"', html)
    head = _HEAD.search(html)
    at = head.end() if head else 0
    return f"{html[:at]}<style>:root{{color-scheme:only {scheme} !important}}</style>{html[at:]}"


def _answer(document: str, *, has_images: bool = False, opens_links: bool = False) -> HTMLResponse:
    images = "data:" if has_images else "'none'"
    may = " allow-popups allow-popups-to-escape-sandbox" if opens_links else ""
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'self'; sandbox{may}"
    )
    return HTMLResponse(document, 200, {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"})


def _frame_text(text: str) -> str:
    style = (
        ":root{color-scheme:light dark}body{margin:1rem}pre{font:14px/1.5 ui-monospace,Menlo,monospace;"
        "white-space:pre-wrap;overflow-wrap:anywhere}"
    )
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style><pre>{escape(text)}</pre>'
