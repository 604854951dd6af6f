"""Orders as decisions on mails give them: Ada's name is to become another."""

from desk.requests.orders import Asker, Change, MailThread, Order
from desk.words import Intent, Outcome, Role
from tests.web.house import House

ADA = "ada@mail.example"
CONTACT = "office@fjellvik.example"


def order_rename(house: House, outcome: Outcome, role: Role = Role.ISSUER, new_name: str = "Ada Lindkvist") -> Order:
    """Return the order for a mail by Ada or, in any other role, by the issuer's contact."""
    earner = str(house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA))
    issuer = str(house.one("SELECT id FROM issuer WHERE slug = 'fjellvik'"))
    is_earner = role is Role.EARNER
    asker = Asker(
        role, ADA if is_earner else CONTACT, "", None if is_earner else issuer, earner if is_earner else None, "en"
    )
    thread = MailThread(f"raw-{outcome}-{new_name}", "one@fjellvik.example", (), "A name")
    change = Change(Intent.NAME_CHANGE, earner, new_name=new_name)
    return Order(outcome, Intent.NAME_CHANGE, asker, thread, (change,), (), "so it is", "Please.", {"rule": "x"})
