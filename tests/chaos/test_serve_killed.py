"""`serve` is killed with SIGKILL, as for want of memory: its children end, and the next one finds all that it needs."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.chaos.house import House, children_of, find_port, is_gone, until
from tests.chaos.load import Clients

COMMANDS = {"serve": ["serve"]}
KINDS = ("worker", "listen", "process", "hooks")
FEWER = {"BADGEPOST_PROCESSORS": "0", "BADGEPOST_HOOK_SENDERS": "0"}
"""For the next one: whatever held a name or a port is gone by then, so one child with a port and one with a name do."""


@contextmanager
def serving(folder: Path) -> Iterator[tuple[House, int, int]]:
    pages, mail = find_port(), find_port()
    settings = {"web_port": pages, "data_dir": str(folder), "listener": {"port": mail}}
    house = House(folder, settings, COMMANDS)
    try:
        yield house, pages, mail
    finally:
        house.end()


@pytest.mark.timeout(900)
def test_no_orphan_stands_in_the_way_of_the_next(tmp_path: Path) -> None:
    with serving(tmp_path) as (house, pages, mail), closing(httpx.Client()) as client:
        clients = Clients(mail, number=1)

        def is_up() -> bool:
            try:
                return client.get(f"http://127.0.0.1:{pages}/healthz").status_code == 200
            except httpx.TransportError:
                return False

        house.start("serve")
        clients.start()
        try:
            house.until(lambda: is_up() and clients.acknowledged, "it does not come up")
            children = children_of(house.running["serve"].pid)
            assert len(children) == len(KINDS)
            house.kill("serve")
            until(lambda: all(map(is_gone, children)), "a child lives on, and holds port and names")
            before = len(clients.acknowledged)
            house.environment = FEWER
            house.start("serve")
            house.until(lambda: is_up() and len(clients.acknowledged) > before, "the next one does not come up")
        finally:
            clients.stop()
        assert house.drain() == {"serve": 0}
        assert "runs here already" not in house.log("serve")
