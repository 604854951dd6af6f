"""The store: nothing is called kept that is not committed, nothing is dropped for being a copy."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, event

from badgepost.database import open_engine
from inbound.store import LARGEST_GROUP_BYTES, Arrival, Kept, MailStore, NotKept
from tests.inbound.arrivals import MAIL, START, fetch, make_arrival

RECEIVED = b"Received: from mx2.north.example by badgepost.example\r\n"


def keep_all(engine: Engine, arrivals: Sequence[Arrival]) -> list[Kept | NotKept]:
    async def keep() -> list[Kept | NotKept]:
        return await asyncio.gather(*(store.keep(arrival) for arrival in arrivals))

    with MailStore(engine) as store:
        return asyncio.run(keep())


def test_envelope_and_bytes_are_kept(any_engine: Engine) -> None:
    [kept] = keep_all(
        any_engine, [make_arrival(rcpt_to=("a@b.example", "c@d.example"), tls="TLSv1.3", protocol="ESMTPS")]
    )
    assert isinstance(kept, Kept)
    assert not kept.is_repeat
    assert fetch(any_engine, "SELECT id, size, content FROM raw_mail") == [(kept.raw_mail_id, len(MAIL), MAIL)]
    [row] = fetch(
        any_engine,
        "SELECT id, raw_mail_id, mail_from, rcpt_to, helo_name, peer_address, protocol, tls, received_at, state, "
        "header_block, tries, claimed_by, claimed_at, due_at FROM delivery",
    )
    assert row == (
        kept.delivery_id,
        kept.raw_mail_id,
        "robin@north.example",
        json.dumps(["a@b.example", "c@d.example"]),
        "mx.north.example",
        "192.0.2.7",
        "ESMTPS",
        "TLSv1.3",
        int(START.timestamp() * 1_000_000),
        "received",
        None,
        0,
        None,
        None,
        None,
    )


def test_a_mail_that_comes_twice_is_one_mail_with_two_deliveries(any_engine: Engine) -> None:
    [first] = keep_all(any_engine, [make_arrival()])
    [second] = keep_all(any_engine, [make_arrival(content=RECEIVED + MAIL, helo_name="mx2.north.example")])
    assert isinstance(first, Kept)
    assert isinstance(second, Kept)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.raw_mail_id == second.raw_mail_id
    assert fetch(any_engine, "SELECT content FROM raw_mail") == [(MAIL,)]
    assert fetch(any_engine, "SELECT helo_name, header_block FROM delivery ORDER BY helo_name") == [
        ("mx.north.example", None),
        ("mx2.north.example", RECEIVED + MAIL[: MAIL.index(b"\r\n\r\n") + 2]),
    ]


def test_copies_in_one_group_are_one_mail(any_engine: Engine) -> None:
    kept = keep_all(any_engine, [make_arrival(), make_arrival(content=RECEIVED + MAIL), make_arrival()])
    assert sorted(one.is_repeat for one in kept if isinstance(one, Kept)) == [False, True, True]
    assert fetch(any_engine, "SELECT count(*) FROM raw_mail") == [(1,)]
    assert fetch(any_engine, "SELECT count(*) FROM delivery") == [(3,)]


def test_the_same_words_of_another_sender_are_another_mail(engine: Engine) -> None:
    keep_all(engine, [make_arrival(), make_arrival(mail_from="someone@south.example"), make_arrival(mail_from="")])
    assert fetch(engine, "SELECT count(*) FROM raw_mail") == [(3,)]


def test_those_who_wait_share_a_commit(any_engine: Engine) -> None:
    commits = []
    event.listen(any_engine, "commit", commits.append)
    kept = keep_all(any_engine, [make_arrival(content=MAIL + b"%d\r\n" % number) for number in range(100)])
    assert all(isinstance(one, Kept) for one in kept)
    assert fetch(any_engine, "SELECT count(*) FROM raw_mail") == [(100,)]
    assert len(commits) < 50


def test_a_group_has_a_limit_in_bytes(engine: Engine) -> None:
    large = b"x" * (LARGEST_GROUP_BYTES // 2) + b"\r\n"
    sizes: list[int] = []
    event.listen(engine, "commit", lambda connection: sizes.append(1))
    keep_all(engine, [make_arrival(content=large + b"%d\r\n" % number) for number in range(4)])
    assert fetch(engine, "SELECT count(*) FROM raw_mail") == [(4,)]
    assert len(sizes) >= 4


def test_two_listeners_that_get_the_same_mails_at_once(any_engine: Engine) -> None:
    arrivals = [make_arrival(content=MAIL + b"%d\r\n" % number) for number in range(40)]
    outcomes: list[Kept | NotKept] = []

    async def keep(store: MailStore, offered: Sequence[Arrival]) -> None:
        outcomes.extend(await asyncio.gather(*(store.keep(arrival) for arrival in offered)))

    async def keep_both(first: MailStore, second: MailStore) -> None:
        await asyncio.gather(keep(first, arrivals), keep(second, arrivals[::-1]))

    with MailStore(any_engine) as first, MailStore(any_engine) as second:
        asyncio.run(keep_both(first, second))
    assert sorted(outcome.is_repeat for outcome in outcomes if isinstance(outcome, Kept)) == [False] * 40 + [True] * 40
    assert fetch(any_engine, "SELECT count(*) FROM raw_mail") == [(40,)]
    assert fetch(any_engine, "SELECT count(*) FROM delivery") == [(80,)]


@pytest.mark.sqlite_only("another writer holds the one lock")
def test_a_store_that_fails_is_tried_again(engine: Engine) -> None:
    impatient = open_engine(str(engine.url))
    event.listen(impatient, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 50"))
    blocker = sqlite3.connect(engine.url.database, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")

    async def keep_in_turn() -> list[Kept | NotKept]:
        failed = await asyncio.gather(store.keep(make_arrival()), store.keep(make_arrival(mail_from="")))
        blocker.execute("ROLLBACK")
        return [*failed, await store.keep(make_arrival())]

    with MailStore(impatient) as store:
        first, second, third = asyncio.run(keep_in_turn())
    blocker.close()
    impatient.dispose()
    assert isinstance(first, NotKept)
    assert "locked" in first.reason
    assert isinstance(second, NotKept)
    assert isinstance(third, Kept)
    assert not third.is_repeat


def test_a_mail_that_cannot_be_stored_does_not_take_its_company_with_it(any_engine: Engine) -> None:
    outcomes = keep_all(any_engine, [make_arrival(), make_arrival(helo_name=None), make_arrival(mail_from="")])
    assert [type(outcome) for outcome in outcomes] == [Kept, NotKept, Kept]
    assert fetch(any_engine, "SELECT count(*) FROM delivery") == [(2,)]


def test_a_closed_store_keeps_nothing(engine: Engine) -> None:
    with MailStore(engine) as store:
        pass
    assert asyncio.run(store.keep(make_arrival())) == NotKept("the store is closed")
