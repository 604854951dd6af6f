"""Past mails decided once more, by other rules: what a changed file would have treated otherwise.

Here belongs that comparison. Nothing is changed and nobody is asked: the facts are those that were recorded with each
decision (so are the DNS answers and the clock that they rest on), the words are read anew from the mail's own bytes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlmodel import col

from desk.words import Outcome
from inbound.reading.mail import Reading
from inbound.recorded import read_facts
from inbound.rules.conditions import Has, Matches, Says, list_leaves
from inbound.rules.deciding import RuleSet, decide
from inbound.rules.rule import Decided
from inbound.tables import Decision, RawMail

PAGE = 200
ACTS = frozenset({Outcome.APPLY, Outcome.SEND_LINK, Outcome.RESEND})
"""What is done without anybody being asked."""
_KNOWN_WITHOUT_READING = ("sender", "sender_domain", "sender_name", "issuer", "attachment")

ReadWords = Callable[[bytes], Reading | None]
"""Reads a mail; None for one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One mail that the two treat otherwise."""

    raw_mail_id: str
    decided_at: datetime
    sender: str
    subject: str
    recorded: str
    """The outcome that it had then, by whatever rules were in force."""
    before: Decided
    after: Decided

    @property
    def is_newly_done(self) -> bool:
        """Whether something would now be done for somebody that was not."""
        return self.after.outcome in ACTS and self.before.outcome is not self.after.outcome


@dataclass(frozen=True, slots=True)
class Replay:
    """The comparison over all mails."""

    mails: int
    unread: int
    """Mails whose words could not be read again; they were compared without."""
    differences: tuple[Difference, ...]
    """The newest first."""
    is_cut: bool = False
    """There were more mails than were to be compared: the older ones were left out."""

    def count_moves(self) -> list[tuple[str, str, int]]:
        """Return (outcome before, outcome after, mails), the most frequent first."""
        moves = Counter((one.before.outcome.value, one.after.outcome.value) for one in self.differences)
        return [(before, after, count) for (before, after), count in moves.most_common()]


def replay(  # noqa: PLR0913, PLR0917 - which mails, by which rules, how far
    connection: Connection,
    since: datetime,
    before: RuleSet,
    after: RuleSet,
    read_words: ReadWords,
    most: int | None = None,
) -> Replay:
    """Decide every mail since then, or the newest `most` of them, by both, and return where they differ.

    A mail is read only if a rule asks for words, or to show its subject where they differ.
    """
    asks_words = asks_for_words(before) or asks_for_words(after)
    mails = unread = 0
    differences = []
    decisions = _list_decisions(connection, since)
    for row in islice(decisions, most):
        words = read_words(_read_content(connection, row.raw_mail_id)) if asks_words else None
        mails += 1
        unread += asks_words and words is None
        facts = read_facts(row.facts, words)
        one, other = decide(facts, before), decide(facts, after)
        if _treats_otherwise(one, other):
            shown = words if asks_words else read_words(_read_content(connection, row.raw_mail_id))
            differences.append(_describe(row, facts.sender, shown, one, other))
    is_cut = most is not None and next(decisions, None) is not None
    return Replay(mails, unread, tuple(differences), is_cut)


def asks_for_words(rules: RuleSet) -> bool:
    """Tell whether any rule asks for what stands in the mail itself."""
    leaves = (leaf for rule in rules.rules for leaf in list_leaves(rule.when))
    return any(isinstance(leaf, Says | Matches | Has) and leaf.place not in _KNOWN_WITHOUT_READING for leaf in leaves)


def _treats_otherwise(before: Decided, after: Decided) -> bool:
    def look(decided: Decided) -> tuple[object, ...]:
        return decided.outcome, decided.intent, decided.reply, decided.queue, decided.priority, decided.note

    return look(before) != look(after)


def _describe(
    row: Row[*tuple[Any, ...]], sender: str, words: Reading | None, before: Decided, after: Decided
) -> Difference:
    subject = words.subject if words else ""
    return Difference(row.raw_mail_id, row.decided_at, sender, subject, row.outcome, before, after)


def _list_decisions(connection: Connection, since: datetime) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield decisions back to then, the newest first, page by page: memory stays flat however many there are.

    Not on mails whose bytes were let go: nobody can read them any more.
    """
    at, key = col(Decision.decided_at), col(Decision.id)
    columns = (key, col(Decision.raw_mail_id), col(Decision.outcome), col(Decision.facts), at)
    kept = select(col(RawMail.id)).where(col(RawMail.purged_at).is_(None))
    query = (
        select(*columns)
        .where(at >= since, col(Decision.raw_mail_id).in_(kept))
        .order_by(at.desc(), key.desc())
        .limit(PAGE)
    )
    page = connection.execute(query).all()
    while page:
        yield from page
        last = page[-1]
        is_earlier = (at < last.decided_at) | ((at == last.decided_at) & (key < last.id))
        page = connection.execute(query.where(is_earlier)).all()


def _read_content(connection: Connection, raw_mail_id: str) -> bytes:
    return bytes(connection.execute(select(col(RawMail.content)).where(col(RawMail.id) == raw_mail_id)).scalar_one())
