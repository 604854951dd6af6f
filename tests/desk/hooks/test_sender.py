"""The life of a sender: killed, frozen, beside another one; and what it does about endpoints that fail."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert

from badgepost import hook_sender
from badgepost.hook_sender import HookSender
from desk.hooks.chores import do_chores
from desk.hooks.claiming import CLAIM, CLAIM_LASTS, claim, give_back, list_waiting
from desk.hooks.endpoints import delete_endpoint
from desk.hooks.events import EventKind
from desk.hooks.posting import Answered, Post, Unreached
from desk.hooks.settling import Result, record
from desk.members.tables import IssuerManager, Member
from tests.desk.conftest import Desk
from tests.desk.hooks.desks import KIM, deliveries, issuer_of, listen_at, open_to_loopback, tell
from tests.desk.hooks.receiver import LOOPBACK, Receiver, post_due, receiving

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hooks(desk: Desk) -> Desk:
    return open_to_loopback(desk)


def test_killed_between_request_and_record(hooks: Desk, receiver: Receiver) -> None:
    """SIGKILL while the receiver has the event and the sender does not know: posted again under the same id, and
    nothing that waited behind it is lost."""
    listen_at(hooks, receiver.url)
    for number in range(3):
        tell(hooks, str(number))
    arrived, killed = Event(), Event()

    def wait() -> None:
        arrived.set()
        killed.wait(30)

    receiver.before_answer = wait
    url = hooks.office.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.desk.hooks.sender_child", url, hooks.now.isoformat()], cwd=ROOT
    )
    assert arrived.wait(30)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    receiver.before_answer = lambda: None
    killed.set()
    post_due(hooks.office, hooks.now)  # the claim of the dead one still stands
    assert len(receiver.ids) == 1
    post_due(hooks.office, hooks.now + CLAIM_LASTS)
    assert len(receiver.ids) == 4
    assert len(set(receiver.ids)) == 3
    assert receiver.ids[0] in receiver.ids[1:]
    assert {state for state, *_ in deliveries(hooks)} == {"delivered"}


def test_two_senders_share_no_event_and_a_late_one_changes_nothing(hooks: Desk) -> None:
    endpoint = listen_at(hooks, "https://corp.example/").endpoint_id
    for number in range(3):
        tell(hooks, str(number))
    engine, later = hooks.office.engine, hooks.now + CLAIM_LASTS
    with engine.begin() as connection:
        first = claim(connection, endpoint, hooks.now, limit=2)
        second = claim(connection, endpoint, hooks.now)
        assert len(first) == 2
        assert len(second) == 1
        assert not {each.delivery_id for each in first} & {each.delivery_id for each in second}
        assert list_waiting(connection, hooks.now) == []
        taken_over = claim(connection, endpoint, later)  # the first one was frozen
        assert len(taken_over) == 3
        give_back(connection, first)
        assert claim(connection, endpoint, later) == []
        late = [Result(each, Unreached("late"), later) for each in first]
        assert record(connection, hooks.office, late) == [False, False]
        assert record(connection, hooks.office, [Result(taken_over[0], Answered(200, ""), later)]) == [True]
        assert record(connection, hooks.office, [Result(first[0], Unreached("late"), later)]) == [False]
    assert sorted(state for state, *_ in deliveries(hooks)) == ["delivered", "queued", "queued"]


def test_a_clock_that_is_set_back_binds_no_event_to_the_dead(hooks: Desk) -> None:
    endpoint = listen_at(hooks, "https://corp.example/").endpoint_id
    tell(hooks)
    with hooks.office.engine.begin() as connection:
        assert claim(connection, endpoint, hooks.now + timedelta(hours=2)) != []
        assert claim(connection, endpoint, hooks.now + timedelta(hours=1, minutes=30)) == [], (
            "clocks may differ as much"
        )
        assert claim(connection, endpoint, hooks.now) != []


def test_one_slow_endpoint_does_not_hold_the_others(hooks: Desk, receiver: Receiver) -> None:
    with receiving() as slow:
        release = Event()
        slow.before_answer = lambda: [None, release.wait(30)][0]
        listen_at(hooks, slow.url)
        listen_at(hooks, receiver.url)
        receiver.before_answer = lambda: release.set() if len(receiver.got) == 5 else None
        for number in range(5):
            tell(hooks, str(number))
        post_due(hooks.office, hooks.now, Post(LOOPBACK, total_seconds=30))
        assert len(slow.got) == 5  # it was let go only when the other one had everything
    assert {state for state, *_ in deliveries(hooks)} == {"delivered"}


def test_endpoints_take_turns_however_much_waits_for_one(
    hooks: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_sender, "LANES", 1)
    with receiving() as late:
        listen_at(hooks, receiver.url)
        for number in range(2 * CLAIM + 1):
            tell(hooks, str(number))
        hooks.now += timedelta(seconds=1)
        listen_at(hooks, late.url)
        tell(hooks, "late")
        before: list[int] = []
        late.before_answer = lambda: before.append(len(receiver.got))
        post_due(hooks.office, hooks.now)
    assert before == [CLAIM]
    assert len(receiver.got) == 2 * CLAIM + 2


def test_a_failure_is_one_probe_and_not_a_storm(hooks: Desk, receiver: Receiver) -> None:
    listen_at(hooks, receiver.url)
    for number in range(30):
        tell(hooks, str(number))
    receiver.answers = [(500, {}, b"")] * 30
    post_due(hooks.office, hooks.now)
    assert len(receiver.got) == 1
    assert sorted(attempts for _, attempts, *_ in deliveries(hooks))[-2:] == [0, 1]


def test_what_fails_for_five_days_is_disabled_and_its_managers_are_told(hooks: Desk, receiver: Receiver) -> None:
    for name, manages, disabled_at in (("kim", "asee", None), ("lou", "norte", None), ("ex", "asee", hooks.now)):
        member = Member(address=f"{name}@corp.example", name=name, created_at=hooks.now, disabled_at=disabled_at)
        with hooks.office.engine.begin() as connection:
            connection.execute(insert(Member).values(member.model_dump()))
            managing = {"member_id": member.id, "issuer_id": issuer_of(hooks, manages), "since": hooks.now}
            connection.execute(insert(IssuerManager).values(managing))
    listen_at(hooks, f"{receiver.url}?token=secret")
    receiver.answers = [(500, {}, b"")] * 100
    for day in range(7):
        hooks.now += timedelta(days=1)
        tell(hooks, str(day))
        post_due(hooks.office, hooks.now)
    assert hooks.one("SELECT disabled_because FROM hook_endpoint") == "failing"
    assert hooks.one("SELECT count(*) FROM hook_event") == 6  # nothing is written for a disabled one
    assert hooks.one("SELECT act || made_by FROM audit_event WHERE act = 'hook_disabled'") == "hook_disabledwebhooks"
    assert [mail.rcpt_to for mail in hooks.mails("webhook_disabled")] == ["kim@corp.example"]
    (facts,) = hooks.facts("webhook_disabled")
    assert facts["webhook"] == f"127.0.0.1:{receiver.port}"
    assert facts["failing_since"]


def test_batches_are_told_of_once_when_all_their_mails_are_dealt_with(hooks: Desk, receiver: Receiver) -> None:
    hooks.issue("email,name\na@corp.example,Ann Berg\nb@corp.example,Bo Dahl\n")  # before anybody listened
    hooks.now += timedelta(seconds=1)
    listen_at(hooks, receiver.url, events=[EventKind.BATCH_FINISHED])
    hooks.issue("email,name\nc@corp.example,Cy Eck\nd@corp.example,Di Falk\n", badge="mentor")
    assert run_chores(hooks).batches == 0
    hooks.change("UPDATE message SET state = CASE WHEN rcpt_to LIKE 'c%' THEN 'sent' ELSE 'bounced' END")
    assert run_chores(hooks).batches == 1
    assert run_chores(hooks).batches == 0
    post_due(hooks.office, hooks.now)
    (payload,) = [got.body.decode() for got in receiver.got]
    assert '"messages":{"bounced":1,"sent":1}' in payload


def test_old_events_are_forgotten_and_endpoints_that_are_gone(hooks: Desk, receiver: Receiver) -> None:
    kept, gone = listen_at(hooks, receiver.url), listen_at(hooks, f"{receiver.url}/gone")
    tell(hooks, "old")
    delete_endpoint(hooks.office, issuer_of(hooks), gone.endpoint_id, KIM, hooks.now)
    assert sorted(state for state, *_ in deliveries(hooks)) == ["cancelled", "queued"]
    post_due(hooks.office, hooks.now)
    hooks.now += timedelta(days=30, seconds=1)
    tell(hooks, "new")
    assert run_chores(hooks).forgotten == 1
    assert hooks.rows("SELECT id FROM hook_endpoint") == [(kept.endpoint_id,)]
    assert hooks.one("SELECT count(*) FROM hook_delivery JOIN hook_event ON hook_event.id = event_id") == 1


def test_it_stops_after_what_is_under_way(hooks: Desk, receiver: Receiver) -> None:
    listen_at(hooks, receiver.url)
    for number in range(5):
        tell(hooks, str(number))

    async def run() -> None:
        sender = HookSender(hooks.office, Post(LOOPBACK), lambda: hooks.now)
        loop = asyncio.get_running_loop()
        receiver.before_answer = lambda: [loop.call_soon_threadsafe(sender.stop), None][1]
        await sender.run()

    asyncio.run(run())
    states = [state for state, *_ in deliveries(hooks)]
    assert states.count("delivered") == len(receiver.got) < 5
    assert hooks.one("SELECT count(*) FROM hook_delivery WHERE claimed_until IS NOT NULL") == 0


def run_chores(hooks: Desk):  # type: ignore[no-untyped-def]
    with hooks.office.engine.begin() as connection:
        return do_chores(connection, hooks.now)
