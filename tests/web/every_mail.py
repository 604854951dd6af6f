"""One mail of every kind, with links that open something: proposals, locks and addresses wait to be acted on.

Here belongs writing them. What the mails say stands in `mailer.samples`, with other ids.
"""

from email.message import EmailMessage

from sqlalchemy import insert

from badges.columns import to_microseconds
from desk.mailing import Letter, write_letter
from desk.members.tables import Member
from desk.words import Outcome, Role
from mailer.notices import NOTICES
from mailer.samples import Facts, Sample, sample_facts
from tests.web.house import House
from tests.web.orders import ADA, CONTACT, order_rename

ASKED, LOCKED = "maxi@beispiel.example", "noor.haddad@mail.example"
"""Whose password is asked for anew, and whose account is locked."""


def write_every_kind(house: House) -> list[EmailMessage]:
    """Write and deliver them; return everything in the outbox. Links in mails of the same kind are the same."""
    house.carry_out(order_rename(house, Outcome.CONFIRM, Role.CLAIMED_ISSUER, "Ada Lindquist"))
    house.carry_out(order_rename(house, Outcome.REDIRECT, Role.EARNER, "Ada Lindquest"))
    house.carry_out(order_rename(house, Outcome.APPLY, new_name="Ada Lindkvist"))
    now, ids = house.clock(), _make_ids(house)
    own_ids: dict[str, Facts] = {
        "relayed_request": {"proposal": str(house.one("SELECT id FROM proposal WHERE needs = 'issuer'"))},
        "password_link": {"account": house.account_of(ASKED)},
        "account_locked": {"account": house.account_of(LOCKED), "stamp": to_microseconds(now)},
        "confirm_address": {"pending": "confirmed"},
        "address_named": {"pending": "stopped"},
        "member_invited": {"member": "invited"},
        "member_password": {"member": "forgetful"},
    }
    with house.service.engine.begin() as connection:
        for kind, sample in [*((kind, Sample()) for kind in NOTICES), ("account_locked", Sample(on_record=False))]:
            notice = NOTICES[kind]
            letter = Letter(
                kind,
                f"every:{kind}:{sample.on_record}",
                None if notice.only_service else ids["issuer"],
                None if notice.only_service else ids["earner"],
                f"{kind}@mail.example",
                _know(sample_facts(kind, sample, now), ids, own_ids.get(kind, {})),
                badge_class_id=ids["badge"] if notice.shows_badge else None,
            )
            assert write_letter(connection, house.service.office, letter, now)
    return house.deliver()


def _make_ids(house: House) -> dict[str, str]:
    stamp = to_microseconds(house.clock())
    house.change("UPDATE account SET locked_at = :s WHERE id = :i", s=stamp, i=house.account_of(LOCKED))
    house.change("UPDATE account SET link_serial = 1 WHERE id = :i", i=house.account_of(ASKED))
    earner = str(house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA))
    for pending in ("confirmed", "stopped"):
        house.change(
            "INSERT INTO pending_address (id, earner_id, address, asked_at) VALUES (:p, :e, :a, :s)",
            p=pending,
            e=earner,
            a=f"{pending}@home.example",
            s=stamp,
        )
    with house.service.engine.begin() as connection:
        for member_id in ("invited", "forgetful"):
            address = f"{member_id}@staff.example"
            member = Member(id=member_id, address=address, name="Robin", link_serial=1, created_at=house.clock())
            connection.execute(insert(Member).values(member.model_dump()))
    contact = house.one("SELECT id FROM issuer_contact WHERE address = :a", a=CONTACT)
    return {
        "earner": earner,
        "issuer": str(house.one("SELECT id FROM issuer WHERE slug = 'fjellvik'")),
        "badge": str(house.one("SELECT id FROM badge_class WHERE slug = 'first-aid'")),
        "assertion": house.award_of(ADA),
        "account": house.account_of(ADA),
        "proposal": str(house.one("SELECT id FROM proposal WHERE needs = 'contact'")),
        "contact": str(contact),
        "group": str(house.one("SELECT group_id FROM record_change")),
    }


def _know(facts: Facts, ids: dict[str, str], by_kind: Facts) -> Facts:
    """Return the facts with ids that name something."""
    return facts | {name: ids[name] for name in facts.keys() & ids.keys() if facts[name]} | by_kind
