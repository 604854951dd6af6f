"""Figure 6: enqueue 10,000 recipients at at least 5 times the rate of SQLModel's `add_all`.

Both write the same rows from the same awards into the same file (SQLite, WAL, synchronous=FULL), in one commit: once
the messages alone, once everything that an issuance writes for new earners.
"""

from collections.abc import Callable

from sqlalchemy import Engine, delete

from bench.figures.figure import Figure, microseconds
from bench.fixture import MAIL_DOMAIN, NOW, make_awards, make_facts
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.peers.orm import add_all
from bench.rounds import Results, Variant, in_process
from bench.stage import Stage
from mailer.notices import NOTICES
from mailer.queue.ledger import NewMessage, enqueue, message_id_for
from mailer.queue.tables import Message

OURS = "ledger.enqueue"
PEER = "SQLModel add_all"
GOAL = Goal("enqueue, message rows: rate of ours / SQLModel add_all", Bound.AT_LEAST, 5)


def prepare(stage: Stage, recipients: int) -> Figure:
    """Return the figure for so many rows a transaction."""

    def judge(results: Results) -> list[Finding]:
        aside = ", ".join(microseconds(results, name) + " a row" for name in (OURS, PEER))
        return [from_ratio(GOAL, results.ratio(PEER, OURS), aside)]

    return Figure(
        [_emptied_first(stage, OURS, recipients, _enqueue), _emptied_first(stage, PEER, recipients, _add_all)], judge
    )


def _emptied_first(stage: Stage, name: str, recipients: int, act: Callable[[Stage, int], object]) -> Variant:
    """Return a variant that writes `recipients` rows in one go into an emptied table; only the writing is timed."""

    def run(rows: int) -> float:
        _empty(stage.engine)
        return in_process(name, 1, lambda: act(stage, rows)).run(1)

    return Variant(name, recipients, run)


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(delete(Message))
