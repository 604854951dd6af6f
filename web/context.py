"""What handlers ask for by type: the service, the pages, the work for afterwards.

Here belongs how a handler comes by these. What they are stands in `needs`, `pages` and `afterwards`. They are `async`
although they wait for nothing: FastAPI would call a plain function in a thread, which takes longer than most handlers.
"""

from typing import Annotated, cast

from fastapi import Depends, Request

from web.afterwards import Afterwards
from web.assets import Assets
from web.badge_pages import BadgePages
from web.needs import WebService
from web.pages import Pages
from web.reading_room import ReadingRoom
from web.studio import Studio

READ = ["GET", "HEAD"]
"""The methods that change nothing. FastAPI does not add HEAD by itself, and mail scanners send it."""


async def _service(request: Request) -> WebService:
    return cast("WebService", request.app.state.service)


async def _pages(request: Request) -> Pages:
    return cast("Pages", request.app.state.pages)


async def _assets(request: Request) -> Assets:
    return cast("Assets", request.app.state.assets)


async def _badge_pages(request: Request) -> BadgePages:
    return cast("BadgePages", request.app.state.badge_pages)


async def _studio(request: Request) -> Studio:
    return cast("Studio", request.app.state.studio)


async def _reading_room(request: Request) -> ReadingRoom:
    return cast("ReadingRoom", request.app.state.reading_room)


async def _afterwards(request: Request) -> Afterwards:
    return cast("Afterwards", request.app.state.afterwards)


async def _errands(request: Request) -> Afterwards:
    return cast("Afterwards", request.app.state.errands)


Service = Annotated[WebService, Depends(_service)]
Shown = Annotated[Pages, Depends(_pages)]
Files = Annotated[Assets, Depends(_assets)]
BadgePagesKept = Annotated[BadgePages, Depends(_badge_pages)]
MailReader = Annotated[ReadingRoom, Depends(_reading_room)]
Drawn = Annotated[Studio, Depends(_studio)]
Later = Annotated[Afterwards, Depends(_afterwards)]
Errands = Annotated[Afterwards, Depends(_errands)]
"""The same for what may take minutes (a long roster), so that nobody's password link waits behind it."""


def source_of(request: Request) -> str:
    """Return the IP address that a request comes from; empty if it is not known."""
    return request.client.host if request.client else ""
