"""Many tickets, mails and people at once, written as rows: what the console has to stay quick with.

The rows are as the acts would have written them, as far as pages look at them; nothing of this is sent or decided.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, insert, select
from sqlmodel import SQLModel, col

from badges.ids import make_id
from badges.names import make_name_key
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress
from desk.requests.references import make_reference
from desk.tables import Ticket, TicketEntry
from inbound.tables import Decision, Delivery, RawMail
from mailer.queue.tables import Attempt, Batch, Message, PublishedTemplate

AT_ONCE = 5_000
PER_BATCH = 2_500
STATES = ("sent",) * 16 + ("bounced", "deferred", "queued", "unknown")
TICKET_STATES = ("open", "open", "waiting", "closed", "closed", "closed", "closed", "closed")
INTENTS = ("name_change", "unlock", "resend", "linkedin_add", "other")
GIVEN, FAMILY = ("Ana", "Ben", "Chloé", "Dmitri", "Elif"), ("Ortiz", "Novak", "Okafor", "Lindqvist", "Tanaka")


def fill(engine: Engine, tickets: int, messages: int, now: datetime) -> None:
    """Write so many, shared out among all issuers that have a badge class."""
    with engine.begin() as connection:
        badges = connection.execute(select(col(BadgeClass.id), col(BadgeClass.issuer_id))).all()
        template = connection.execute(select(col(PublishedTemplate.digest)).limit(1)).scalar_one()
        people = _write_people(connection, messages, [tuple(badge) for badge in badges], now)
        _write_mails(connection, people, template, now)
        _write_tickets(connection, tickets, now)


def _insert(connection: Connection, table: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(insert(table), some)


Person = tuple[str, str, str, str, str]
"""Earner, address, assertion, issuer, name."""


def _write_people(connection: Connection, count: int, badges: list[tuple[str, ...]], now: datetime) -> list[Person]:
    people = []
    for number in range(count):
        name = f"{GIVEN[number % 5]} {FAMILY[number // 5 % 5]}-{number}"
        issuer_id = badges[number // PER_BATCH % len(badges)][1]
        people.append((make_id(), f"p{number}.{make_id()}@mail{number % 50}.example", make_id(), issuer_id, name))
    classes = {issuer_id: badge_id for badge_id, issuer_id in badges}
    earners = (
        {"id": person[0], "name": person[4], "name_key": make_name_key(person[4]), "language": None, "created_at": now}
        for person in people
    )
    _insert(connection, Earner, earners)
    addresses = (
        {"address": person[1], "earner_id": person[0], "is_primary": True, "confirmed_at": None} for person in people
    )
    _insert(connection, EarnerAddress, addresses)
    accounts = (
        {"id": make_id(), "earner_id": person[0], "password_set_at": now if number % 3 == 0 else None}
        for number, person in enumerate(people)
    )
    _insert(connection, Account, accounts)
    awards = (
        {
            "id": person[2],
            "badge_class_id": classes[person[3]],
            "earner_id": person[0],
            "state": "issued",
            "issued_on": now.date(),
            "created_at": now,
        }
        for person in people
    )
    _insert(connection, Assertion, awards)
    return people


def _write_mails(connection: Connection, people: list[Person], template: str, now: datetime) -> None:
    for start in range(0, len(people), PER_BATCH):
        some, batch_id = people[start : start + PER_BATCH], make_id()
        at = now - timedelta(hours=start // PER_BATCH * 3)
        batch = Batch(
            id=batch_id, issuer_id=some[0][3], kind="issuance", label=f"roster-{start}.csv", rows_in=len(some),
            mails=len(some), created_at=at,
        )  # fmt: skip
        connection.execute(insert(Batch).values(batch.model_dump()))
        rows = [_make_message(number, person, batch_id, template, at) for number, person in enumerate(some)]
        _insert(connection, Message, iter(rows))
        attempts = (
            {
                "message_id": row["id"],
                "number": 1,
                "relay": "main",
                "started_at": at,
                "finished_at": at,
                "outcome": "sent",
            }
            for row in rows[:50]
        )
        _insert(connection, Attempt, attempts)


def _make_message(number: int, person: Person, batch_id: str, template: str, at: datetime) -> dict[str, Any]:
    earner_id, address, assertion_id, issuer_id, _ = person
    state, message_id = STATES[number % len(STATES)], make_id()
    return {
        "id": message_id,
        "idempotency_key": message_id,
        "message_id": f"{message_id}@mail.badgepost.example",
        "kind": "issuance",
        "stream": "account",
        "batch_id": batch_id,
        "issuer_id": issuer_id,
        "earner_id": earner_id,
        "rcpt_to": address,
        "domain": address.partition("@")[2],
        "template_digest": template,
        "facts": f'{{"assertion": "{assertion_id}"}}',
        "written_at": at,
        "due_at": at,
        "state": state,
        "state_at": at,
        "attempts": 1,
        "reason": None if state == "sent" else "550 5.1.1 no such mailbox",
    }


def _make_references(count: int) -> list[str]:
    """Return so many, each another: of 100,000 drawn some are twice."""
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.add(make_reference())
    return list(drawn)


def _write_tickets(connection: Connection, count: int, now: datetime) -> None:
    raws, deliveries, rows, entries, decisions = [], [], [], [], []
    references = _make_references(count)
    content = b"From: Ana <ana@mail.example>\r\nSubject: My name\r\n\r\nPlease correct my name.\r\n"
    for number in range(count):
        ids = [make_id() for _ in range(3)]
        at = now - timedelta(minutes=number)
        outcome = "approve" if number % 4 == 0 else "ticket"
        raws.append({"id": ids[0], "fingerprint": f"{number}-{ids[0]}", "size": len(content), "content": content})
        deliveries.append(
            {
                "id": ids[1], "raw_mail_id": ids[0], "mail_from": "ana@mail.example", "rcpt_to": "[]", "helo_name": "h",
                "peer_address": "192.0.2.1", "protocol": "ESMTP", "received_at": at, "state": "done",
            }
        )  # fmt: skip
        words = {"role": "unknown", "intent": INTENTS[number % 5], "outcome": outcome, "reason": "a person reads it"}
        rows.append(
            {
                "id": ids[2], "reference": references[number], "state": TICKET_STATES[number % 8], "subject": "My name",
                "requester_address": f"ana{number % 1000}@mail.example", "requester_name": "Ana", "language": "en",
                "priority": number % 3 - 1, "created_at": at, "updated_at": at, **words,
            }
        )  # fmt: skip
        entries.append(
            {
                "id": make_id(), "ticket_id": ids[2], "kind": "mail_in", "raw_mail_id": ids[0],
                "author": "ana@mail.example", "text": "Please correct my name.", "created_at": at,
            }
        )  # fmt: skip
        decisions.append(
            {
                "id": make_id(), "delivery_id": ids[1], "raw_mail_id": ids[0], "ticket_id": ids[2], "rule": "stranger",
                "rules_version": 0, "facts": "{}", "authentication": "{}", "evidence": "[]", "decided_at": at, **words,
            }
        )  # fmt: skip
    for table, some in (
        (RawMail, raws),
        (Delivery, deliveries),
        (Ticket, rows),
        (TicketEntry, entries),
        (Decision, decisions),
    ):
        _insert(connection, table, iter(some))
