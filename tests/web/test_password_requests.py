"""`/password`: whoever asks learns nothing, in words or in time."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.web.house import House

ADA = "ada@mail.example"
ALTERNATE, PRIMARY = "n.haddad@studio.example", "noor.haddad@mail.example"
SAME = ("content-type", "content-length", "cache-control", "vary")


def _serial(house: House, address: str) -> object:
    house.settle()
    return house.one("SELECT link_serial FROM account WHERE id = :i", i=house.account_of(address))


def test_known_and_unknown_addresses_get_the_same_answer(house: House) -> None:
    known, unknown = house.post("/password", address=ADA), house.post("/password", address="nobody@mail.example")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert [known.headers.get(name) for name in SAME] == [unknown.headers.get(name) for name in SAME]
    assert "Look into your mailbox" in known.text
    assert ADA not in known.text
    assert _serial(house, ADA) == 2


def test_the_answer_does_not_wait_for_the_records(house: House) -> None:
    """Nothing can be read off the time of an answer that was given before anything was looked up."""
    with _hold_the_write_lock(house):
        began = time.monotonic()
        for address in (ADA, "nobody@mail.example"):
            assert house.post("/password", address=address).status_code == 200
        assert house.get("/password").status_code == 200
        assert time.monotonic() - began < 10
        assert house.one("SELECT link_serial FROM account WHERE id = :i", i=house.account_of(ADA)) == 1
    assert _serial(house, ADA) == 2


@contextmanager
def _hold_the_write_lock(house: House) -> Iterator[None]:
    engine = house.service.engine
    with engine.connect() as connection, connection.begin() as transaction:  # SQLite's lock is taken by that alone
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE account, message IN EXCLUSIVE MODE"))
        yield
        transaction.rollback()


def test_an_alternate_address_counts_and_the_mail_goes_to_the_main_one(house: House) -> None:
    house.post("/password", address=ALTERNATE.upper())
    assert _serial(house, PRIMARY) == 2
    house.deliver()
    assert house.mails_to(ALTERNATE) == []
    assert len(house.mails_to(PRIMARY)) == 2


def test_nobody_can_be_flooded_and_the_answer_stays_the_same(house: House) -> None:
    answers = [house.post("/password", address=ADA) for _ in range(6)]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert _serial(house, ADA) == 4


def test_older_links_die_only_when_a_new_one_was_asked_for(house: House) -> None:
    path = house.first_link(ADA)
    house.post("/password", address="nobody@mail.example")
    house.settle()
    assert house.get(path).status_code == 200
    house.post("/password", address=ADA)
    house.settle()
    assert house.get(path).status_code == 410


@pytest.mark.parametrize("address", ["", "ada", "a@b", "a\r\nBcc: x@mail.example@mail.example", "<script>@x"])
def test_what_is_no_address_is_said_at_once(house: House, address: str) -> None:
    page = house.post("/password", address=address)
    assert page.status_code == 422
    assert "This is not an email address" in page.text
    assert "<script>@x" not in page.text


def test_the_mailed_link_sets_a_password(house: House) -> None:
    house.post("/password", address=ADA)
    house.settle()
    body = house.mail_to(ADA, "password").get_body(("plain",))
    assert body is not None
    link = re.search(rf"{re.escape(house.base_url)}(/p/\S+)", body.get_content())
    assert link is not None
    answer = house.post(link[1], password="a walk in the rain", repeated="a walk in the rain")
    assert answer.status_code == 303
