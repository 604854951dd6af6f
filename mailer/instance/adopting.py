"""What an operator says that a fenced database is. Here belong the two answers and what follows from each.

*Moved*: it is the one database there is, only in another place; everything goes on. *Restored*: it is an earlier state,
and what was not final in it may have been sent since; such mails are set aside, so that a person decides. New mail
flows at once in either case.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, String, bindparam, text

from badges.columns import to_microseconds
from mailer.instance.fence import Standing, make_name
from mailer.instance.places import find_place, write_place
from mailer.instance.tables import THE_INSTANCE
from mailer.queue.leases import recover
from mailer.queue.settling import Policy
from mailer.queue.tables import CLAIMABLE

TURN = 1000
"""The most messages that are set aside in one transaction: others want to write too."""

_WORKERS = text("SELECT DISTINCT worker_id FROM message WHERE worker_id IS NOT NULL")
# By the two indexes of what is claimable: what was set aside is in neither any more.
_SET_ASIDE = [
    text(f"""
        UPDATE message SET held_at = :now, reason = :reason
        WHERE id IN (
            SELECT id FROM message
            WHERE {CLAIMABLE} AND {half} AND state_at <= :fenced_at AND stream NOT IN :resend
            ORDER BY due_at LIMIT :turn
        )
    """).bindparams(bindparam("resend", type_=String, expanding=True))
    for half in ("batch_id IS NULL", "batch_id IS NOT NULL")
]
_LIFT = text("""
    UPDATE instance SET name = :name, former = :former, place = :place, epoch = epoch + 1, changed_at = :now,
        fenced_at = NULL, fenced_because = ''
    WHERE id = :id AND name = :before
""")


def set_aside_doubtful(
    engine: Engine, standing: Standing, now: datetime, resend: Collection[str] = ()
) -> Iterator[int]:
    """Hold what may have been sent since the state that was brought back, but not in streams of `resend`.

    Yields how many, a turn each, while the fence stands. A run that broke off is run again.
    """
    assert standing.fenced_at is not None
    with engine.begin() as connection:
        # What was being sent at that time is in doubt anyhow.
        workers = connection.execute(_WORKERS).scalars().all()
        policy = Policy(resend_unknown=frozenset(resend))
        recovered = recover(connection, workers, now, policy)
    yield recovered.unknown
    values = {
        "now": to_microseconds(now),
        "fenced_at": to_microseconds(standing.fenced_at),
        "reason": f"restored: may have been sent since {standing.changed_at:%Y-%m-%d %H:%M} UTC",
        "resend": sorted(resend),
        "turn": TURN,
    }
    for half in _SET_ASIDE:
        count = TURN
        while count == TURN:
            with engine.begin() as connection:
                count = connection.execute(half, values).rowcount
            yield count


def adopt(connection: Connection, standing: Standing, now: datetime) -> bool:
    """Lift the fence of the database that stood as `standing`; False: somebody else was faster.

    It gets another name, so that notes about what it was before, on whatever machine, say nothing any more.
    """
    values = {
        "id": THE_INSTANCE,
        "name": make_name(),
        "former": " ".join(sorted({*standing.former, standing.name})),
        "place": write_place(find_place(connection)),
        "before": standing.name,
        "now": to_microseconds(now),
    }
    return connection.execute(_LIFT, values).rowcount > 0
