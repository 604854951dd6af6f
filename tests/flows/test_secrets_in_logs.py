"""A whole journey at the most talkative level: what it has of secrets stands in no line of the log, in no form."""

import asyncio
import io
import json
import logging
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from badgepost.judging import make_tools
from badgepost.opening import read_link_keys
from badgepost.presence import present
from badgepost.processor import Processor
from badgepost.redacting import GONE, Redactor
from badgepost.setting_groups import Relay
from badgepost.wiring import Service, make_work
from badgepost.worker import Worker
from badgepost.worker_lock import WorkerLock
from desk.hooks.endpoints import EndpointAdded, add_endpoint
from desk.hooks.events import EventKind, Happened
from desk.hooks.telling import tell_hooks
from desk.members.audit import Actor
from inbound.processing.room import Room
from inbound.store import Arrival, Kept, MailStore
from tests.cheap_hashing import cheap_hashing
from tests.desk.hooks.receiver import post_due, receiving
from tests.inbound.processing.mail_office import make_mail
from tests.logs import keep_logs
from tests.mailer.delivery.scripted_relay import Say, ScriptedRelay
from tests.mailer.delivery.test_relays import make_certificate, serving_context
from tests.web.api.callers import connect
from tests.web.console.newcomers import Browser, invite, path_in
from tests.web.house import House, links_in

ADA = "ada@mail.example"
KIM = Actor("kim@staff.example")
RELAY_PASSWORD = "r3lay pässword/with+signs"


@dataclass
class Journey:
    """What a journey has said, and the secrets that occurred on it."""

    said: io.StringIO
    secrets: dict[str, str] = field(default_factory=dict)
    """The secret, and what it is."""
    ids: dict[str, str] = field(default_factory=dict)
    """What each step of a mail's life is found by, and what it is."""
    relay_repeats: bool = True

    def note(self, what: str, *secrets: str) -> None:
        self.secrets |= {secret: what for secret in secrets if len(secret) >= 8}

    def note_links(self, mail: EmailMessage) -> None:
        """Every token of a link, and every path that leads to a page of its own."""
        for link in links_in(mail):
            self.note("a link of a mail", *(part for part in re.split(r"[/?=&#]", link) if part.count(".") == 2))


@pytest.fixture
def journey() -> Iterator[Journey]:
    with keep_logs():
        yield Journey(io.StringIO())


def forms_of(secret: str) -> Iterator[str]:
    """Return the forms in which a secret may stand in a line: as it is, escaped, and what base64 has of it wherever
    it begins."""
    yield from (secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1])
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):
            whole = encode(bytes(before) + secret.encode()).decode().rstrip("=")
            yield whole[4 : len(whole) - 2]


__all__ = ["cheap_hashing"]


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("form", ["json", "console", "bare"])
def test_a_whole_journey_tells_no_secret(
    house: House, journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """`bare`: without the last line of defence, and with a relay that repeats nothing."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the client of these tests
    if form == "bare":
        monkeypatch.setattr(Redactor, "redact", lambda _self, text: text)
        journey.relay_repeats = False
    told_as = {"log_format": "console" if form == "console" else "json", "log_level": "debug"}
    settings = house.service.settings.model_copy(update=told_as)
    service = replace(house.service, settings=settings)
    journey.note("a key that signs links", *read_link_keys(settings))
    journey.note("a private key", *_lines_of_keys(settings.data_dir))
    with redirect_stderr(journey.said), present(service, "web", beat_every=3600):
        _earner(house, journey)
        _member(house, journey)
        _machine_and_webhook(house, journey)
        _relay_refuses_log_in(service, journey, tmp_path)
        _support_mail(house, journey)
        _faults(house, journey)
    said = journey.said.getvalue()
    assert len(journey.secrets) > 25
    told = {what: form for secret, what in journey.secrets.items() for form in forms_of(secret) if form in said}
    assert told == {}
    assert (GONE in said) == (form != "bare")  # there was something to be taken out
    assert re.findall(r"[\w.+-]+@(?:mail|staff|asee|fjellvik)\.example", said) == []
    for id_, what in journey.ids.items():
        assert id_ in said, f"{what} is not found"
    if form != "console":
        lines = [json.loads(line) for line in said.splitlines()]
        assert {"attempt", "asked", "act", "queued", "taken", "processed", "posted", "relay", "page_failed"} <= {
            line["event"] for line in lines
        }


def _earner(house: House, journey: Journey) -> None:
    """The mail, its link, a password, logging in with a wrong one and the right one."""
    for mail in house.deliver():
        journey.note_links(mail)
    journey.ids[house.message_to(ADA)] = "the mail"
    path, password = house.first_link(ADA), "seven bright lanterns at sea"
    journey.note("a link", path.rpartition("/")[2])
    journey.note("a password", password, "wrong lanterns at sea")
    page = house.get(path)
    assert page.status_code == 200
    assert house.post(path, password=password, repeated=password).status_code < 400
    assert house.post("/login", address=ADA, password="wrong lanterns at sea").status_code < 500
    answer = house.post("/login", address=ADA, password=password)
    cookie = answer.headers["set-cookie"].split(";")[0]
    journey.note("a session of an earner", cookie.partition("=")[2].strip('"'))
    portfolio = house.get("/portfolio", cookie=cookie)
    assert portfolio.status_code == 200
    journey.note("a word of a form", *re.findall(r'name="word" value="([^"]+)"', portfolio.text))
    house.post("/password", address=ADA)
    house.settle()


def _member(house: House, journey: Journey) -> None:
    """An invitation, its password, the second factor's secret and codes."""
    invite(house)
    path, password = path_in(house, "robin@staff.example", "invited"), "four quiet herons wade"
    journey.note("an invitation", path.rpartition("/")[2])
    journey.note("a member's password", password)
    browser = Browser(house)
    browser.get(path)
    browser.post(path, password=password, repeated=password)
    browser.post("/console/login", address="robin@staff.example", password=password)
    page = browser.get("/console/second-factor")
    journey.note("a session of a member", *(seen.partition("=")[2] for seen in browser.seen))
    typed = re.findall(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", page.text)
    journey.note("a second factor", *typed, *(one.replace(" ", "") for one in typed))
    assert typed


def _machine_and_webhook(house: House, journey: Journey) -> None:
    """A call with a token, an event that is posted with a signature."""
    machine = connect(house)
    journey.note("an API token", machine.token)
    assert machine.get("/issuer").status_code == 200
    assert house.get("/api/v1/issuer", authorization=f"Bearer {machine.token}x").status_code == 401
    office = house.open_webhooks("127.0.0.0/8")
    issuer_id = str(house.one("SELECT id FROM issuer WHERE slug = 'fjellvik'"))
    with receiving() as receiver:
        added = add_endpoint(office, issuer_id, receiver.url, [], "", KIM, house.clock())
        assert isinstance(added, EndpointAdded)
        journey.note("a webhook's key", added.secret, added.secret.partition("_")[2])
        machine.post("/awards", {"badge": "x"}, **{"idempotency-key": "once-and-for-all"})
        with house.service.engine.begin() as connection:
            tell_hooks(connection, [Happened(issuer_id, EventKind.MAIL_SENT, "1", {"message": "a"})], house.clock())
        post_due(office, house.clock())
        assert receiver.got
        journey.ids[receiver.got[0].headers["webhook-id"]] = "the event"
        journey.note("a signature", receiver.got[0].headers["webhook-signature"].partition(",")[2])


def _relay_refuses_log_in(service: Service, journey: Journey, folder: Path) -> None:
    """A relay that repeats in its refusal what it was sent."""
    certificate, key = make_certificate(folder, "own")
    journey.note("a relay's password", RELAY_PASSWORD)

    async def run() -> None:
        sent = b64encode(f"\0badgepost\0{RELAY_PASSWORD}".encode()).decode()
        repeated = f": AUTH PLAIN {sent} ({sent}) as {RELAY_PASSWORD} for <{ADA}>" if journey.relay_repeats else ""
        words = f"535 5.7.8 refused{repeated}"
        context = serving_context((certificate, key))
        async with ScriptedRelay(
            tls=context, login=("badgepost", "x"), play=lambda phase, _: Say(words) if phase == "auth" else None
        ) as relay:
            next_hop = Relay(
                host="localhost",
                port=relay.port,
                ca_file=certificate,
                user="badgepost",
                password=SecretStr(RELAY_PASSWORD),
            )
            settings = service.settings.model_copy(update={"transport": "smtp", "relays": [next_hop]})
            with (
                WorkerLock(settings.data_dir, "refused") as lock,
                present(replace(service, settings=settings), "worker"),
            ):
                work = make_work(replace(service, settings=settings))
                await Worker(work, lock, once=True).run()
            assert any(command.startswith("AUTH") for command in relay.commands)

    with service.engine.begin() as connection:
        connection.execute(text("UPDATE message SET state = 'queued', worker_id = NULL, due_at = 0"))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()


def _support_mail(house: House, journey: Journey) -> None:
    """A mail that quotes a link and a password becomes a ticket."""
    journey.note("a password in a mail", "my old one was Tr0ub4dor&3")
    content = make_mail(f"Hello, {house.base_url}{house.first_link(ADA)} fails; my old one was Tr0ub4dor&3. Help!\n")
    arrival = Arrival(ADA, ("support@badgepost.example",), "mx", "127.0.0.1", "ESMTP", None, datetime.now(UTC), content)

    async def keep() -> Kept:
        with MailStore(house.service.engine) as store:
            kept = await store.keep(arrival)
        assert isinstance(kept, Kept)
        return kept

    with ThreadPoolExecutor(1) as thread:
        kept = thread.submit(asyncio.run, keep()).result()
    with Room() as room:
        Processor(make_tools(house.service, room, "here"), once=True).run()
    journey.ids |= {kept.delivery_id: "the delivery", kept.raw_mail_id: "the raw mail"}


def _faults(house: House, journey: Journey) -> None:
    """The database fails in the middle of what has secrets."""
    link = house.first_link(ADA)
    journey.note("a link", link.rpartition("/")[2])
    journey.note("a token that nobody has", "bp_" + "Ab3" * 14 + "x")
    house.change("ALTER TABLE account RENAME TO account_gone")
    house.change("ALTER TABLE api_token RENAME TO api_token_gone")
    statuses = [
        house.get(link, **{"x-request-id": "from-the-proxy-1"}).status_code,
        house.post("/login", address=ADA, password="seven bright lanterns at sea").status_code,
        house.get("/api/v1/issuer", authorization="Bearer bp_" + "Ab3" * 14 + "x").status_code,
    ]
    assert statuses == [500, 500, 500]
    journey.ids["from-the-proxy-1"] = "the request"


def _lines_of_keys(folder: Path) -> Iterator[str]:
    for path in folder.glob("*.pem"):
        yield from (line for line in path.read_text().splitlines() if len(line) > 40)
