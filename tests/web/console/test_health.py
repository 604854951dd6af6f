"""Health: each check says what it finds, one that cannot be made says so, and hides none of the others."""

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from badgepost.health import check_health
from badgepost.setting_groups import Listener
from badges.columns import to_microseconds
from mailer.queue.leases import register
from mailer.queue.relays import RelayNote, save_relay
from tests.web.house import House
from web.operation import Verdict


def test_what_is_wrong_is_found(house: House, tmp_path: Path) -> None:
    now = house.clock()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listener = Listener(port=listening.getsockname()[1])
        settings = house.service.settings.model_copy(update={"transport": "smtp", "listener": listener})
        service = replace(house.service, settings=settings)
        with service.engine.begin() as connection:
            register(connection, "one", "worker", "here", now)
            save_relay(connection, RelayNote("first", is_up=True, since=now))
            save_relay(connection, RelayNote("second", is_up=False, since=now, reason="535 no"))
            long_ago = to_microseconds(now - timedelta(minutes=30))
            connection.execute(text("UPDATE message SET due_at = :d"), {"d": long_ago})
        found = {one.check: one for one in check_health(service, now)}
        late = {one.check: one for one in check_health(service, now + timedelta(hours=2))}
    assert {name: one.verdict.value for name, one in found.items() if name != "disk"} == {
        "database": "pass",
        "revision": "pass",
        "workers": "pass",
        "processes": "pass",
        "relays": "warn",
        "queue": "warn",
        "incoming": "pass",
        "listener": "pass",
        "clock": "unknown" if service.engine.dialect.name == "sqlite" else "warn",
        "address": "warn",
        "signing": "warn",
    }
    assert found["relays"].told == {"down": "second (535 no)"}
    assert found["queue"].told == {"minutes": "30"}
    assert late["workers"].verdict is Verdict.FAIL
    assert late["queue"].verdict is Verdict.FAIL
    gone = replace(service, settings=settings.model_copy(update={"data_dir": tmp_path / "gone"}))
    broken = {one.check: one for one in check_health(gone, now)}
    assert broken["disk"].verdict is Verdict.UNKNOWN
    assert broken["listener"].verdict is Verdict.FAIL
