"""Idempotency-Key: the same request again acts once, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from desk.access.answers import Opened, open_answer
from desk.issuers.contacts import ContactWords, add_contact
from desk.members.audit import Actor, KeyTakenOverError
from tests.web.api.callers import Machine, connect, problem
from tests.web.console.insiders import THEIRS
from tests.web.house import House

KEY = {"idempotency-key": '"enrolment 1187"'}
CONTACT = {"email": "new@issuer.example", "name": "New"}


@pytest.fixture
def machine(house: House) -> Machine:
    return connect(house)


def count(house: House, what: str) -> object:
    return house.one(f"SELECT count(*) FROM {what}")


def test_the_same_again_is_answered_the_same_and_acts_once(machine: Machine) -> None:
    house = machine.house
    first = machine.post("/badges", {"name": "Rope work"}, **KEY)
    assert first.status_code == 201
    before = house.dump()
    again = machine.post("/badges", {"name": "Rope work"}, **KEY)
    assert (again.status_code, again.content, again.headers["location"]) == (
        first.status_code,
        first.content,
        first.headers["location"],
    )
    assert again.headers["idempotent-replayed"] == "true"
    problem(machine.post("/badges", {"name": "Rope works"}, **KEY), 422, "key-reused")
    problem(machine.post("/contacts", CONTACT, **KEY), 422, "key-reused")
    assert house.dump() == before
    assert b"Rope work" not in str(house.one("SELECT body FROM kept_answer")).encode(), "it is sealed"
    assert connect(house, THEIRS).post("/badges", {"name": "Rope work"}, **KEY).status_code == 201, "keys are a token's"
    house.clock.pass_by(timedelta(hours=25))
    assert machine.post("/badges", {"name": "Rope works"}, **KEY).status_code == 201, "after a day it is forgotten"


def test_what_is_refused_may_be_put_right_and_sent_again(machine: Machine) -> None:
    problem(machine.post("/contacts", {"email": "none"}, **KEY), 422, "invalid")
    problem(machine.post("/contacts", {"email": "a@nowhere"}, **KEY), 409, "refused")
    assert machine.post("/contacts", CONTACT, **KEY).status_code == 201
    for bad in ("", '"', 'a"b', "x" * 256, "\x7f"):
        problem(machine.post("/contacts", CONTACT, **{"idempotency-key": bad}), 400, "bad-request")


def test_long_answers_to_what_does_nothing_fill_no_disk(machine: Machine) -> None:
    badge = machine.get("/badges").json()["items"][0]["slug"]
    bad = [{"email": f"nobody{number}@nowhere", "name": "No Body"} for number in range(100)]
    order = {"badge": badge, "awards": bad, "dry_run": True}
    answers = [machine.post("/batches", order, **KEY) for _ in range(2)]
    assert [answer.json()["bad"] for answer in answers] == [100, 100]
    assert count(machine.house, "kept_answer") == 0
    assert machine.post("/batches", order | {"awards": bad[:1]}, **KEY).status_code == 200
    assert count(machine.house, "kept_answer") == 1


def test_two_at_once_act_once(machine: Machine) -> None:
    house = machine.house
    badge = machine.get("/badges").json()["items"][0]["slug"]
    body = {"badge": badge, "email": "bo.lind@mail.example", "name": "Bo Lind"}

    def send(_: int) -> Any:
        return machine.post("/awards", body, **KEY)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    statuses = sorted(answer.status_code for answer in answers)
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "under-way")
            assert answer.headers["retry-after"]
    assert house.one("SELECT count(*) FROM message WHERE rcpt_to = 'bo.lind@mail.example'") == 1


def test_a_crash_before_the_answer_loses_no_act_and_repeats_none(machine: Machine) -> None:
    """A process that died is a row without an answer: with what was done, if that was committed, or without."""
    house = machine.house
    assert machine.post("/contacts", CONTACT, **KEY).status_code == 201
    house.change("UPDATE kept_answer SET status = NULL, body = ''")
    problem(machine.post("/contacts", CONTACT, **KEY), 409, "under-way")
    house.clock.pass_by(timedelta(minutes=11))
    said = problem(machine.post("/contacts", CONTACT, **KEY), 409, "answer-lost")
    assert "contact_added contact" in said["detail"]
    assert count(house, "issuer_contact WHERE address = 'new@issuer.example'") == 1
    house.change("DELETE FROM issuer_contact WHERE address = 'new@issuer.example'")
    house.change("UPDATE kept_answer SET done = ''")
    assert machine.post("/contacts", CONTACT, **KEY).status_code == 201, "nothing had been done, so it is done now"


def test_a_request_that_was_given_up_does_not_act_after_another_has_its_key(machine: Machine) -> None:
    house, office = machine.house, machine.house.service.office
    token_id, issuer_id = str(house.one("SELECT id FROM api_token")), str(house.one("SELECT id FROM issuer LIMIT 1"))
    first = open_answer(office, token_id, "1187", "", house.clock())
    house.clock.pass_by(timedelta(minutes=11))
    second = open_answer(office, token_id, "1187", "", house.clock())
    assert isinstance(first, Opened)
    assert isinstance(second, Opened)
    words = ContactWords(address="new@issuer.example", name="New")
    with pytest.raises(KeyTakenOverError):
        add_contact(office, issuer_id, words, Actor("program", kept_id=first.kept_id), house.clock())
    assert count(house, "issuer_contact WHERE address = 'new@issuer.example'") == 0
    add_contact(office, issuer_id, words, Actor("program", kept_id=second.kept_id), house.clock())
    assert count(house, "issuer_contact WHERE address = 'new@issuer.example'") == 1
