"""Every process of the service is killed, and the database taken away from it, at random moments under load: mail comes
in, a batch goes out, other systems are told, pages are looked at. What was acknowledged is dealt with once, what was
committed leaves once, and twice only what was in doubt.

`BADGEPOST_CHAOS_KILLS` sets how often something is killed, on SQLite and on PostgreSQL; without it one of the two is
drawn. `BADGEPOST_CHAOS_SEED` repeats a run's choices.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from desk.hooks.endpoints import EndpointAdded, add_endpoint
from desk.members.audit import Actor
from mailer.instance.pulses import list_pulses
from tests.chaos.account import Figures, check_arrivals, check_departures
from tests.chaos.house import House, find_port, make_chance
from tests.chaos.issuing import issue
from tests.chaos.load import Clients, Visitors, utc_now
from tests.chaos.office import open_office, service_settings
from tests.chaos.postgres import KillablePostgres, killable_postgres
from tests.chaos.processes import running_relay
from tests.desk.hooks.receiver import Receiver, receiving
from tests.inbound.processing.mail_office import MailOffice

KILLS = int(os.environ.get("BADGEPOST_CHAOS_KILLS", "2"))
KINDS = ["sqlite", "postgresql"]
NAMES = ("worker", "processor", "listener", "hooks", "pages")
COMMANDS = {
    "worker": ["worker"],
    "processor": ["process"],
    "listener": ["listen"],
    "hooks": ["hooks"],
    "pages": ["serve"],
}
BUSY_SECONDS = 1.0
"""How long the processes wait for SQLite's lock; less than in service, so that a lock is soon too long."""
WAVE = 15
"""Earners of a roster that is issued before each kill, so that there is always something under way."""


@dataclass
class Run:
    """One run: the service, its world, and who may be killed."""

    house: House
    office: MailOffice
    clients: Clients
    visitors: Visitors
    receiver: Receiver
    record: Path
    server: KillablePostgres | None

    @property
    def victims(self) -> list[str]:
        return [*NAMES, "room"]

    def kill(self, victim: str) -> None:
        if victim == "room":
            self.house.until(lambda: self.house.kill_child("processor"), "no reading room runs")
        elif victim == "database":
            self.take_database_away()
        else:
            self.house.kill(victim)
            self.house.start(victim)

    def take_database_away(self) -> None:
        """Until mail is refused for it: PostgreSQL is killed, SQLite is locked for longer than anybody waits.

        A lock keeps nobody from reading in SQLite; without PostgreSQL there is no page. Who has just been started is
        waited for: whoever begins while the database is away says so and ends, for others to start again.
        """
        self.house.until(self._are_all_up, "somebody does not come up")
        refused, away = self.clients.replies[451], self.visitors.statuses[503]
        with self._without_database():
            self.house.until(lambda: self.clients.replies[451] > refused, "no mail was refused for now")
            if self.server is not None:
                self.house.until(
                    lambda: self.visitors.statuses[503] > away, "no page said that it is to be tried later"
                )

    def _are_all_up(self) -> bool:
        with self.office.service.engine.connect() as connection:
            began = {line.kind: line.started_at for line in list_pulses(connection)}
        own = {"web" if name == "pages" else name: moment for name, moment in self.house.started.items()}
        return all(kind in began and began[kind] >= moment for kind, moment in own.items())

    @contextmanager
    def _without_database(self) -> Iterator[None]:
        if self.server is None:
            with self.office.service.engine.begin():  # takes the one write lock
                yield
        else:
            self.server.kill()
            self.office.service.engine.dispose()
            yield
            self.server.start()

    def progress(self) -> int:
        """How much has been done by all of them together: a kill waits for some of it, not for the clock."""
        return len(self.clients.acknowledged) + len(self.receiver.got) + self.record.stat().st_size // 20


@contextmanager
def running(folder: Path, server: KillablePostgres | None, seed: int) -> Iterator[Run]:
    record = folder / "copies"
    record.touch()
    ports = [find_port(), find_port()]
    url = server.url if server else f"sqlite:///{folder / 'badgepost.db'}"
    office = open_office(folder, url)
    with running_relay(record, seed, calm=True) as relay, receiving() as receiver:
        added = add_endpoint(office.service.office, _issuer(office), receiver.url, [], "", Actor("kim"), utc_now())
        assert isinstance(added, EndpointAdded)
        settings = service_settings(folder, url, relay, ports[0], web_port=ports[1])
        house = House(folder, settings, COMMANDS, ("-m", "tests.chaos.wrapped", str(BUSY_SECONDS), "shift"))
        award = office.value("SELECT MIN(id) FROM assertion")
        clients, visitors = Clients(ports[0], pause=0.2), Visitors(lambda: ports[1], f"/badges/{award}")
        try:
            yield Run(house, office, clients, visitors, receiver, record, server)
        finally:
            clients.stop()
            visitors.stop()
            house.end()
            office.service.engine.dispose()


def _issuer(office: MailOffice) -> str:
    return str(office.value("SELECT id FROM issuer WHERE slug = 'asee'"))


@pytest.mark.needs("initdb", "postgres")
@pytest.mark.parametrize("kind", KINDS if "BADGEPOST_CHAOS_KILLS" in os.environ else ["any"])
@pytest.mark.timeout(900 + 60 * KILLS)
def test_whoever_is_killed_nothing_is_lost_or_done_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    with capsys.disabled():
        chance = make_chance()
    drawn = chance.choice(KINDS) if kind == "any" else kind
    with killable_postgres() if drawn == "postgresql" else nullcontext() as server:
        _run(tmp_path, server, chance, capsys)


def _run(folder: Path, server: KillablePostgres | None, chance: Random, capsys: pytest.CaptureFixture[str]) -> None:
    with running(folder, server, chance.randrange(1000)) as run:
        issue(run.office, run.house.folder, 0, WAVE)
        run.house.start(*NAMES)
        run.clients.start()
        run.visitors.start()
        run.house.until(lambda: run.visitors.statuses[200] and run.clients.acknowledged, "it does not come up")
        _kill_often(run, chance)
        run.clients.stop()
        run.visitors.stop()
        _await_end(run)
        # One that is told to end before it has its handlers just ends: it has nothing in hand.
        assert set(run.house.drain().values()) <= {0, -signal.SIGTERM}
        _check(run, capsys)


def _kill_often(run: Run, chance: Random) -> None:
    """Kill one after the other, each at a random point after some more has been done."""
    victims: list[str] = []
    while len(victims) < KILLS:
        victims += chance.sample(run.victims, len(run.victims))
    victims.insert(chance.randrange(KILLS), "database")
    for wave, victim in enumerate(victims[:KILLS], start=1):
        issue(run.office, run.house.folder, wave, WAVE)
        wanted = run.progress() + chance.randrange(15, 45)
        run.house.until(lambda wanted=wanted: run.progress() >= wanted, f"nothing goes on before {victim} is killed")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.1))
        run.kill(victim)


def _await_end(run: Run) -> None:
    office = run.office
    waiting = {
        "mails that came in": "SELECT COUNT(*) FROM delivery WHERE state = 'received'",
        "mails that go out": "SELECT COUNT(*) FROM message WHERE state IN ('queued', 'deferred', 'sending')",
        "events": "SELECT COUNT(*) FROM hook_delivery WHERE state IN ('queued', 'deferred')",
    }
    for what, query in waiting.items():
        run.house.until(lambda query=query: office.value(query) == 0, f"{what} are still waiting")  # type: ignore[misc]


def _check(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    kills = run.house.kills + Counter({"database": run.server.kills if run.server else 0})
    copies = Counter(run.record.read_text().splitlines())
    figures = Figures.read(run.office.rows, copies, kills, len(run.clients.acknowledged))
    with capsys.disabled():
        print(figures.row("every process" + (" and PostgreSQL" if run.server else ", SQLite")))
        print(
            f"statuses of the page {dict(run.visitors.statuses)}, replies of the listener {dict(run.clients.replies)}"
        )
    assert set(run.visitors.statuses) <= {0, 200, 503}
    assert set(run.clients.replies) <= {0, 421, 451, 452}
    check_arrivals(run.office.rows, run.clients.acknowledged, kills.total())
    check_departures(run.office.rows, copies)
    told = Counter(run.receiver.ids)
    events = {row.id for row in run.office.rows("SELECT id FROM hook_event")}
    assert set(told) == events, "each event is told of, and nothing else"
    # What a sender had in hand when it, or the database under it, was killed.
    assert sum(told.values()) - len(told) <= 50 * (kills["hooks"] + kills["database"])
