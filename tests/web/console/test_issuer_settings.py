"""Contacts, managers and policy of an issuer; its name and domain; a new one."""

import re

from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House

PAGE = f"/console/issuers/{OURS}/settings"


def test_contacts_come_and_go_and_all_are_told(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    before = int(
        str(
            house.one(
                "SELECT count(*) FROM issuer_contact JOIN issuer ON issuer.id = issuer_id WHERE slug = :s", s=OURS
            )
        )
    )
    added = inside.post(f"{PAGE}/contacts", address="Registry@Fjellvik.example", name="=Registry")
    assert added.headers["location"] == f"{PAGE}?said=contact-added#contacts"
    page = inside.get(PAGE)
    assert "registry@fjellvik.example" in page.text
    assert house.one("SELECT count(*) FROM message WHERE kind = 'contact_added'") == before + 1
    assert inside.post(f"{PAGE}/contacts", address="registry@fjellvik.example").status_code == 422
    assert inside.post(f"{PAGE}/contacts", address="support@").status_code == 422
    contact = str(house.one("SELECT id FROM issuer_contact WHERE address = 'registry@fjellvik.example'"))
    strangers = enter(house, "eve", manages=(THEIRS,))
    theirs = f"/console/issuers/{THEIRS}/settings"
    assert strangers.post(f"{theirs}/contacts/{contact}", do="remove").status_code == 404
    assert strangers.post(f"{PAGE}/contacts/{contact}", do="remove").status_code == 404
    assert inside.post(f"{PAGE}/contacts/{contact}", do="remove").status_code == 303
    assert house.one("SELECT count(*) FROM message WHERE kind = 'contact_removed'") == before + 1
    (told,) = house.mails_to("registry@fjellvik.example")[:1]
    assert "kim@staff.example" in told.as_string()
