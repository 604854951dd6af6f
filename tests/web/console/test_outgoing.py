"""The mails that go out: what waits and why, one mail with its attempts and itself, addresses that are not sent to."""

import re
from urllib.parse import quote

from tests.web.console.insiders import OURS, enter
from tests.web.house import House

WHO = "noor.haddad@mail.example"


def test_staff_see_what_waits_and_decide_about_it(house: House) -> None:
    inside = enter(house, support=True)
    queue = inside.get("/console/mail")
    assert WHO in queue.text
    assert "No worker runs" in queue.text
    found = inside.get(f"/console/mail/find?q={WHO}")
    message = house.message_to(WHO)
    assert found.headers["location"] == f"/console/mail/messages/{message}"
    page = f"/console/mail/messages/{message}"
    assert inside.post(page, do="hold").headers["location"] == f"{page}?said=hold"
    assert message in inside.get("/console/mail?show=aside").text
    assert "Let it go" in inside.get(page).text
    assert house.deliver() is not None
    assert house.one("SELECT state FROM message WHERE id = :i", i=message) == "queued"
    assert inside.post(page, do="retry").headers["location"] == f"{page}?said=retry"
    house.deliver()
    shown = inside.get(page)
    assert "sent" in shown.text
    assert inside.post(page, do="cancel").headers["location"] == f"{page}?said=late"
    assert house.one("SELECT count(*) FROM audit_event WHERE subject_id = :i", i=message) == 2


def test_all_mails_to_an_address_are_decided_about_at_once(house: House) -> None:
    inside = enter(house, support=True)
    here = "/console/mail/find"
    held = inside.post(here, address=WHO, do="hold")
    assert held.headers["location"].endswith("done=1")
    assert "Done with one mail" in inside.get(held.headers["location"]).text
    assert inside.post(here, address="nobody@mail.example", do="cancel").headers["location"].endswith("done=0")
    assert inside.post(here, address=WHO, do="destroy").status_code == 422
    assert house.one("SELECT detail FROM audit_event WHERE act = 'mail_held'") == '{"mails": 1}'


def test_a_mail_is_shown_whole_and_opens_nothing(house: House) -> None:
    inside = enter(house, support=True)
    message = house.message_to(WHO)
    page = f"/console/mail/messages/{message}"
    raw = inside.get(f"{page}/raw")
    assert raw.headers["content-disposition"] == f'attachment; filename="{message}.eml"'
    assert "To: Noor Haddad" in raw.text or WHO in raw.text
    frame = inside.get(f"{page}/frame")
    assert "cid:" not in frame.text
    links = set(re.findall(r'https?://[^\s"<>]+/(?:p|not-me|mail|unsubscribe)/[^\s"<>]+', frame.text))
    assert links
    for link in links:
        assert house.get(link.removeprefix(house.base_url)).status_code in {404, 410}
    assert "<pre>" in inside.get(f"{page}/frame?look=text").text
    internet = str(house.one("SELECT message_id FROM message WHERE id = :i", i=message))
    for words in (message, f"bounce+{message}@anything.example", f"<{internet}>"):
        assert inside.get(f"/console/mail/find?q={quote(words)}").headers["location"] == page
    assert "No mail is called that" in inside.get("/console/mail/find?q=nobody").text


def test_addresses_come_onto_the_list_and_off_it(house: House) -> None:
    inside = enter(house, support=True)
    here = "/console/mail/suppressions"
    assert inside.post(here, address="not one").status_code == 422
    added = inside.post(here, address=WHO.upper(), stream="", reason="asked <b>on the phone</b>")
    assert added.headers["location"] == f"{here}?said=added"
    assert "asked &lt;b&gt;on the phone" in inside.get(f"{here}?q=noor").text
    assert WHO not in inside.get(f"{here}?q=other").text
    house.deliver()
    assert house.one("SELECT state FROM message WHERE rcpt_to = :a LIMIT 1", a=WHO) == "suppressed"
    assert inside.post(f"{here}/remove", address=WHO, reason="again").headers["location"].endswith("said=removed")
    assert inside.post(f"{here}/remove", address=WHO).headers["location"].endswith("said=gone")
    assert house.one("SELECT count(*) FROM audit_event WHERE act LIKE 'suppression%'") == 2


def test_every_kind_in_a_language(house: House) -> None:
    inside = enter(house, support=True)
    page = inside.get("/console/mail/kinds?kind=contact_added&language=de")
    assert "registrierter Kontakt" in page.text
    frame = inside.get("/console/mail/kinds/frame?kind=confirm_address&language=fr&look=dark")
    assert frame.status_code == 200
    assert inside.get("/console/mail/kinds?kind=../etc").status_code == 404


def test_managers_have_no_business_there(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    message = house.message_to(WHO)
    for path in ("", "/find?q=x", f"/messages/{message}", f"/messages/{message}/raw", "/suppressions", "/kinds"):
        assert inside.get(f"/console/mail{path}").status_code == 404
    for path in (f"/messages/{message}", "/suppressions", "/suppressions/remove"):
        assert inside.post(f"/console/mail{path}", do="cancel", address=WHO).status_code == 404
