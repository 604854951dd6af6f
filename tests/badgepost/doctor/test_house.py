"""What can be seen without asking anybody: settings, files, database, machine, processes."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from badgepost.doctor.patient import Patient
from badgepost.setting_groups import Relay
from badges.columns import to_microseconds
from badges.ids import make_id
from desk.hooks.tables import HookEndpoint
from inbound.tables import RulesVersion
from mailer.instance.tables import Instance, ProcessPulse
from mailer.queue.leases import register
from tests.badgepost.doctor.conftest import look, verdicts
from tests.databases import chosen_database
from tests.web.house import House


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, "fail", "example names were left: mail_domain (mail.school.example)"),
        ({"feedback_id": "badgepost"}, "warn", "as it is shipped"),
        ({"notices_from": "badges@school.example"}, "warn", "are both badges@school.example"),
        ({"helo_name": "localhost"}, "warn", "which is no full name"),
        ({"secret_keys": ["a" * 40]}, "fail", "hardly different"),
        ({"secret_keys": ["qwertyuiopasdfghjklzxcvbnm1234567890"] * 2}, "warn", "twice"),
        ({"relays": [Relay(host="relay.school.example", tls="none")]}, "warn", "in the clear"),
        ({"transport": "outbox", "base_url": "https://badges.north.org"}, "warn", "nobody gets a mail"),
    ],
)
def test_settings(patient, changes: dict[str, Any], verdict: str, words: str) -> None:
    found = look(patient(**{"feedback_id": "school-badges"} | changes), "settings")
    assert [result.verdict.value for result in found if words in result.seen] == [verdict], found


def test_settings_that_are_well(patient) -> None:
    own = {"mail_domain": "mail.north.org", "support_address": "help@north.org", "feedback_id": "north-badges"}
    own |= {"account_from": "badges@north.org", "notices_from": "notices@north.org"}
    assert verdicts(look(patient(**own, relays=[Relay(host="localhost", tls="none")]), "settings")) == ["pass"]


@pytest.mark.parametrize(
    ("url", "transport", "verdict"),
    [
        ("http://127.0.0.1:8000", "outbox", "pass"),
        ("http://127.0.0.1:8000", "smtp", "fail"),
        ("https://localhost", "smtp", "fail"),
        ("http://badges.north.org", "smtp", "fail"),
        ("https://badges.school.example", "smtp", "fail"),
        ("https://badges.north.org", "smtp", "pass"),
    ],
)
def test_base_url(patient, url: str, transport: str, verdict: str) -> None:
    assert verdicts(look(patient(base_url=url, transport=transport), "base-url")) == [verdict]


def test_freemail(patient) -> None:
    assert verdicts(look(patient(), "freemail")) == ["pass"]
    assert verdicts(look(patient(account_from="north.badges@gmail.com"), "freemail")) == ["fail"]


def test_secrets(patient, tmp_path: Path) -> None:
    someone = patient()
    assert verdicts(look(someone, "secrets")) == ["pass"]
    key, database = tmp_path / "ed25519.pem", tmp_path / "badgepost.db"
    key.chmod(0o640)
    [grouped] = look(someone, "secrets")
    assert (grouped.verdict.value, grouped.lines) == ("warn", (f"chmod 600 {key}",))
    key.chmod(0o604)
    assert verdicts(look(someone, "secrets")) == ["fail"]
    key.chmod(0o600)
    database.write_bytes(b"")
    database.chmod(0o644)
    tmp_path.chmod(0o755)
    assert verdicts(look(someone, "secrets")) == ["warn", "pass"]
    tmp_path.chmod(0o700)
    assert verdicts(look(someone, "secrets")) == ["pass"]


def test_a_database_that_is_not_there(patient) -> None:
    someone = patient()
    [database] = look(someone, "database")
    assert (database.verdict.value, "there is no database at" in database.seen) == ("fail", True)
    for name in ("integrity", "workers", "templates", "one-click", "bounce-loop", "rules"):
        assert verdicts(look(someone, name)) == ["unknown"], name
    assert not os.path.exists(someone.database_file), "nothing is made by looking"


@pytest.fixture
def here(house: House) -> Patient:
    """The sample programme, in a trial."""
    return Patient(house.service.settings, _ask_nobody, house.clock, given=house.service)


def _ask_nobody(name: str, record_type: str) -> Any:
    raise AssertionError(f"{record_type} of {name} was asked for")


def test_a_house_in_order(here: Patient, house: House) -> None:
    now = house.clock()
    with house.service.engine.begin() as connection:
        register(connection, "one", "worker", "here", now)
        connection.execute(insert(ProcessPulse).values(_pulse("web", now)))
    checks = ("database", "workers", "pulses", "stuck", "webhooks", "rules", "incoming")
    assert {name: verdicts(look(here, name)) for name in checks} == {name: ["pass"] for name in checks}
    [whole] = look(here, "integrity")
    # The tests' server forgoes fsync, which is found.
    assert (whole.verdict.value, "fsync is off" in whole.seen) in {("pass", False), ("fail", True)}
    assert len(look(here, "disk")) == 1
    assert verdicts(look(here, "linkedin")) == ["warn", "pass"]
    assert verdicts(look(here, "relays")) == ["warn"]


def _pulse(kind: str, beat_at: Any, version: str = "1") -> dict[str, Any]:
    return {"id": make_id(), "kind": kind, "name": "one", "place": "here", "version": version} | {
        "started_at": beat_at,
        "beat_at": beat_at,
    }


def test_processes_that_fell_silent_and_a_clock_that_is_wrong(here: Patient, house: House) -> None:
    now = house.clock()
    with house.service.engine.begin() as connection:
        connection.execute(insert(ProcessPulse).values(_pulse("web", now)))
        connection.execute(insert(ProcessPulse).values(_pulse("listener", now - timedelta(minutes=9))))
        connection.execute(insert(ProcessPulse).values(_pulse("worker", now - timedelta(days=3))))
        connection.execute(insert(ProcessPulse).values(_pulse("hooks", now, "2")))
    silent, versions = look(here, "pulses")
    assert silent.seen == "listener one on here has been silent for 9 minutes"
    assert (silent.verdict.value, versions.verdict.value) == ("warn", "warn")
    # A file has no clock to compare with; a server's is not that of the test.
    assert verdicts(look(here, "clock")) == ["unknown" if chosen_database() == "sqlite" else "warn"]
    back = replace(here, clock=lambda: now - timedelta(hours=1))
    [wrong] = look(back, "clock")
    assert (wrong.verdict.value, "ahead of this clock" in wrong.seen) == ("fail", True)


def test_mail_that_waits_for_a_person(here: Patient, house: House) -> None:
    ids = "SELECT id FROM message ORDER BY id LIMIT {} OFFSET {}"
    house.change(f"UPDATE message SET state = 'unknown' WHERE id IN ({ids.format(2, 0)})")
    house.change(f"UPDATE message SET held_at = 1 WHERE id IN ({ids.format(1, 2)})")
    house.change("UPDATE batch SET state = 'paused', stopped_because = 'too many complaints'")
    doubtful, held, batch = look(here, "stuck")
    assert doubtful.seen == "of 2 mails nobody knows whether they left"
    assert held.seen == "1 mails are held"
    assert batch.seen.endswith("was paused: too many complaints")


def test_a_queue_that_is_late(here: Patient, house: House) -> None:
    house.change("UPDATE message SET due_at = :d", d=to_microseconds(house.clock() - timedelta(hours=3)))
    [late] = look(here, "queue")
    assert (late.verdict.value, late.seen) == ("fail", "the oldest waits for 180 minutes")
    assert verdicts(look(here, "workers")) == ["fail"]


def test_a_copy_is_told(here: Patient, house: House) -> None:
    with house.service.engine.begin() as connection:
        connection.execute(text("DELETE FROM instance"))
        values = {"id": "this", "name": "x", "place": "x", "epoch": 1, "changed_at": house.clock()}
        connection.execute(insert(Instance).values(values | {"fenced_at": house.clock(), "fenced_because": "a copy"}))
    [fenced] = look(here, "fence")
    assert (fenced.verdict.value, fenced.seen.endswith("a copy")) == ("fail", True)
    house.change("UPDATE instance SET fenced_at = NULL")
    assert verdicts(look(here, "fence")) == ["pass"]


def test_rules_and_webhooks_that_fail(here: Patient, house: House) -> None:
    issuer = house.one("SELECT id FROM issuer ORDER BY slug LIMIT 1")
    base = {"issuer_id": issuer, "events": "", "secret": "x", "created_at": house.clock(), "created_by": "x"}
    with house.service.engine.begin() as connection:
        version = {"number": 1, "digest": "x", "content": "rules: 3", "published_at": house.clock()}
        connection.execute(insert(RulesVersion).values(version | {"published_by": "x", "note": ""}))
        for name, state in (("failing", {"failing_since": house.clock()}), ("gone", {"disabled_at": house.clock()})):
            hook = base | state | {"id": make_id(), "url": f"https://{name}.example/hook", "note": ""}
            connection.execute(insert(HookEndpoint).values(hook | {"disabled_because": name if name == "gone" else ""}))
    assert verdicts(look(here, "rules")) == ["fail"]
    assert verdicts(look(here, "webhooks")) == ["warn", "warn"]


def test_a_file_that_is_damaged(patient, tmp_path: Path) -> None:
    (tmp_path / "badgepost.db").write_bytes(b"no database at all" * 1000)
    assert verdicts(look(patient(), "database")) == ["fail"]
    assert verdicts(look(patient(), "integrity")) == ["unknown"]


def test_a_database_of_another_revision(here: Patient, house: House) -> None:
    house.change("UPDATE alembic_version SET version_num = '0006'")
    [old] = look(replace(here, given=None), "database")
    assert old.seen.startswith("the database is of revision 0006, this program needs ")
    assert old.remedy.endswith("badgepost migrate")
    [queue] = look(replace(here, given=None), "queue")
    assert (queue.verdict.value, queue.remedy) == ("unknown", "see the check “database”")
