"""Public badge pages as bytes, rendered once for what they show and kept for the next visitor.

Here belongs keeping. What is on record is read anew for each request, and it is the key: a badge that was revoked, a
name that was changed, another day show at once, because they are another page.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256

from badges.linkedin import share_url
from web.awards import AwardRow, show_award
from web.needs import Place
from web.pages import Pages
from web.subjects import path_of_card

MOST = 2000
"""Pages kept, of some 6 KB each; the one that was asked for longest ago goes first."""


@dataclass(frozen=True, slots=True)
class BadgePage:
    """A page as it is sent."""

    body: bytes
    etag: str
    """Of these very bytes (RFC 9110 section 8.8.3)."""


class BadgePages:
    """Every badge page that was shown lately."""

    def __init__(self, pages: Pages, place: Place) -> None:
        self._pages = pages
        self._place = place
        self.show = lru_cache(MOST)(self._render)

    def _render(self, row: AwardRow, language: str, today: date) -> BadgePage:
        """Return the page of what is on record, in a language, on a day."""
        badge = show_award(row, self._place, today)
        card_url = self._place.base_url + path_of_card(badge)
        values = {"badge": badge, "card_url": card_url, "share_url": share_url(badge.url)}
        body = self._pages.render(language, "badge.html", values).encode()
        return BadgePage(body, f'"{sha256(body).hexdigest()[:32]}"')
