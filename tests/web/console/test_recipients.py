"""What an issuer sees of its recipients, and does about them; and what it neither sees nor does."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from desk.recipients.digest import write_digests
from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.house import House

HERE = f"/console/issuers/{OURS}"
ADA, NOOR, MAXI = "ada@mail.example", "noor.haddad@mail.example", "maxi@beispiel.example"
BOUNCE = "relay at rcpt: 550 5.1.1 no such user"


@pytest.fixture
def kim(house: House) -> Inside:
    return enter(house, manages=(OURS,))


def earner_of(house: House, address: str) -> str:
    return str(house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=address))


def give_badge(house: House, address: str, issuer: str) -> str:
    """Have another issuer award somebody; return the award's id."""
    award = "theirs" + issuer[:10].replace("-", "x")
    house.change(
        "INSERT INTO assertion (id, badge_class_id, earner_id, state, issued_on, created_at)"
        " SELECT :id, badge_class.id, :earner, 'issued', '2026-10-01', 1 FROM badge_class"
        " JOIN issuer ON issuer.id = issuer_id WHERE issuer.slug = :slug LIMIT 1",
        id=award.ljust(16, "x"),
        earner=earner_of(house, address),
        slug=issuer,
    )
    return award.ljust(16, "x")


def hand_over(house: House, address: str) -> str:
    """Have all that somebody holds be another issuer's; return the award's id."""
    house.change(
        "UPDATE assertion SET badge_class_id = (SELECT badge_class.id FROM badge_class JOIN issuer"
        " ON issuer.id = issuer_id WHERE issuer.slug = :s) WHERE earner_id = :e",
        s=THEIRS,
        e=earner_of(house, address),
    )
    house.change(
        "UPDATE message SET issuer_id = (SELECT id FROM issuer WHERE slug = :s) WHERE rcpt_to = :a", s=THEIRS, a=address
    )
    return house.award_of(address)


def bounce(house: House, *addresses: str) -> None:
    for address in addresses:
        house.change("UPDATE message SET state = 'bounced', reason = :r WHERE rcpt_to = :a", r=BOUNCE, a=address)


@contextmanager
def queries(house: House) -> Iterator[list[str]]:
    """Yield the statements that are run meanwhile."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(house.service.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.service.engine, "before_cursor_execute", note)


def shown(page: httpx.Response) -> str:
    assert page.status_code == 200, page.text[-2000:]
    return page.text


def test_the_list_filters_searches_and_is_a_file(house: House, kim: Inside) -> None:
    bounce(house, ADA)
    house.change("UPDATE assertion SET opened_at = 1 WHERE earner_id = :e", e=earner_of(house, MAXI))
    house.change("UPDATE earner SET name = '=HYPERLINK(1)' WHERE id = :e", e=earner_of(house, MAXI))
    cases = {
        "": {ADA, MAXI, NOOR},
        "?state=bounced": {ADA},
        "?progress=opened": {MAXI},
        "?domain=beispiel.example": {MAXI},
        "?badge=winter-navigation": {NOOR},
        "?q=lindqvist": {ADA},
        "?q=Lindqvist,+Ada": {ADA},
        "?q=noor.had": {NOOR},
        "?q=nobody": set(),
        "?state=<script>": {ADA, MAXI, NOOR},
        "?after=" + "9" * 16 + ".aaaaaaaaaaaaaaaa": {ADA, MAXI, NOOR},
    }
    for query, found in cases.items():
        page = shown(kim.get(f"{HERE}/recipients{query}"))
        assert {address for address in (ADA, MAXI, NOOR) if address in page} == found, query
    rows = list(csv.DictReader(StringIO(kim.get(f"{HERE}/recipients.csv").text.removeprefix("\ufeff"))))
    assert len(rows) == house.one(
        "SELECT count(*) FROM assertion JOIN badge_class ON badge_class.id = badge_class_id"
        " JOIN issuer ON issuer.id = issuer_id WHERE issuer.slug = :s",
        s=OURS,
    )
    assert {row["Name"] for row in rows if row["Email"] == MAXI} == {"'=HYPERLINK(1)"}
    batch = house.one("SELECT id FROM batch")
    assert ADA in shown(kim.get(f"{HERE}/recipients?batch={batch}"))
    assert NOOR in shown(kim.get(f"{HERE}/recipients?batch={batch}"))
    assert "ingrid" not in shown(kim.get(f"{HERE}/recipients?batch={batch}"))


def test_another_issuers_records_are_neither_shown_nor_changed(house: House, kim: Inside) -> None:
    ada = earner_of(house, ADA)
    award = hand_over(house, ADA)
    before = house.dump()
    assert ADA not in shown(kim.get(f"{HERE}/recipients?q=ada"))
    assert ADA not in kim.get(f"{HERE}/recipients.csv").text
    nobody = kim.get(f"{HERE}/recipients/aaaaaaaaaaaaaaaa")
    assert (nobody.status_code, kim.get(f"{HERE}/recipients/{ada}").text) == (404, nobody.text)
    acts = {"name": {"name": "Ada L"}, "address": {"address": "x@mail.example"}, "resend": {}, "unlock": {}}
    acts |= {"hold": {"award": award}, "release": {"award": award}, "revoke": {"award": award, "reason": "so"}}
    for act, form in acts.items():
        assert kim.post(f"{HERE}/recipients/{ada}/{act}", **form).status_code == 404, act
    assert kim.post(f"{HERE}/bounces", fix=ada, **{f"to-{ada}": "x@mail.example"}).status_code == 422
    assert house.dump() == before
    for path in ("", "/recipients", "/recipients.csv", f"/recipients/{ada}", "/bounces", "/requests"):
        assert kim.get(f"/console/issuers/{THEIRS}{path}").status_code == 404, path
    # Of an address that another issuer's earner has, no more is said than of any change that support decides.
    page = f"{HERE}/recipients/{earner_of(house, MAXI)}"
    assert kim.post(f"{page}/address", address=ADA).headers["location"] == f"{page}?said=asked"
    assert ADA not in shown(kim.get(page))


def test_what_others_have_done_about_a_common_earner_is_not_shown(house: House, kim: Inside) -> None:
    ada, award = earner_of(house, ADA), give_badge(house, ADA, THEIRS)
    house.change(
        "INSERT INTO earner_address (address, earner_id, is_primary) VALUES ('private@home.example', :e, false)", e=ada
    )
    lola = enter(house, "lola", manages=(THEIRS,))
    page = shown(lola.get(f"/console/issuers/{THEIRS}/recipients/{ada}"))
    assert "Mountain First Aid" not in page
    assert house.message_to(ADA) not in page
    assert "No email in your name" in page
    page = shown(kim.get(f"{HERE}/recipients/{ada}"))
    assert "Mecánica" not in page
    assert award not in page
    assert "private@home.example" not in page


def test_a_name_is_corrected_at_once_and_undone(house: House, kim: Inside) -> None:
    ada = earner_of(house, ADA)
    page, form = f"{HERE}/recipients/{ada}", "Ada Lindquist"
    assert kim.post(f"{page}/name", name="Ada Lindqvist").status_code == 422
    assert kim.post(f"{page}/name", name=form, word="other").status_code == 403
    assert kim.post(f"{page}/name", name=form).headers["location"] == f"{page}?said=name"
    assert house.one("SELECT name FROM earner WHERE id = :e", e=ada) == form
    assert {str(mail["Subject"]) for mail in house.mails_to("kim@staff.example")}
    assert house.mails_to(ADA)
    told = shown(kim.get(page))
    group = re.search(r'name="group" value="(\w+)"', told)
    assert group
    lola = enter(house, "lola", manages=(THEIRS,))
    assert lola.post(f"/console/issuers/{THEIRS}/recipients/{ada}/undo", group=group[1]).status_code == 404
    assert kim.post(f"{page}/undo", group=group[1]).status_code == 303
    assert house.one("SELECT name FROM earner WHERE id = :e", e=ada) == "Ada Lindqvist"
    assert house.one("SELECT count(*) FROM audit_event WHERE subject_id = :e", e=ada) == 2
    # A name that may be another person's is for support to agree to; so is any of who holds another issuer's badge.
    assert kim.post(f"{page}/name", name="Olu Adeyemi").headers["location"] == f"{page}?said=asked"
    give_badge(house, ADA, THEIRS)
    assert kim.post(f"{page}/name", name=form).headers["location"] == f"{page}?said=asked"
    assert house.one("SELECT name FROM earner WHERE id = :e", e=ada) == "Ada Lindqvist"
    assert house.one("SELECT count(*) FROM proposal WHERE state = 'pending' AND needs = 'staff'") == 2


def test_an_address_is_corrected_alone_only_while_nobody_has_proven_to_read_it(house: House, kim: Inside) -> None:
    ada = earner_of(house, ADA)
    page = f"{HERE}/recipients/{ada}"
    assert "Correct and send again" in shown(kim.get(f"{page}/address?address=ada.l@mail.example"))
    assert kim.post(f"{page}/address", address="nonsense").status_code == 422
    assert "another recipient" in kim.post(f"{page}/address", address=NOOR).text
    assert kim.post(f"{page}/address", address="ada.l@mail.example").status_code == 303
    assert house.one("SELECT address FROM earner_address WHERE earner_id = :e", e=ada) == "ada.l@mail.example"
    house.change("UPDATE account SET password_hash = 'x' WHERE earner_id = :e", e=ada)
    assert "Ask support" in shown(kim.get(f"{page}/address?address=mine@mail.example"))
    assert kim.post(f"{page}/address", address="mine@mail.example").headers["location"].endswith("said=asked")
    assert house.one("SELECT address FROM earner_address WHERE earner_id = :e", e=ada) == "ada.l@mail.example"


def test_mails_locks_and_held_badges(house: House, kim: Inside) -> None:
    ada, award = earner_of(house, ADA), house.award_of(ADA)
    page = f"{HERE}/recipients/{ada}"
    assert "on its way" in kim.post(f"{page}/resend").text  # the first one is still queued
    house.deliver()
    assert kim.post(f"{page}/resend", award=award).headers["location"].endswith("said=resend")
    assert kim.post(f"{page}/unlock").status_code == 422
    house.change("UPDATE account SET locked_at = 5 WHERE earner_id = :e", e=ada)
    assert kim.post(f"{page}/unlock").headers["location"].endswith("said=unlock")
    assert house.one("SELECT locked_at IS NULL FROM account WHERE earner_id = :e", e=ada)
    assert kim.post(f"{page}/hold", award=award).status_code == 303
    assert house.get(f"/badges/{award}").status_code == 404
    assert "badge is held" in shown(kim.get(HERE))
    assert ADA in shown(kim.get(f"{HERE}/recipients?progress=held"))
    assert kim.post(f"{page}/release", award=award).status_code == 303
    assert house.get(f"/badges/{award}").status_code == 200
    assert kim.post(f"{page}/revoke", award=award, reason=" ").status_code == 422
    assert kim.post(f"{page}/revoke", award=award, reason="mixed up").headers["location"].endswith("said=asked")
    assert house.get(f"/badges/{award}").status_code == 200
    assert "waiting for a word" in shown(kim.get(page))


def test_bounces_are_fixed_in_one_form(house: House, kim: Inside) -> None:
    house.change("UPDATE earner_address SET address = 'maxi@gmial.com' WHERE address = :a", a=MAXI)
    house.change("UPDATE message SET rcpt_to = 'maxi@gmial.com', domain = 'gmial.com' WHERE rcpt_to = :a", a=MAXI)
    bounce(house, ADA, NOOR, "maxi@gmial.com")
    ada, maxi, noor = (earner_of(house, address) for address in (ADA, "maxi@gmial.com", NOOR))
    page = shown(kim.get(f"{HERE}/bounces"))
    assert "The mailbox does not exist." in page
    assert 'value="maxi@gmail.com"' in page
    assert "people have no email" in shown(kim.get(HERE))
    assert kim.post(f"{HERE}/bounces").status_code == 422
    house.clock.pass_by(timedelta(minutes=5))
    form = {f"to-{ada}": ADA, f"to-{maxi}": "maxi@gmail.com", f"to-{noor}": "no address"}
    answer = kim.post(f"{HERE}/bounces", fix=[ada, maxi, noor], **form)
    assert answer.status_code == 422
    assert "2 recipients get the email again" in answer.text
    assert 'value="no address"' in answer.text
    assert ADA not in answer.text.split("Why emails failed")[0]
    assert house.one("SELECT count(*) FROM message WHERE rcpt_to = 'maxi@gmail.com' AND state = 'queued'") == 1
    house.change("UPDATE message SET state = 'suppressed' WHERE rcpt_to = :a", a=NOOR)
    house.change(
        "INSERT INTO suppression (address, issuer_id, stream, reason, created_at)"
        " VALUES (:a, '', '', 'complaint: spam', 1)",
        a=NOOR,
    )
    assert "complained" in kim.post(f"{HERE}/bounces", fix=noor, **{f"to-{noor}": NOOR}).text
    assert write_digests(house.service.office, house.clock()) == 0  # the day is not over
    house.clock.pass_by(timedelta(hours=20))
    assert [write_digests(house.service.office, house.clock()) for _ in range(2)] == [1, 0]
    told = house.mail_to("office@fjellvik.example", "did not arrive").get_body(("plain",))
    assert told is not None
    assert f"نور حداد, {NOOR}" in told.get_content()
    assert f"{HERE}/bounces" in told.get_content()


def test_pages_ask_a_fixed_number_of_queries(house: House, kim: Inside) -> None:
    counts: list[int] = []
    for addresses in ((ADA,), (ADA, NOOR, MAXI)):
        bounce(house, *addresses)
        for path in ("", "/recipients", "/bounces", "/requests", "/recipients?q=a&state=bounced"):
            with queries(house) as seen:
                shown(kim.get(HERE + path))
            counts.append(len(seen))
    assert counts[:5] == counts[5:]
    assert max(counts) < 25
