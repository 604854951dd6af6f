"""A running service as the tests of pages see it, and what they want to know of it."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from ipaddress import ip_network
from pathlib import Path
from threading import Event

import httpx
from sqlalchemy import text

from badgepost.serving import PageServer
from badgepost.wiring import Service, make_work
from badgepost.worker import Worker
from badgepost.worker_lock import WorkerLock
from badges.accounts import LockoutPolicy
from badges.links import Payload, Purpose
from badges.transactions import reading
from desk.office import Office
from desk.requests.carrying_out import CarriedOut, carry_out
from desk.requests.orders import Order
from tests.databases import dump_rows


@dataclass
class Clock:
    """The time, which a test may move."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class House:
    """The running service, with what a test wants to do to it and see of it."""

    service: Service
    pages: PageServer
    clock: Clock
    client: httpx.Client
    """Follows no redirect and keeps no cookie."""

    @property
    def base_url(self) -> str:
        return self.service.settings.base_url

    @property
    def outbox(self) -> Path:
        return self.service.settings.outbox_dir()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.client.post(path, data=form)

    def one(self, query: str, **values: object) -> object:
        """Return the one value that a query gives."""
        with reading(self.service.engine).connect() as connection:
            return connection.execute(text(query), values).scalar_one()

    def column(self, query: str, **values: object) -> list[object]:
        """Return the first value of each row that a query gives."""
        with reading(self.service.engine).connect() as connection:
            return list(connection.execute(text(query), values).scalars())

    def change(self, statement: str, **values: object) -> None:
        with self.service.engine.begin() as connection:
            connection.execute(text(statement), values)

    def change_json(self, table: str, column: str, **changes: object) -> None:
        """Put `changes` into each JSON object of a column; None takes the key out."""
        for before in self.column(f"SELECT DISTINCT {column} FROM {table}"):
            kept = {key: value for key, value in json.loads(str(before)).items() if key not in changes}
            after = json.dumps(kept | {key: value for key, value in changes.items() if value is not None})
            self.change(f"UPDATE {table} SET {column} = :after WHERE {column} = :before", after=after, before=before)

    def dump(self) -> list[str]:
        """Return every row in the database."""
        return dump_rows(self.service.engine)

    def deliver(self) -> list[EmailMessage]:
        """Have a worker deliver all that is due; return everything in the outbox."""
        lock = WorkerLock(self.service.settings.data_dir, "test")
        work = replace(make_work(self.service), clock=self.clock)
        with lock, ThreadPoolExecutor(1) as thread:  # a browser keeps an event loop running in this one
            thread.submit(asyncio.run, Worker(work, lock, once=True).run()).result()
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in self.outbox.glob("*.eml")]

    def let_owners_unlock(self) -> None:
        """Change the setting `lockout` while the pages are served."""
        state = self.pages.app.state
        office = replace(state.service.office, lockout=LockoutPolicy.EARNER)
        state.service = replace(state.service, office=office)

    def open_webhooks(self, *networks: str) -> Office:
        """Change the setting `hooks_allow` while the pages are served; return the office that has it."""
        state = self.pages.app.state
        office = replace(state.service.office, hooks_allow=tuple(map(ip_network, networks)))
        state.service = replace(state.service, office=office)
        return office

    def settle(self) -> None:
        """Wait until the pages have done what they left for after their answers."""
        done = Event()
        assert self.pages.app.state.afterwards.do(done.set)
        assert done.wait(60)

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.deliver() if address in str(mail["To"])]

    def mail_to(self, address: str, subject: str) -> EmailMessage:
        """Return the one mail to `address` whose subject holds `subject`."""
        (mail,) = [mail for mail in self.mails_to(address) if subject in str(mail["Subject"])]
        return mail

    def carry_out(self, order: Order) -> CarriedOut:
        """Do what would be decided on a mail."""
        with self.service.engine.begin() as connection:
            return carry_out(connection, self.service.office, order, self.clock())

    def account_of(self, address: str) -> str:
        return str(
            self.one(
                "SELECT account.id FROM account JOIN earner_address USING (earner_id) WHERE address = :a", a=address
            )
        )

    def award_of(self, address: str) -> str:
        return str(
            self.one(
                "SELECT assertion.id FROM assertion JOIN earner_address USING (earner_id) WHERE address = :a"
                " ORDER BY issued_on DESC LIMIT 1",
                a=address,
            )
        )

    def message_to(self, address: str) -> str:
        return str(self.one("SELECT id FROM message WHERE rcpt_to = :a ORDER BY written_at LIMIT 1", a=address))

    def mint(self, purpose: Purpose, *payload: str | int) -> str:
        values: Payload = list(payload)
        return self.service.office.links.mint(purpose, values, self.clock())

    def first_link(self, address: str) -> str:
        """Return the path of the password link in somebody's issuance mail."""
        return f"/p/{self.mint(Purpose.FIRST_PASSWORD, self.account_of(address), 1)}"


def links_in(mail: EmailMessage) -> set[str]:
    """Return every URL in a mail: in its HTML, its text and its headers."""
    html = mail.get_body(("html",))
    plain = mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    found = {unescape(url) for url in re.findall(r'(?:href|src)="(https?:[^"]+)"', html.get_content())}
    found |= set(re.findall(r"https?://[^\s<>]+", plain.get_content()))
    return found | set(re.findall(r"<(https?://[^>]+)>", str(mail["List-Unsubscribe"] or "")))
