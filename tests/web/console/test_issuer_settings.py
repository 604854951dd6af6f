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
    ours = inside.post(f"{PAGE}/contacts", address="bounce+x@badgepost.example")
    assert "an address of this service" in ours.text
    contact = str(house.one("SELECT id FROM issuer_contact WHERE address = 'registry@fjellvik.example'"))
    strangers = enter(house, "eve", manages=(THEIRS,))
    theirs = f"/console/issuers/{THEIRS}/settings"
    assert strangers.post(f"{theirs}/contacts/{contact}", do="remove").status_code == 404
    assert strangers.post(f"{PAGE}/contacts/{contact}", do="remove").status_code == 404
    assert inside.post(f"{PAGE}/contacts/{contact}", do="remove").status_code == 303
    assert house.one("SELECT count(*) FROM message WHERE kind = 'contact_removed'") == before + 1
    (told,) = house.mails_to("registry@fjellvik.example")[:1]
    assert "kim@staff.example" in told.as_string()


def test_only_administrators_say_whose_mail_is_an_issuers(house: House) -> None:
    inside, boss = enter(house, manages=(OURS,)), enter(house, "boss", administrator=True)
    page = boss.get(PAGE).text
    policy, identity = re.findall(r'name="version" value="([^"]+)"', page)
    evil = {"name": "Fjellvik", "domain": "evil.example"}
    assert inside.post(f"{PAGE}/identity", version=identity, **evil).status_code == 404
    assert "identity-domain" not in inside.get(PAGE).text
    assert boss.post(f"{PAGE}/identity", version=identity, name="Fjellvik", domain="no domain").status_code == 422
    assert boss.post(f"{PAGE}/identity", version=identity, name="Fjellvik", domain="fjell.example").status_code == 303
    assert boss.post(f"{PAGE}/identity", version=identity, **evil).status_code == 409
    assert house.one("SELECT domain FROM issuer WHERE slug = :s", s=OURS) == "fjell.example"
    assert inside.post(f"{PAGE}/policy", version=policy, support_email="support@badgepost.example").status_code == 422
    assert inside.post(f"{PAGE}/policy", version=policy, support_email="help@fjellvik.example").status_code == 303
    assert house.one("SELECT pdf_certificates FROM issuer WHERE slug = :s", s=OURS) == 0


def test_managers_are_invited_and_may_leave(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    assert inside.post(f"{PAGE}/managers", address="new@fjellvik.example", name="New").status_code == 303
    assert inside.post(f"{PAGE}/managers", address="new@", name="New").status_code == 422
    stranger = enter(house, "eve", manages=(THEIRS,))
    assert inside.post(f"{PAGE}/managers/{stranger.member_id}/remove").status_code == 404
    left = inside.post(f"{PAGE}/managers/{inside.member_id}/remove")
    assert left.headers["location"] == "/console"
    assert inside.get(PAGE).status_code == 404


def test_an_administrator_makes_an_issuer(house: House) -> None:
    inside, boss = enter(house, manages=(OURS,)), enter(house, "boss", administrator=True)
    form = {"name": "Société d'essai", "domain": "essai.example", "support_email": "aide@essai.example"}
    assert inside.get("/console/new-issuer").status_code == 404
    assert inside.post("/console/new-issuer", **form).status_code == 404
    made = boss.post("/console/new-issuer", **form)
    assert made.headers["location"] == "/console/issuers/societe-d-essai/settings?said=made"
    assert boss.get(made.headers["location"]).status_code == 200
    assert boss.post("/console/new-issuer", **form).status_code == 422
    empty = boss.get("/console/issuers/societe-d-essai/branding")
    assert empty.status_code == 200
    assert boss.get("/console/issuers/societe-d-essai/branding/preview").status_code == 200
