"""Figure 6, first half: put 10,000 messages into the ledger at 5 times the rate of SQLModel's `add_all` or more.

Both make and write the same rows from the same awards and recorded facts, in one commit into the same file (SQLite,
WAL, synchronous=FULL).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from bench.figures.figure import Figure, microseconds
from bench.fixture import Award, make_awards, make_facts
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.peers.orm import add_all
from bench.rounds import Results, Variant, in_process
from bench.rows import count_messages, empty
from bench.stage import SITE, Stage, make_message
from mailer.queue.ledger import NewMessage, enqueue, message_id_for
from mailer.queue.tables import Message

Given = TypeVar("Given")

OURS = "ledger.enqueue"
PEER = "add_all of messages"
GOAL = Goal("enqueue message rows: times the rate of SQLModel add_all", Bound.AT_LEAST, 5)


def prepare(stage: Stage, recipients: int) -> Figure:
    """Return the figure for so many messages in one commit."""
    given = [(award, make_facts(award)) for award in make_awards(recipients)]
    digest = stage.published.digest

    def write_ours(rows: Sequence[tuple[Award, str]]) -> None:
        messages = (make_message(award, digest, facts) for award, facts in rows)
        with stage.engine.begin() as connection:
            enqueue(connection, messages, SITE.mail_domain)

    def write_peers(rows: Sequence[tuple[Award, str]]) -> None:
        add_all(stage.engine, to_orm_rows(make_message(award, digest, facts) for award, facts in rows))

    variants = [
        into_empty_tables(stage, OURS, given, write_ours),
        into_empty_tables(stage, PEER, given, write_peers),
    ]
    return Figure(variants, _judge)


def _judge(results: Results) -> list[Finding]:
    asides = f"{microseconds(results, OURS)}, {microseconds(results, PEER)}"
    return [from_ratio(GOAL, results.ratio(PEER, OURS), asides)]


def into_empty_tables(
    stage: Stage, name: str, given: Sequence[Given], write: Callable[[Sequence[Given]], None]
) -> Variant:
    """Return a variant that writes a message for each of `given` in one go; emptying the tables is not timed."""

    def run(rows: int) -> float:
        empty(stage)
        chosen = given[:rows]
        taken = in_process(name, 1, lambda: write(chosen)).run(1)
        if count_messages(stage.engine, "queued") != rows:
            raise RuntimeError(f"{name} did not write {rows} messages: nothing was measured")
        return taken

    return Variant(name, len(given), run)


def to_orm_rows(messages: Iterable[NewMessage]) -> list[Message]:
    """Return the rows of the messages as SQLModel objects."""
    return [
        Message(
            id=message.id,
            idempotency_key=message.idempotency_key,
            message_id=message_id_for(message.idempotency_key, SITE.mail_domain),
            kind=message.kind,
            stream=message.stream,
            issuer_id=message.issuer_id,
            earner_id=message.earner_id,
            rcpt_to=message.rcpt_to,
            domain=message.domain,
            template_digest=message.template_digest,
            facts=message.facts,
            written_at=message.written_at,
            due_at=message.due_at,
            state_at=message.written_at,
        )
        for message in messages
    ]
