"""A whole office on an empty database, mails for it, and a processor: what the tests of processing share."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, text

from badgepost.database import migrate
from badgepost.judging import make_tools
from badgepost.processor import Processor
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service
from desk.programme import ProgrammeImported, import_programme
from inbound.processing.claims import claim
from inbound.processing.room import Room
from inbound.processing.shelving import process
from inbound.processing.step import Tools
from inbound.store import Arrival, Kept, MailStore
from tests.databases import filled_database

BORDER = "mx.badgepost.example"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SUPPORT = "support@badgepost.example"
DANA = "dana.reyes@asee.example"
PROGRAMME: dict[str, Any] = {
    "issuers": [
        {
            "slug": "asee",
            "name": "American Society of Example Engineers",
            "domain": "asee.example",
            "support_email": "credentials@asee.example",
            "contacts": [{"email": DANA, "name": "Dana Reyes"}],
        },
        {
            "slug": "norte",
            "name": "Taller Norte",
            "domain": "norte.example",
            "support_email": "hola@norte.example",
            "contacts": [{"email": "hola@norte.example", "name": "Taller Norte"}],
        },
    ],
    "badges": [
        {"slug": "bridge", "issuer": "asee", "name": "Bridge Inspector"},
        {"slug": "taller", "issuer": "norte", "name": "Carpintería"},
    ],
    "earners": [
        {
            "email": "j.smith@corp.example",
            "name": "Jane Smith",
            "locked": True,
            "awards": [{"badge": "bridge", "awarded_on": "2026-05-02"}],
        },
        {
            "email": "priya.n@mail.example",
            "name": "Priya Natarajan",
            "awards": [{"badge": "bridge", "awarded_on": "2026-05-03"}],
        },
    ],
}
UNLOCK = "Hello,\n\nplease unlock the account of Jane Smith (j.smith@corp.example).\n\nThanks\nDana\n"


def make_mail(
    body: str = UNLOCK,
    *,
    sender: str = DANA,
    subject: str = "An account",
    message_id: str = "<1@asee.example>",
    authenticated: bool = True,
    headers: Sequence[str] = (),
) -> bytes:
    """Return a mail as our border hands it over."""
    domain = sender.rpartition("@")[2].rstrip(">")
    word = "pass" if authenticated else "none"
    fields = [
        f"Authentication-Results: {BORDER}; dkim={word} header.d={domain}; dmarc={word} header.from={domain}",
        f"Received: from out.{domain} by {BORDER}; Mon, 23 Nov 2026 11:59:00 +0000",
        f"From: {sender}",
        f"To: {SUPPORT}",
        f"Subject: {subject}",
        "Date: Mon, 23 Nov 2026 11:58:00 +0000",
        *([f"Message-ID: {message_id}"] if message_id else []),
        *headers,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return "\r\n".join([*fields, "", *body.split("\n")]).encode()


@dataclass
class MailOffice:
    """An office with a programme; its clock stands still until somebody moves it."""

    service: Service
    room: Room
    now: datetime = NOW
    peer: str = "127.0.0.1"
    """From where mail is handed over: our border, unless a test says otherwise."""
    tools: Tools = field(init=False)

    def __post_init__(self) -> None:
        self.tools = replace(make_tools(self.service, self.room, "here"), clock=lambda: self.now)

    def deliver(self, content: bytes, mail_from: str = DANA, rcpt_to: Sequence[str] = (SUPPORT,)) -> str:
        """Commit a mail as the listener does; return the delivery's id."""
        self.now += timedelta(seconds=1)
        arrival = Arrival(mail_from, tuple(rcpt_to), "out.example", self.peer, "ESMTP", None, self.now, content)

        async def keep() -> object:
            with MailStore(self.service.engine) as store:
                return await store.keep(arrival)

        kept = asyncio.run(keep())
        assert isinstance(kept, Kept)
        return kept.delivery_id

    def process(self) -> Counter[str]:
        """Deal with what is due."""
        return Processor(self.tools, once=True).run()

    def process_one(self, who: str = "here") -> str:
        """Claim one delivery for `who` and deal with it."""
        with self.service.engine.begin() as connection:
            delivery = claim(connection, who, self.now)
        assert delivery is not None, "nothing is due"
        return process(delivery, replace(self.tools, who=who))

    def rows(self, sql: str) -> list[Row[Any]]:
        with self.service.engine.connect() as connection:
            return list(connection.execute(text(sql)))

    def value(self, sql: str) -> Any:
        [[value]] = self.rows(sql)
        return value

    def count_everything(self) -> dict[str, int]:
        """Return how many rows each table has that dealing with a mail could add to."""
        tables = ("message", "ticket", "ticket_entry", "record_change", "proposal", "automatic_answer", "suppression")
        return {table: self.value(f"SELECT COUNT(*) FROM {table}") for table in tables}


def open_mail_office(folder: Path, room: Room, *, url: str | None = None, **settings: Any) -> MailOffice:
    """Return an office on a fresh database."""
    values = {"authserv_id": BORDER, **settings}
    url = url or filled_database(folder / "office.db", _fill_office)
    return MailOffice(open_service(Settings(data_dir=folder, database_url=url, **values)), room)


def _fill_office(engine: Engine) -> None:
    migrate(engine)
    outcome = import_programme(engine, json.loads(json.dumps(PROGRAMME)), Path(), NOW)
    assert isinstance(outcome, ProgrammeImported), outcome


Opener = Callable[..., MailOffice]
