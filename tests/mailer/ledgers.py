"""Ledgers for tests: a database with messages in it, a maker of tiny mails, and one look at what became of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel

from badgepost.database import migrate, open_engine
from badges.tables import Issuer
from mailer.queue.claimed import Claimed
from mailer.queue.ledger import NewMessage, enqueue
from mailer.queue.tables import Batch, PublishedTemplate
from tests.databases import database_url, filled_database

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class TinyMail:
    mail_from: str
    rcpt_to: str
    data: bytes
    needs_smtputf8: bool = False


class TinyMaker:
    """Composes mails of some 200 bytes whose Message-ID names the row."""

    def compose(self, message: Claimed, now: datetime) -> TinyMail:
        header = f"Message-ID: <{message.message_id}>\r\nTo: {message.rcpt_to}\r\nSubject: {message.kind}\r\n\r\n"
        return TinyMail(f"bounce+{message.id}@badgepost.example", message.rcpt_to, f"{header}hello\r\n".encode())


@dataclass
class Ledger:
    """A ledger with one issuer, one template and two batches."""

    engine: Engine
    clock: datetime = START
    counter: int = field(default=0)

    def add(self, rcpt_to: str = "", **changes: Any) -> NewMessage:
        return self.add_many(1, rcpt_to, **changes)[0]

    def add_many(self, count: int, rcpt_to: str = "", **changes: Any) -> list[NewMessage]:
        """Put in `count` messages, to `rcpt_to` or to somebody new each, in one transaction."""
        messages = [self.make(rcpt_to, **changes) for _ in range(count)]
        with self.engine.begin() as connection:
            enqueue(connection, messages, "badgepost.example")
        return messages

    def make(self, rcpt_to: str = "", **changes: Any) -> NewMessage:
        self.counter += 1
        address = rcpt_to or f"earner{self.counter:05}@north.example"
        values: dict[str, Any] = {
            "idempotency_key": f"issuance/{self.counter}",
            "kind": "issuance",
            "stream": "account",
            "issuer_id": "issuer",
            "rcpt_to": address,
            "domain": address.rpartition("@")[2],
            "template_digest": "digest",
            "facts": "{}",
            "written_at": self.clock,
            "due_at": self.clock,
            "batch_id": "batch",
            "id": f"m{self.counter:05}",
        }
        return NewMessage(**(values | changes))

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def execute(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def states(self) -> Counter[str]:
        return Counter(row.state for row in self.rows("SELECT state FROM message"))

    def message(self, message_id: str) -> Any:
        return self.rows("SELECT * FROM message WHERE id = :id", id=message_id)[0]

    def attempts(self, message_id: str) -> list[Any]:
        return self.rows("SELECT * FROM attempt WHERE message_id = :id ORDER BY number", id=message_id)

    def later(self, **by: float) -> datetime:
        return self.clock + timedelta(**by)


@contextmanager
def open_ledger(path: Path, *, make: bool = True) -> Iterator[Ledger]:
    engine = open_engine(filled_database(path, make_ledger) if make else database_url(path))
    try:
        yield Ledger(engine)
    finally:
        engine.dispose()


def make_ledger(engine: Engine) -> None:
    """Make all tables, as a start of the service does, and what messages refer to."""
    migrate(engine)
    fill_ledger(engine)


def fill_ledger(engine: Engine) -> None:
    """Make the tables, if they are not there, and what messages refer to."""
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(
            Issuer(id="issuer", slug="north", name="North", domain="north.example", support_email="a@b.example")
        )
        session.flush()
        session.add(
            PublishedTemplate(
                digest="digest", kind="issuance", language="en", issuer_id="issuer", content="{}", created_at=START
            )
        )
        for name in ("batch", "other"):
            session.add(Batch(id=name, issuer_id="issuer", kind="issuance", label=name, created_at=START))
        session.commit()
