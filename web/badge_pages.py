"""Public badge pages as bytes, rendered once for what they show and kept for the next visitor.

Here belong keeping and the threads that look badges up. What is on record is read anew for each request, and it is the
key: a badge that was revoked, a name that was changed, another day show at once, because they are another page.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from badges.linkedin import share_url
from web.awards import AwardRow, show_award
from web.needs import Place
from web.pages import Pages
from web.subjects import path_of_card

Answer = TypeVar("Answer")

THREADS = 4
"""They wait for the database and for each other: with the forty that all pages share, a crowd at one badge made every
page of it take twice as long (docs/performance.md), and left nobody else one."""
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
        self._threads = ThreadPoolExecutor(THREADS, "badge-pages")
        self.show = lru_cache(MOST)(self._render)

    async def look_up(self, act: Callable[[], Answer]) -> Answer:
        """Return what `act` returns, done in one of the threads that badge pages have."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, act)

    def close(self) -> None:
        """Finish what was begun; nothing more is taken on."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _render(self, row: AwardRow, language: str, today: date) -> BadgePage:
        """Return the page of what is on record, in a language, on a day."""
        badge = show_award(row, self._place, today)
        card_url = self._place.base_url + path_of_card(badge)
        values = {"badge": badge, "card_url": card_url, "share_url": share_url(badge.url)}
        body = self._pages.render(language, "badge.html", values).encode()
        return BadgePage(body, f'"{sha256(body).hexdigest()[:32]}"')
