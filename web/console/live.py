"""`/console/live`: server-sent events that tell open pages what has changed (HTML Living Standard, section 9.2).

Each event says a topic and no more: the page fetches what it may see anew. Here belong who may watch what, and the
stream. What is watched stands in `watch`.
"""

import re
from collections.abc import AsyncIterator, Collection, Hashable, Mapping
from functools import partial
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Connection, select
from sqlmodel import col
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.members.roles import Standing
from desk.members.sessions import find_member_session
from desk.pulse import BATCH, MAIL, TICKET, TICKETS, take_pulse
from mailer.queue.tables import Batch
from web.console.visitors import CONSOLE_COOKIE, Insider
from web.console.watch import Watch
from web.context import READ, Service
from web.needs import WebService

router = APIRouter()

MOST_TOPICS = 8
BEAT_SECONDS = 15.0
"""Between two signs of life: proxies close what is silent, and a client that is gone is found out by writing."""
_TOPIC = re.compile(r"tickets|mail|ticket:[0-9A-Za-z-]{1,20}|batch:[a-z2-7]{1,32}")
_HEADERS = {"x-accel-buffering": "no"}  # nginx would keep the events until it has a page full of them


@router.api_route("/console/live", methods=READ)
async def stream_changes(
    request: Request, service: Service, insider: Insider, topic: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Tell what changes of each `topic` until the client goes, the session ends or the server stops."""
    topics = frozenset(topic or ())
    watch = cast("Watch", request.app.state.watch)
    is_sound = 0 < len(topics) <= MOST_TOPICS and all(map(_TOPIC.fullmatch, topics))
    if not is_sound or not await watch.ask(partial(_may_watch_now, service, insider.standing, topics)):
        raise HTTPException(404)
    if not watch.has_room(insider.standing.member_id):
        raise HTTPException(429)
    if request.method == "HEAD":
        return Response(media_type="text/event-stream")
    token = CONSOLE_COOKIE.read(request, service.place)
    events = _stream(watch, service, token, insider.standing.member_id, topics)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _stream(
    watch: Watch, service: WebService, token: str, member_id: str, topics: frozenset[str]
) -> AsyncIterator[str]:
    with watch.listening(member_id, topics) as listener:
        yield "retry: 3000\n\n"
        while listener is not None and not listener.is_over:
            news = await listener.wait(BEAT_SECONDS)
            if not news and not listener.is_over:
                yield ":\n\n"
                if not await watch.ask(partial(_may_still_watch, service, token, topics)):
                    # Another try would come to the log-in page, which is no stream: the page is told to stop asking.
                    yield "event: over\ndata: session\n\n"
                    return
            for each in sorted(news):
                yield f"event: changed\ndata: {each}\n\n"


def make_watch(service: WebService) -> Watch:
    """Return what looks at the database for all streams of this process."""

    def look(topics: frozenset[str]) -> Mapping[str, Hashable]:
        with reading(service.office.engine).connect() as connection:
            return take_pulse(connection, topics, service.clock())

    return Watch(look)


def _may_watch_now(service: WebService, standing: Standing, topics: Collection[str]) -> bool:
    with reading(service.office.engine).connect() as connection:
        return may_watch(connection, standing, topics)


def _may_still_watch(service: WebService, token: str, topics: Collection[str]) -> bool:
    with reading(service.office.engine).connect() as connection:
        session = find_member_session(connection, token, service.clock())
        return session is not None and session.is_proven and may_watch(connection, session.standing, topics)


def may_watch(connection: Connection, standing: Standing, topics: Collection[str]) -> bool:
    """Tell whether a member may be told of all of these. What does not exist is nobody's to watch."""
    if not standing.may_support and any(topic in {TICKETS, MAIL} or topic.startswith(TICKET) for topic in topics):
        return False
    batches = {topic.removeprefix(BATCH) for topic in topics if topic.startswith(BATCH)}
    if not batches:
        return True
    query = select(col(Batch.id), col(Batch.issuer_id)).where(col(Batch.id).in_(batches))
    rows = connection.execute(query).all()
    return len(rows) == len(batches) and all(standing.may_manage(row.issuer_id) for row in rows)
