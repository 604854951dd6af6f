"""What happens in the service is told to the issuers that it concerns, in the transaction in which it happens."""

import json
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from badges.links import Purpose
from desk.hooks.endpoints import EndpointAdded, add_endpoint, disable_endpoint
from desk.hooks.events import EventKind
from desk.hooks.mails import REMEMBERED, MailHooks
from desk.members.audit import Actor
from desk.passwords import PasswordSet, set_password
from desk.recipients.holding import hold_award, release_award
from desk.renaming import rename_earner
from desk.requests.staff_decisions import decline
from desk.requests.undoing import undo_group
from desk.words import Outcome, Role
from inbound.booking import book_report
from mailer.delivery.outcomes import Bounced, Phase, Sent
from mailer.queue.claiming import claim
from mailer.queue.leases import register
from mailer.queue.recording import Intent, Result, record
from mailer.queue.settling import Policy, settle
from tests.databases import order_of_writing, rows_refused
from tests.web.house import House
from tests.web.orders import ADA, order_rename
from wire.reports import ComplaintReport

KIM = Actor("kim@staff.example")
OURS, THEIRS = "fjellvik", "taller-norte"


@pytest.fixture
def listening(house: House) -> House:
    """Both issuers listen to everything."""
    for slug in (OURS, THEIRS):
        listen(house, slug)
    return house


def listen(house: House, slug: str) -> str:
    office, url = house.service.office, f"https://{slug}.example/"
    added = add_endpoint(office, issuer_of(house, slug), url, [], "", KIM, house.clock())
    assert isinstance(added, EndpointAdded)
    return added.endpoint_id


def issuer_of(house: House, slug: str) -> str:
    return str(house.one("SELECT id FROM issuer WHERE slug = :slug", slug=slug))


def told(house: House, *kinds: EventKind, slug: str = OURS) -> list[dict[str, Any]]:
    """Return the data of what an issuer is told, of these kinds, in order; it is queued for its endpoint alone."""
    with house.service.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT e.kind, e.payload, p.issuer_id, e.issuer_id FROM hook_event e JOIN hook_delivery d"
            f" ON d.event_id = e.id JOIN hook_endpoint p ON p.id = d.endpoint_id ORDER BY e.{order_of_writing()}"
        ).all()
    assert all(row[2] == row[3] for row in rows)
    payloads = [(row[0], json.loads(row[1])) for row in rows if row[2] == issuer_of(house, slug)]
    assert all(payload["issuer"] == slug and payload["type"] == kind for kind, payload in payloads)
    return [payload["data"] for kind, payload in payloads if kind in kinds]


def test_mails_that_were_sent_and_nothing_of_other_mails(listening: House) -> None:
    listening.post("/password", address=ADA)  # a password link is between its owner and us
    listening.settle()
    listening.deliver()
    sent = told(listening, EventKind.MAIL_SENT)
    assert len(sent) == listening.one(
        "SELECT count(*) FROM message WHERE state = 'sent' AND kind = 'issuance' AND issuer_id = :i",
        i=issuer_of(listening, OURS),
    )
    assert listening.one("SELECT count(*) FROM message WHERE kind = 'password_link' AND state = 'sent'") == 1
    ada = next(data for data in sent if data["address"] == ADA)
    assert ada["award"] == listening.one("SELECT id FROM assertion WHERE id = :a", a=ada["award"])
    assert set(ada) == {"message", "kind", "address", "earner", "award", "batch"}
    assert told(listening, *EventKind, slug=THEIRS) == []


def test_a_group_that_is_recorded_twice_or_too_late_is_told_once_or_not_at_all(listening: House) -> None:
    now, hooks, policy = listening.clock(), MailHooks(), Policy()
    with listening.service.engine.begin() as connection:
        register(connection, "worker", "w", "here", now)
        messages = claim(connection, "worker", 200, now).messages
        record(connection, [Intent(message, "relay", now) for message in messages])
        outcomes = [Sent("250 ok"), Bounced(Phase.RCPT, "550 5.1.1 no such user", suppress=True)]
        results = [
            Result(message, outcomes[index % 2], settle(message, outcomes[index % 2], "relay", now, policy), now)
            for index, message in enumerate(messages)
        ]
        record(connection, results[:-2], hooks)
        record(connection, results[:-2], hooks)
    listening.change("UPDATE message SET fence = fence + 1 WHERE state = 'sending'")  # taken over by another worker
    with listening.service.engine.begin() as connection:
        record(connection, results[-2:], hooks)
    every = [
        data
        for slug in (OURS, THEIRS)
        for data in told(listening, EventKind.MAIL_SENT, EventKind.MAIL_BOUNCED, slug=slug)
    ]
    assert len(every) == len(results) - 2
    bounced = [data for data in every if "reason" in data]
    assert {data["reason"] for data in bounced} == {"550 5.1.1 no such user"}


def test_while_nobody_listens_a_group_costs_a_look_every_five_seconds(house: House) -> None:
    moment = 0.0
    hooks = MailHooks(lambda: moment)
    asked: list[str] = []

    class Counting:
        def execute(self, statement: Any) -> Any:
            asked.append(str(statement))
            return connection.execute(statement)

    with house.service.engine.connect() as connection:
        for _ in range(1000):
            hooks(Counting(), [])  # type: ignore[arg-type]
        assert len(asked) == 1
        moment = REMEMBERED
        hooks(Counting(), [])  # type: ignore[arg-type]
    assert len(asked) == 2


def test_reports_and_complaints(listening: House) -> None:
    listening.deliver()
    message = listening.message_to(ADA)
    report = ComplaintReport("abuse", (ADA,), None, (message,), "marked as spam")
    with listening.service.engine.begin() as connection:
        for _ in range(2):
            book_report(connection, report, (), listening.clock())
    (data,) = told(listening, EventKind.MAIL_COMPLAINED)
    assert (data["message"], data["address"], data["reason"]) == (message, ADA, "marked as spam")


def test_accounts_names_and_awards(listening: House) -> None:
    office, now = listening.service.office, listening.clock()
    token = listening.mint(Purpose.FIRST_PASSWORD, listening.account_of(ADA), 1)
    assert isinstance(set_password(office, token, "correct horse battery", now), PasswordSet)
    earner = str(listening.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA))
    (claimed,) = told(listening, EventKind.ACCOUNT_CLAIMED)
    assert claimed["earner"] == earner
    ours = {listening.award_of(ADA), *claimed["awards"]}
    assert listening.one(
        "SELECT count(*) FROM assertion a JOIN badge_class b ON b.id = a.badge_class_id WHERE a.earner_id = :e"
        " AND b.issuer_id = :i",
        e=earner,
        i=issuer_of(listening, OURS),
    ) == len(claimed["awards"])

    rename_earner(office, earner, "Ada Lindkvist", now)
    assert told(listening, EventKind.EARNER_RENAMED) == [claimed | {"name": "Ada Lindkvist"}]

    award = claimed["awards"][0]
    assert award in ours
    listening.post(f"/not-me/{listening.mint(Purpose.NOT_ME, award)}")
    release_award(office, KIM, issuer_of(listening, OURS), award, now)
    hold_award(office, KIM, issuer_of(listening, THEIRS), award, now)  # which is not theirs
    kinds = (EventKind.AWARD_HELD, EventKind.AWARD_RELEASED)
    assert told(listening, *kinds) == [{"award": award, "earner": earner}] * 2
    assert "correct horse" not in str(listening.dump())


def test_requests(listening: House) -> None:
    office, now = listening.service.office, listening.clock()
    done = listening.carry_out(order_rename(listening, Outcome.APPLY))
    (opened,) = told(listening, EventKind.REQUEST_OPENED)
    assert opened == {"request": done.reference, "intent": "name_change", "outcome": "apply", "state": "open"}
    assert [data["state"] for data in told(listening, EventKind.REQUEST_CLOSED)] == ["closed"]
    with listening.service.engine.begin() as connection:
        undo_group(connection, office, str(done.group_id), "sam", now)
    assert len(told(listening, EventKind.EARNER_RENAMED)) == 2

    asked = listening.carry_out(order_rename(listening, Outcome.APPROVE, new_name="Ada Falk"))
    assert asked.reference
    decline(office, asked.reference, KIM, now, "no")
    (decided,) = told(listening, EventKind.REQUEST_DECIDED)
    assert (decided["request"], decided["decision"]) == (asked.reference, "declined")

    relayed = listening.carry_out(order_rename(listening, Outcome.REDIRECT, Role.EARNER, "Ada Lindgren"))
    assert relayed.reference in [data["request"] for data in told(listening, EventKind.REQUEST_OPENED)]
    assert told(listening, *EventKind, slug=THEIRS) == []


def test_an_act_that_fails_is_not_told_of_and_nobody_hears_who_is_disabled(house: House) -> None:
    endpoint = listen(house, OURS)
    earner = str(house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA))
    office, now = house.service.office, house.clock()
    with rows_refused(house.service.engine, "message"), pytest.raises(DBAPIError, match="full"):
        rename_earner(office, earner, "Ada Lindkvist", now)
    assert house.one("SELECT count(*) FROM hook_event") == 0
    disable_endpoint(office, issuer_of(house, OURS), endpoint, KIM, now)
    rename_earner(office, earner, "Ada Lindkvist", now)
    assert house.one("SELECT count(*) FROM hook_event") == 0
