"""Rows in and out of the stage's database, between two timed runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select
from sqlmodel import col

from badges.credential_tables import Credential
from badges.tables import Account, Assertion, Earner, EarnerAddress
from bench.fixture import BADGE_CLASS_ID, NOW, Award, make_award
from bench.stage import SITE, Stage, make_message
from desk.credentials.writing import NewCredential, write_credentials
from mailer.queue.ledger import enqueue
from mailer.queue.tables import Attempt, Batch, Message


def empty(stage: Stage) -> None:
    """Take out everything that an issuance writes; the programme and its template stay.

    What workers have noted of it goes, too: by their notes this would be an earlier state, which is not sent from.
    """
    for note in stage.folder.glob("worker-*.note"):
        note.unlink()
    with stage.engine.begin() as connection:
        for table in (Attempt, Message, Batch, Credential, Assertion, Account, EarnerAddress, Earner):
            connection.execute(delete(table))


def attest(stage: Stage, awards: Sequence[Award]) -> None:
    """Write `awards` into empty tables with their credentials, which mails bring."""
    earners = [
        {"id": f"earner{award.number:07d}", "name": award.name, "name_key": "", "created_at": NOW} for award in awards
    ]
    assertions = [
        {
            "id": award.assertion_id,
            "badge_class_id": BADGE_CLASS_ID,
            "earner_id": earner["id"],
            "state": "issued",
            "issued_on": award.issued_on,
            "expires_on": award.expires_on,
            "created_at": NOW,
        }
        for award, earner in zip(awards, earners, strict=True)
    ]
    new = [NewCredential(award.assertion_id, award.assertion_id, award.name, award.address) for award in awards]
    with stage.engine.begin() as connection:
        connection.execute(insert(Earner), earners)
        connection.execute(insert(Assertion), assertions)
        write_credentials(connection, stage.achieved, new, NOW)


def fill_queue(stage: Stage, count: int, due_at: datetime = NOW) -> None:
    """Put so many messages into the empty ledger, and the awards that they are about."""
    attest(stage, [make_award(number) for number in range(count)])
    made = (make_message(make_award(number), stage.published.digest) for number in range(count))
    messages = (replace(message, due_at=due_at) for message in made) if due_at != NOW else made
    with stage.engine.begin() as connection:
        enqueue(connection, messages, SITE.mail_domain)


def count_messages(engine: Engine, state: str) -> int:
    """Return how many messages are in that state."""
    query = select(func.count()).select_from(Message).where(col(Message.state) == state)
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())
