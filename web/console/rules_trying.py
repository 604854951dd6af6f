"""Trying rules: on a mail that was pasted or is stored, and on all past mail. No effect on anything.

Here belongs putting together what `inbound.explaining` and `inbound.replaying` need. Mails are taken apart in the
reading room, never in the process of the pages. A stored mail is decided on the facts that were recorded with it, so
with the DNS answers of that day; a pasted one on what is known now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.transactions import reading
from desk.directory import Directory
from desk.requests.references import read_reference
from desk.tables import Ticket, TicketEntry
from inbound.booking import find_message
from inbound.explaining import Explainer, explain_understood, normalize_line_ends, read_return_path
from inbound.facts import Facts
from inbound.judging import Judgement
from inbound.processing.room import Unreadable
from inbound.recorded import read_facts
from inbound.replaying import Replay, replay
from inbound.rules.deciding import RuleSet
from inbound.rules.explaining import explain
from inbound.rules.rule import Considered, Decided, Phase
from inbound.tables import Decision, RawMail
from web.needs import WebService
from web.reading_room import ReadingRoom

MOST_REPLAYED = 2_000
"""Mails of one comparison in the console; `badgepost rules replay` has no limit."""
SPANS = (1, 7, 30, 90)
"""Days back that may be chosen."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What rules make of one mail, and which of them were asked."""

    subject: str
    sender: str
    decided: Decided
    considered: Sequence[Considered]
    words: str
    """Who wrote it and how we know; empty for a report or an automatic mail."""

    def in_phase(self, phase: Phase) -> list[Considered]:
        """Return what was asked in one phase, in order."""
        return [one for one in self.considered if one.phase is phase]


@dataclass(frozen=True, slots=True)
class NotTried:
    """There is no such mail, or it cannot be read."""

    reason: str


def try_pasted(
    service: WebService, room: ReadingRoom, rules: RuleSet, content: bytes, now: datetime
) -> Tried | NotTried:
    """Judge a mail as if it came now, by `rules`."""
    if b":" not in content.partition(b"\n")[0]:
        return NotTried("no_header")
    content = normalize_line_ends(content)
    understood = room.understand(content, read_return_path(content))
    if isinstance(understood, Unreadable):
        return NotTried("unreadable")
    with reading(service.office.engine).connect() as connection:
        explainer = Explainer(
            register=Directory(connection),
            rules=rules,
            trust=service.judging.trust,
            lookup=service.judging.lookup,
            find_message=lambda report: find_message(connection, report),
        )
        judgement, _ = explain_understood(content, understood, explainer, now)
    return _tell(judgement.facts, rules, understood.reading.subject, judgement)


def try_stored(service: WebService, room: ReadingRoom, rules: RuleSet, name: str) -> Tried | NotTried:
    """Decide a mail that came in by `rules`, on what was known then. `name` is its id, or its ticket's reference."""
    with reading(service.office.engine).connect() as connection:
        found = _find_decided(connection, name)
    if found is None:
        return NotTried("not_found")
    facts, content = found
    words = room.read_words(content)
    if words is None:
        return NotTried("unreadable")
    return _tell(read_facts(facts, words), rules, words.subject)


def replay_past(service: WebService, room: ReadingRoom, rules: RuleSet, in_force: RuleSet, days: int) -> Replay:
    """Compare what both make of the newest mails of the last `days`."""
    since = service.clock() - timedelta(days=days)
    with reading(service.office.engine).connect() as connection:
        return replay(connection, since, in_force, rules, room.read_words, MOST_REPLAYED)


def _tell(facts: Facts, rules: RuleSet, subject: str, judgement: Judgement | None = None) -> Tried:
    decided, considered = explain(facts, rules)
    identity = judgement.identity if judgement else None
    shown = judgement.decided if judgement else decided
    return Tried(subject, facts.sender, shown, considered, identity.words if identity else "")


def _find_decided(connection: Connection, name: str) -> tuple[str, bytes] | None:
    raw_mail_id = _find_newest_mail(connection, name) or name
    query = (
        select(col(Decision.facts), col(RawMail.content))
        .join(RawMail, col(RawMail.id) == col(Decision.raw_mail_id))
        .where(col(Decision.raw_mail_id) == raw_mail_id, col(RawMail.purged_at).is_(None))
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row[0], bytes(row[1])) if row else None


def _find_newest_mail(connection: Connection, reference: str) -> str | None:
    query = (
        select(col(TicketEntry.raw_mail_id))
        .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
        .where(col(Ticket.reference) == read_reference(reference), col(TicketEntry.raw_mail_id).is_not(None))
        .order_by(col(TicketEntry.created_at).desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()
