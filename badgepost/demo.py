"""`badgepost demo`: the whole journey once, on this machine only, checked at each step.

Here belongs the order of the steps and what must hold after each. All parts are the real ones: settings, database,
worker, SMTP, pages; only the next hop is a local server (`receiver`) that keeps what it is given. What is said to the
person who watches stands in `cli.demo`.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from badgepost.arrived import ArrivedMail, open_mail
from badgepost.receiver import Receiver
from badgepost.sample import import_sample, issue_sample
from badgepost.serving import PageServer, listen, make_web_service
from badgepost.setting_groups import DkimKeyFile, Relay
from badgepost.settings import Settings
from badgepost.visitor import Visitor
from badgepost.wiring import Service, make_work, open_service
from badgepost.worker import Worker
from badgepost.worker_lock import WorkerLock
from desk.issuing.order import IssueSummary
from desk.programme import ProgrammeImported
from mailer.keys import KeyType, make_key, to_pem

SECONDS = 60.0
"""How long the worker may take for each of its two runs."""
PASSWORD = "three goats on a ridge"
DOMAIN = "badgepost.example"
_KEYS: tuple[tuple[str, KeyType], ...] = (("demor", "rsa"), ("demoe", "ed25519"))


class _DemoSettings(Settings):
    """Settings that take nothing from this machine: no file, no variable."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the one source: what `run_demo` says."""
        return (init_settings,)


class DemoError(Exception):
    """A step did not come to what it must come to; the message is one line."""


@dataclass(frozen=True)
class PasswordJourney:
    """What came of one password link."""

    user_name: str
    link: str
    statuses: tuple[tuple[str, int], ...]
    """Each request with its status."""
    badge_page: str
    notice: ArrivedMail


class Watcher(Protocol):
    """Whoever is told what came of each step."""

    def on_ready(self, service: Service, port: int) -> None:
        """Keys are made, pages and the local SMTP server (at `port`) are up."""

    def on_imported(self, imported: ProgrammeImported) -> None:
        """The programme is in the database."""

    def on_issued(self, summary: IssueSummary) -> None:
        """Awards and messages are committed."""

    def on_delivered(self, mails: list[ArrivedMail], seconds: float) -> None:
        """All mails have arrived and are without fault."""

    def on_scanned(self, links: int) -> None:
        """Every link of every mail was opened by GET and HEAD, and still nothing has changed."""

    def on_password(self, journey: PasswordJourney) -> None:
        """A password was set, and the notice of it has arrived."""


def run_demo(folder: Path, watcher: Watcher) -> None:
    """Do everything once, with all data in `folder`. Raises `DemoError`, and `Refusal` if nothing could start."""
    with Receiver() as receiver, _open_house(folder, receiver.port) as service:
        watcher.on_ready(service, receiver.port)
        now = datetime.now(UTC)
        watcher.on_imported(import_sample(service.office, now))
        summary = issue_sample(service.office, now)
        watcher.on_issued(summary)
        began = time.monotonic()
        mails = _deliver(service, receiver, summary.mails)
        watcher.on_delivered(mails, time.monotonic() - began)
        visitor = Visitor(service.settings.base_url)
        watcher.on_scanned(_play_scanner(visitor, mails))
        watcher.on_password(_set_password(service, receiver, visitor, mails[0]))


@contextmanager
def _open_house(folder: Path, smtp_port: int) -> Iterator[Service]:
    listener = listen("127.0.0.1", 0)
    settings = _DemoSettings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'badgepost.db'}",
        base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        mail_domain=DOMAIN,
        transport="smtp",
        relays=[Relay(name="local", host="127.0.0.1", port=smtp_port, tls="none", connections=2)],
        dkim=[_write_key(folder, selector, key_type) for selector, key_type in _KEYS],
    )
    service = open_service(settings)
    pages = PageServer(make_web_service(service, lambda: datetime.now(UTC)), listener)
    pages.start()
    try:
        yield service
    finally:
        pages.stop()
        service.engine.dispose()


def _write_key(folder: Path, selector: str, key_type: KeyType) -> DkimKeyFile:
    path = folder / f"{selector}.pem"
    path.touch(mode=0o600)
    path.write_bytes(to_pem(make_key(key_type)))
    return DkimKeyFile(selector=selector, domain=DOMAIN, file=path)


def _deliver(service: Service, receiver: Receiver, count: int) -> list[ArrivedMail]:
    """Run a worker until nothing is due; return the `count` mails that have arrived since."""
    before = len(receiver.mails)
    lock = WorkerLock(service.settings.data_dir, "demo")
    with lock:
        worker = Worker(make_work(service), lock, once=True)
        try:
            outcomes = asyncio.run(asyncio.wait_for(worker.run(), SECONDS))
        except TimeoutError as error:
            raise DemoError(f"the worker had not delivered {count} mails after {SECONDS:.0f} seconds") from error
    if not receiver.await_mails(before + count, 5.0):
        raise DemoError(f"{len(receiver.mails) - before} of {count} mails arrived; the worker says {dict(outcomes)}")
    mails = [open_mail(received) for received in receiver.mails[before:]]
    _require(len(mails) == count, f"{len(mails)} mails arrived instead of {count}")
    for mail in mails:
        _require(not mail.faults, f"the mail to {mail.rcpt_to} is not as it must be: {'; '.join(mail.faults)}")
        _require(
            len(mail.signatures) == len(_KEYS), f"the mail to {mail.rcpt_to} has {len(mail.signatures)} signatures"
        )
    return sorted(mails, key=lambda mail: mail.rcpt_to)


def _play_scanner(visitor: Visitor, mails: list[ArrivedMail]) -> int:
    """Open every link to our pages, as mail scanners do. The password step then shows that they still work."""
    links = [link for mail in mails for link in mail.links if link.startswith(visitor.base_url)]
    for link in links:
        for method in ("GET", "HEAD"):
            answer = visitor.ask(method, link)
            # What only the owner may see leads a scanner to the log-in page.
            is_closed = answer.status == 303 and urlsplit(answer.location).path == "/login"
            _require(answer.status == 200 or is_closed, f"{method} {_without_token(link)} led to {answer.status}")
    return len(links)


def _set_password(service: Service, receiver: Receiver, visitor: Visitor, mail: ArrivedMail) -> PasswordJourney:
    link = mail.link_to(f"{visitor.base_url}/p/")
    if link is None:
        raise DemoError(f"the mail to {mail.rcpt_to} has no password link")
    shown = visitor.ask("GET", link)
    _require(mail.rcpt_to in shown.body, "the form does not show the user name")
    sent = visitor.ask("POST", link, {"password": PASSWORD, "repeated": PASSWORD})
    _require(sent.status == 303, f"the form was answered with {sent.status}")
    done = visitor.ask("GET", sent.location)
    again = visitor.ask("POST", link, {"password": PASSWORD, "repeated": PASSWORD})
    _require(again.status == 410, f"the link works a second time ({again.status})")
    badge = mail.link_to(f"{visitor.base_url}/badges/")
    _require(badge is not None and urlsplit(badge).path in done.body, "the last page does not lead to the badge")
    (notice,) = _deliver(service, receiver, 1)
    steps = (("GET the link", shown), ("POST the form", sent), ("GET what follows", done), ("POST again", again))
    return PasswordJourney(
        mail.rcpt_to, link, tuple((name, answer.status) for name, answer in steps), badge or "", notice
    )


def _without_token(link: str) -> str:
    return urlsplit(link).path.rpartition("/")[0] + "/…"


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DemoError(otherwise)
