"""Posting what waits for one endpoint, one event after the other.

Here belongs the order of claim, request and result. A lane ends with the first failure: that says more of the endpoint
than of the event, and what was claimed behind it is given back to wait. A sender that is killed between request and
result leaves a claim that runs out: the event is posted again, under the same id.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from sqlalchemy import select
from sqlmodel import col

from badges.transactions import reading
from badges.vault import SealBrokenError
from desk.hooks.claiming import Claimed, claim, give_back
from desk.hooks.counting import count_post
from desk.hooks.posting import Answered, Line, Post, Unreached
from desk.hooks.settling import Result
from desk.hooks.signing import sign_event
from desk.hooks.tables import HookEndpoint
from desk.office import Office
from mailer.queue.journal import Journal
from mailer.queue.writer import Writer

_MESSAGE = re.compile(r'"message":"([a-z2-7]{1,64})"')
_log = structlog.get_logger("badgepost.hooks")


@dataclass(frozen=True)
class Equipment:
    """What lanes work with."""

    office: Office
    post: Post
    writer: Writer
    journal: Journal[Result]
    clock: Callable[[], datetime]
    is_stopped: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to, and with which keys, the newest first; none if they cannot be opened."""

    url: str
    keys: Sequence[str] = field(repr=False)


async def run_lane(equipment: Equipment, endpoint_id: str, limit: int) -> bool:
    """Post up to `limit` events that are due for one endpoint; tell whether all of them were taken."""
    now = equipment.clock()
    claimed = await equipment.writer.run(lambda connection: claim(connection, endpoint_id, now, limit))
    waiting = list(claimed)
    try:
        endpoint = await asyncio.to_thread(_read_endpoint, equipment.office, endpoint_id, now)
        async with equipment.post.open(endpoint.url) as line:
            while waiting and not equipment.is_stopped() and _has_time(equipment, waiting[0]):
                result = await _try(equipment, endpoint, line, waiting[0])
                await equipment.journal.submit(result)
                del waiting[0]
                if not result.is_taken:
                    return False
    finally:
        if waiting:
            await equipment.writer.run(lambda connection: give_back(connection, waiting))
    return True


def _has_time(equipment: Equipment, claimed: Claimed) -> bool:
    """Tell whether a request that begins now ends before others may take the event."""
    return equipment.clock() + timedelta(seconds=equipment.post.total_seconds * 1.5) < claimed.until


async def _try(equipment: Equipment, endpoint: Endpoint, line: Line, claimed: Claimed) -> Result:
    if not endpoint.keys:
        unsigned = Unreached("its key cannot be opened: change the key")
        return Result(claimed, unsigned, equipment.clock())
    payload = claimed.payload.encode()
    headers = sign_event(claimed.event_id, payload, endpoint.keys, equipment.clock())
    began = perf_counter()
    outcome = await _send(line, payload, headers)
    seconds = perf_counter() - began
    result = Result(claimed, outcome, equipment.clock())
    has_answer = isinstance(outcome, Answered)
    count_post("taken" if result.is_taken else "refused" if has_answer else "unreached", seconds)
    _log.info(
        "posted",
        endpoint=claimed.endpoint_id,
        webhook_id=claimed.event_id,
        message=_find_message(claimed),
        taken=result.is_taken,
        answer=outcome.status if isinstance(outcome, Answered) else outcome.reason,
        seconds=round(seconds, 4),
    )
    return result


def _find_message(claimed: Claimed) -> str | None:
    """Return the ledger's id of the mail that an event tells of; None if it tells of something else."""
    found = _MESSAGE.search(claimed.payload) if claimed.kind.startswith("mail.") else None
    return found[1] if found else None


async def _send(line: Line, payload: bytes, headers: dict[str, str]) -> Answered | Unreached:
    try:
        return await line.send(payload, headers)
    except Exception as fault:
        # Whatever a stranger's server makes of the HTTP library is that endpoint's failure, and nobody else's.
        _log.exception("hook_fault")
        return Unreached(f"no HTTP answer: {type(fault).__name__}")


def _read_endpoint(office: Office, endpoint_id: str, now: datetime) -> Endpoint:
    query = select(
        col(HookEndpoint.url), col(HookEndpoint.secret), col(HookEndpoint.former_secret), col(HookEndpoint.former_until)
    ).where(col(HookEndpoint.id) == endpoint_id)
    with reading(office.engine).connect() as connection:
        url, secret, former, until = connection.execute(query).one()
    sealed = [secret, former] if former and until and until > now else [secret]
    try:
        return Endpoint(url, [office.vault.open(each) for each in sealed])
    except SealBrokenError:
        return Endpoint(url, ())
