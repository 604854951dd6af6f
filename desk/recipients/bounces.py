"""Whom mails of an issuer did not reach, and why; what the address may have been meant to be. Reads only.

Here belongs the look-up behind the page and the digest. Somebody is on it as long as the newest mail to the address on
record has failed: a correction, or a later mail that got through, takes them off.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, exists, literal, select, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.columns import Instant
from badges.tables import Earner, EarnerAddress
from badges.transactions import reading
from desk.batches import BatchSummary, list_batches
from desk.recipients.filters import Cursor
from desk.recipients.why import tell_why
from mailer.queue.states import State
from mailer.queue.tables import UNREACHED, Message
from wire.misspelling import suggest_domain

PAGE = 40
"""People on one form: their addresses fit into what a form may bring (`web.guards`)."""
WINDOW = 600
"""Failed mails that a page looks through for people who are still without one."""
COUNTED = 1000
"""Failed mails, the newest, that the sums are made of."""
_ARRIVED = (State.SENT, State.QUEUED, State.DEFERRED, State.SENDING)


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody whom a mail did not reach."""

    message_id: str
    earner_id: str
    name: str
    address: str
    state: str
    at: datetime
    reason: str
    kind: str

    @property
    def domain(self) -> str:
        """Of the address."""
        return self.address.rpartition("@")[2]

    @property
    def why(self) -> str:
        """As `why.tell_why`."""
        return tell_why(self.state, self.reason)

    @property
    def suggestion(self) -> str:
        """The address as it may have been meant; empty without a guess."""
        meant = suggest_domain(self.domain)
        return f"{self.address.rpartition('@')[0]}@{meant}" if meant else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Those of a page with the same reason at the same domain."""

    why: str
    domain: str
    people: Sequence[Unreached]


@dataclass(frozen=True, slots=True)
class Digest:
    """A page of the digest."""

    groups: Sequence[Group]
    following: Cursor | None
    by_why: Mapping[str, int]
    """Of the newest `COUNTED` failed mails, corrected since or not."""
    by_domain: Mapping[str, int]
    counted: int
    sendings: Sequence[BatchSummary]
    """The newest: rows in, mails made, and how they stand."""

    @property
    def has_more(self) -> bool:
        """Whether more mails have failed than were counted."""
        return self.counted >= COUNTED


def make_digest(engine: Engine, issuer_id: str, after: Cursor | None = None) -> Digest:
    """Return a page of who was not reached, the newest first, and the sums."""
    with reading(engine).connect() as connection:
        people, following = list_unreached(connection, issuer_id, after, PAGE)
        counted = _count_failed(connection, issuer_id)
    groups: dict[tuple[str, str], list[Unreached]] = {}
    for one in people:
        groups.setdefault((one.why, one.domain), []).append(one)
    return Digest(
        [Group(*key, those) for key, those in sorted(groups.items(), key=lambda pair: -len(pair[1]))],
        following,
        dict(Counter(why for why, _ in counted).most_common()),
        dict(Counter(domain for _, domain in counted).most_common(8)),
        len(counted),
        list_batches(engine, 5, issuer_id),
    )


def list_unreached(
    connection: Connection, issuer_id: str, after: Cursor | None, limit: int, since: datetime | None = None
) -> tuple[list[Unreached], Cursor | None]:
    """Return who was not reached, each once, and where to go on."""
    window = _select_failed(issuer_id, after).limit(WINDOW).subquery()
    failed = aliased(Message)
    later = aliased(Message)
    arrived = exists().where(
        col(later.earner_id) == col(failed.earner_id),
        col(later.issuer_id) == issuer_id,
        col(later.rcpt_to) == col(failed.rcpt_to),
        col(later.written_at) > col(failed.written_at),
        col(later.state).in_(_ARRIVED),
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            col(failed.id),
            col(Earner.id),
            col(Earner.name),
            col(failed.rcpt_to),
            col(failed.state),
            col(failed.state_at),
            col(failed.reason),
            col(failed.kind),
        )
        .select_from(window)
        .join(failed, col(failed.id) == window.c.id)
        .join(Earner, col(Earner.id) == col(failed.earner_id))
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .where(col(EarnerAddress.address) == col(failed.rcpt_to), ~arrived)
        .order_by(window.c.state_at.desc(), window.c.id.desc())
    )
    if since is not None:
        query = query.where(col(failed.state_at) > since)
    found: dict[str, Unreached] = {}
    last: Unreached | None = None
    for row in connection.execute(query):
        one = Unreached(*[*row[:6], row[6] or "", row[7]])
        if one.earner_id not in found and len(found) == limit:
            assert last is not None  # the limit is not zero
            return list(found.values()), Cursor(last.at, last.message_id)
        found.setdefault(one.earner_id, one)
        last = one
    end = select(window.c.state_at, window.c.id).order_by(window.c.state_at.desc(), window.c.id.desc())
    row_at_end = connection.execute(end.offset(WINDOW - 1).limit(1)).first()
    return list(found.values()), Cursor(row_at_end[0], row_at_end[1]) if row_at_end else None


def count_unreached(connection: Connection, issuer_id: str, now: datetime, most: int) -> int:
    """Count who was not reached within the last month, up to `most`."""
    people, _ = list_unreached(connection, issuer_id, None, most, now - timedelta(days=30))
    return len(people)


def _select_failed(issuer_id: str, after: Cursor | None) -> Select[str, datetime]:
    """Return the failed mails, the newest first: an index has them."""
    query: Select[str, datetime] = select(col(Message.id).label("id"), col(Message.state_at).label("state_at")).where(
        col(Message.issuer_id) == issuer_id, text(UNREACHED)
    )
    if after is not None:
        place = tuple_(literal(after.created_at, Instant), literal(after.assertion_id))
        query = query.where(tuple_(col(Message.state_at), col(Message.id)) < place)
    return query.order_by(col(Message.state_at).desc(), col(Message.id).desc())


def _count_failed(connection: Connection, issuer_id: str) -> list[tuple[str, str]]:
    window = _select_failed(issuer_id, None).limit(COUNTED).subquery()
    query: Select[*tuple[Any, ...]] = (
        select(col(Message.state), col(Message.reason), col(Message.domain))
        .join(window, window.c.id == col(Message.id))
        .where(col(Message.earner_id).is_not(None))
    )
    return [(tell_why(row.state, row.reason), row.domain) for row in connection.execute(query)]
