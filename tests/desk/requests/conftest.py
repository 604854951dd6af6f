"""A desk where requests come in: orders as the rules would make them, and what became of each."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row

from badges.links import Purpose
from desk.members.audit import Actor
from desk.requests.carrying_out import CarriedOut, carry_out
from desk.requests.orders import Asker, Change, MailThread, Order
from desk.words import Intent, Outcome, Role
from tests.desk.conftest import Desk, desk, publisher

__all__ = ["desk", "publisher"]

DANA = "dana.reyes@asee.example"
JANE = "j.smith@corp.example"
STRANGER = "somebody@else.example"
ROBIN = Actor("Robin")
"""Of the staff, at the command line."""


@dataclass
class Counter:
    """A desk with requests at it."""

    desk: Desk
    mails: int = 0
    issuer_id: str = field(init=False)
    jane: str = field(init=False)

    def __post_init__(self) -> None:
        self.desk.office = replace(self.desk.office, support_address="support@badges.example")
        self.issuer_id = str(self.desk.one("SELECT id FROM issuer WHERE slug = 'asee'"))
        self.jane = self.earner(JANE)

    def earner(self, address: str) -> str:
        return str(self.desk.one("SELECT earner_id FROM earner_address WHERE address = :a", a=address))

    def asker(self, role: Role, address: str | None = None, **more: Any) -> Asker:
        values: dict[str, Any] = {
            Role.ISSUER: {"address": DANA, "name": "Dana Reyes", "issuer_id": self.issuer_id, "earner_id": None},
            Role.CLAIMED_ISSUER: {
                "address": DANA,
                "name": "Dana Reyes",
                "issuer_id": self.issuer_id,
                "earner_id": None,
            },
            Role.EARNER: {"address": JANE, "name": "Jane", "issuer_id": None, "earner_id": self.jane},
            Role.UNKNOWN: {"address": STRANGER, "name": "Some Body", "issuer_id": None, "earner_id": None},
        }[role]
        return Asker(
            role, **{**values, "language": "en", **({"address": address} if address is not None else {}), **more}
        )

    def order(self, outcome: Outcome, intent: Intent, role: Role = Role.ISSUER, **more: Any) -> Order:
        """Return an order on a mail of its own."""
        self.mails += 1
        thread = MailThread(f"raw{self.mails}", f"mail{self.mails}@asee.example", (), "A question about a badge")
        values: dict[str, Any] = {
            "asker": self.asker(role),
            "thread": thread,
            "changes": (),
            "lacks": (),
            "reason": "the policy says so",
            "text": "Please see to it.",
            "evidence": {"rule": "a-rule", "authentication": {"verdict": "pass"}},
        }
        return Order(outcome, intent, **{**values, **more})

    def carry_out(self, order: Order, after: timedelta = timedelta()) -> CarriedOut:
        with self.desk.office.engine.begin() as connection:
            return carry_out(connection, self.desk.office, order, self.desk.now + after)

    def rename(self, new_name: str = "Jane Doe", earner_id: str | None = None) -> Change:
        return Change(Intent.NAME_CHANGE, earner_id or self.jane, new_name=new_name)

    def do(self, outcome: Outcome, intent: Intent, role: Role = Role.ISSUER, **more: Any) -> CarriedOut:
        return self.carry_out(self.order(outcome, intent, role, **more))

    def name_of(self, earner_id: str | None = None) -> str:
        return str(self.desk.one("SELECT name FROM earner WHERE id = :id", id=earner_id or self.jane))

    def written(self) -> list[tuple[str, str]]:
        """Return (kind, recipient) of every mail in the ledger, in no order."""
        return sorted((row.kind, row.rcpt_to) for row in self.desk.rows("SELECT kind, rcpt_to FROM message"))

    def ticket(self, done: CarriedOut) -> Row[Any]:
        return self.desk.rows("SELECT * FROM ticket WHERE id = :id", id=done.ticket_id)[0]

    def entries(self, done: CarriedOut) -> list[str]:
        query = "SELECT kind FROM ticket_entry WHERE ticket_id = :id ORDER BY created_at"
        return [row.kind for row in self.desk.rows(query, id=done.ticket_id)]

    def notes(self, done: CarriedOut) -> str:
        query = "SELECT text FROM ticket_entry WHERE ticket_id = :id ORDER BY created_at"
        return "\n".join(row.text for row in self.desk.rows(query, id=done.ticket_id))

    def token(self, purpose: Purpose, *payload: str, at: timedelta = timedelta()) -> str:
        return self.desk.office.links.mint(purpose, list(payload), self.desk.now + at)

    def contact_id(self) -> str:
        return str(self.desk.one("SELECT id FROM issuer_contact WHERE address = :a", a=DANA))

    def give_badge(self, address: str, badge: str) -> None:
        name = self.name_of(self.earner(address))
        self.desk.issue(f"email,name\n{address},{name}\n", badge=badge)


@pytest.fixture
def counter(desk: Desk) -> Counter:
    return Counter(desk)
