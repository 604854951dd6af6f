"""Mails that came in, as tests of the console see them: their bytes stored, the ticket and the decision made."""

import json
from dataclasses import replace

from sqlalchemy import insert

from badges.ids import make_id
from desk.requests.carrying_out import CarriedOut
from desk.requests.orders import Order
from inbound.tables import Decision, Delivery, RawMail
from tests.web.house import House

PROVEN = {
    "by": "own checks",
    "verdict": "pass",
    "words": "the domain fjellvik.example stands by this mail (signature of fjellvik.example valid)",
    "dkim": [{"result": "pass", "domain": "fjellvik.example", "selector": "s1", "reason": ""}],
    "spf": {"result": "pass", "domain": "fjellvik.example", "reason": "ip4:192.0.2.7"},
    "dmarc": {"result": "pass", "reason": "aligned", "aligned": ["dkim fjellvik.example"]},
}
CLAIMED = PROVEN | {"verdict": "none", "words": "nothing proves that this mail comes from fjellvik.example", "dkim": []}


def receive(house: House, order: Order, content: bytes, found: dict[str, object] | None = None) -> CarriedOut:
    """Store the mail of an order, do what the order says, and record the decision."""
    raw_mail_id, delivery_id, now = make_id(), make_id(), house.clock()
    with house.service.engine.begin() as connection:
        raw = {"id": raw_mail_id, "fingerprint": raw_mail_id, "size": len(content), "content": content}
        connection.execute(insert(RawMail).values(raw))
        delivery = Delivery(
            id=delivery_id,
            raw_mail_id=raw_mail_id,
            mail_from="",
            rcpt_to="[]",
            helo_name="mail.example",
            peer_address="192.0.2.7",
            protocol="ESMTPS",
            received_at=now,
            state="done",
        )
        connection.execute(insert(Delivery).values(delivery.model_dump()))
    done = house.carry_out(replace(order, thread=replace(order.thread, raw_mail_id=raw_mail_id)))
    decision = Decision(
        delivery_id=delivery_id,
        raw_mail_id=raw_mail_id,
        ticket_id=done.ticket_id,
        role=order.asker.role.value,
        intent=order.intent.value,
        outcome=order.outcome.value,
        rule="name-change-of-issuer",
        rules_version=1,
        reason=order.reason,
        facts=json.dumps({"role": order.asker.role.value, "confidence": "sure", "people": 1}),
        authentication=json.dumps(found or PROVEN),
        evidence=json.dumps(
            [{"name": "_dmarc.fjellvik.example", "type": "TXT", "kind": "Found", "values": ["v=DMARC1"]}]
        ),
        decided_at=now,
    )
    with house.service.engine.begin() as connection:
        connection.execute(insert(Decision).values(decision.model_dump()))
    return done


def mail_of(house: House, done: CarriedOut) -> str:
    """Return the path of the newest mail of a ticket."""
    query = "SELECT raw_mail_id FROM ticket_entry WHERE ticket_id = :t AND kind = 'mail_in' ORDER BY created_at DESC"
    return f"/console/tickets/{done.reference}/mails/{house.one(query, t=done.ticket_id)}"
