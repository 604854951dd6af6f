"""Tickets for tests of the queue: made by the rules' own way in."""

from desk.requests.orders import Asker, MailThread, Order
from desk.words import Intent, Outcome, Role
from tests.web.house import House


def open_requests(house: House, number: int, **more: object) -> list[str]:
    """Open so many tickets; return their references."""
    return [open_request(house, f"Question {each}", **more) for each in range(number)]


def open_request(
    house: House,
    subject: str = "A question",
    text: str = "Please see to it.",
    address: str = "stranger@mail.example",
    name: str = "Sam Stranger",
    *,
    intent: Intent = Intent.OTHER,
    role: Role = Role.UNKNOWN,
    issuer: str | None = None,
    priority: int = 0,
    language: str = "en",
) -> str:
    """Open a ticket as for a mail that a person should read; return its reference."""
    issuer_id = str(house.one("SELECT id FROM issuer WHERE slug = :s", s=issuer)) if issuer else None
    order = Order(
        Outcome.TICKET,
        intent,
        Asker(role, address, name, issuer_id, None, language),
        MailThread("", f"{abs(hash((subject, text, address)))}@mail.example", (), subject),
        changes=(),
        lacks=(),
        reason="No rule is about this.",
        text=text,
        priority=priority,
    )
    reference = house.carry_out(order).reference
    assert reference
    return reference
