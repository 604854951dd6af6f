"""The disk is full, and then not: `python -m tests.chaos.full_disk FOLDER ROUNDS KIND`, on a small disk of its own.

Run by `test_full_disk` in a mount namespace, where FOLDER is a tmpfs of a few megabytes. Mail comes in and goes out
while a file takes up the room that is left, again and again; then there is room, and all goes on.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from tests.chaos.account import Figures, check_arrivals, check_departures
from tests.chaos.house import House, find_port, make_chance
from tests.chaos.load import Clients
from tests.chaos.office import open_office, service_settings
from tests.chaos.postgres import KillablePostgres, killable_postgres
from tests.chaos.processes import running_relay
from tests.inbound.processing.mail_office import MailOffice

COMMANDS = {"worker": ["worker"], "processor": ["process"], "listener": ["listen"]}
REFUSALS = {421, 451, 452}


class Ballast:
    """A file that takes up all room."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ballast"

    def take_all(self) -> None:
        """Until not a byte more can be written, in ever smaller pieces: others free and take meanwhile."""
        with self._path.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                self._take(file.write, b"x" * size)

    def _take(self, write: Callable[[bytes], int | None], piece: bytes) -> None:
        while True:
            try:
                write(piece)
            except OSError:
                return

    def release(self) -> None:
        self._path.unlink(missing_ok=True)


def run(folder: Path, rounds: int, server: KillablePostgres | None, elsewhere: Path) -> None:
    chance = make_chance()
    url = server.url if server else f"sqlite:///{folder / 'badgepost.db'}"
    office, ballast, record = open_office(folder, url), Ballast(folder), elsewhere / "copies"
    record.touch()
    with running_relay(record, 1, calm=True) as relay:
        port = find_port()
        house = House(folder, service_settings(folder, url, relay, port), COMMANDS, logs=elsewhere)
        clients = Clients(port, number=4)
        try:
            house.start(*COMMANDS)
            clients.start()
            for number in range(rounds):
                before = len(clients.acknowledged) + chance.randrange(5, 25)
                house.until(lambda before=before: len(clients.acknowledged) > before, "no mail is taken")  # type: ignore[misc]
                _fill(house, clients, ballast, number)
                if server is not None and server.process is not None and server.process.poll() is not None:
                    server.start()  # PostgreSQL may end itself where its log cannot be written; systemd would start it
            before = len(clients.acknowledged)
            house.until(lambda: len(clients.acknowledged) > before, "no mail is taken when there is room again")
            clients.stop()
            for table in (
                "delivery WHERE state = 'received'",
                "message WHERE state IN ('queued', 'deferred', 'sending')",
            ):
                query = f"SELECT COUNT(*) FROM {table}"
                house.until(lambda query=query: _value(office, query) == 0, f"{query}: it does not go on")  # type: ignore[misc]
            assert set(house.drain().values()) == {0}
        finally:
            clients.stop()
            house.end()
    copies = Counter(record.read_text().splitlines())
    name = f"disk full {rounds} times, {'PostgreSQL' if server else 'SQLite'}; refused {dict(clients.replies)}"
    print(Figures.read(office.rows, copies, {}, len(clients.acknowledged)).row(name))
    assert set(clients.replies) <= REFUSALS | {0}
    check_arrivals(office.rows, clients.acknowledged, 0)
    check_departures(office.rows, copies)
    if server is None:
        assert office.value("PRAGMA integrity_check") == "ok"
    office.service.engine.dispose()


def _fill(house: House, clients: Clients, ballast: Ballast, number: int) -> None:
    """Until mail was refused for it; the processes go on meanwhile, however little they can do."""
    refused = _refusals(clients) + 3

    def is_refused() -> bool:
        ballast.take_all()
        return _refusals(clients) >= refused

    house.until(is_refused, f"nothing is refused though the disk is full, round {number}")
    ballast.release()


def _refusals(clients: Clients) -> int:
    return sum(clients.replies[code] for code in REFUSALS)


def _value(office: MailOffice, query: str) -> int:
    with office.service.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def main(folder: Path, rounds: int, kind: str) -> None:
    elsewhere = Path(os.environ["ELSEWHERE"])
    with ExitStack() as stack:
        server = stack.enter_context(killable_postgres(folder)) if kind == "postgresql" else None
        run(folder, rounds, server, elsewhere)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
