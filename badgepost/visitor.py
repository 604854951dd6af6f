"""Somebody with a browser but without a screen: opens links and sends forms, for `badgepost demo`. Loopback only."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """What a page answered. Redirects are not followed."""

    status: int
    location: str
    """Where a redirect leads; empty for none."""
    body: str


class Visitor:
    """Talks to the pages at `base_url`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._address = urlsplit(base_url).netloc

    def ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Answer:
        """Send one request; a form goes in the body. Raises `OSError` if nobody answers."""
        body = urlencode(form) if form else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection = HTTPConnection(self._address, timeout=_SECONDS)
        try:
            connection.request(method, _path_of(url), body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Location", ""), answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
