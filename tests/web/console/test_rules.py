"""The rules in the console: read, changed with errors in place, tried, compared, published, rolled back."""

import re
from html import unescape

import pytest

from badgepost.judging import find_rules
from tests.web.console.insiders import OURS, Inside, enter
from tests.web.house import House

SHIPPED = find_rules().read_text(encoding="utf-8")
MAIL = "From: Robin <robin@mail.example>\nTo: support@badgepost.example\nSubject: A parcel\n\nWhere is my parcel?\n"
PARCELS = """
- id: parcels
  phase: act
  why: We send no parcels.
  when: {text: {contains: parcel}}
  then: ticket
  queue: parcels
  examples:
  - {given: {text: where is my parcel}, then: ticket}

# --- Is it understood?"""
CHANGED = SHIPPED.replace("\n# --- Is it understood?", PARCELS, 1)


@pytest.fixture
def kim(house: House) -> Inside:
    return enter(house, support=True)


def send(who: Inside, do: str, text: str = CHANGED, **fields: str):
    return who.post("/console/rules/edit", **{"text": text, "do": do, "based_on": "0"} | fields)


def said(page) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_the_rules_in_force_are_shown_with_their_examples(kim: Inside) -> None:
    page = kim.get("/console/rules")
    assert "version 0" in said(page)
    assert "issuer-decides" in page.text
    assert "{given: {role: issuer, intent: unlock, people: 4}, then: apply}" in unescape(page.text)


def test_only_support_sees_and_changes_them(house: House) -> None:
    manager = enter(house, manages=(OURS,))
    for path in ("", "/edit", "/versions", "/versions/0"):
        assert manager.get(f"/console/rules{path}").status_code == 404
    assert send(manager, "publish", note="mine").status_code == 404
    assert manager.post("/console/rules/versions/0/publish", based_on="0").status_code == 404
    assert house.one("SELECT count(*) FROM rules_version") == 0


def test_errors_are_told_with_their_lines_and_nothing_is_lost(kim: Inside) -> None:
    wrong = CHANGED.replace("contains: parcel", "holds: parcel <b>")
    page = send(kim, "publish", wrong, note="because")
    assert page.status_code == 422
    line = wrong.splitlines().index("  when: {text: {holds: parcel <b>}}") + 1
    assert f'data-line="{line}"' in page.text
    assert "holds: parcel &lt;b&gt;" in page.text
    assert 'value="because"' in page.text
    assert kim.house.one("SELECT count(*) FROM rules_version") == 0


def test_a_pasted_mail_is_judged_by_the_changed_rules(kim: Inside) -> None:
    page = said(send(kim, "try", mail=MAIL))
    assert "ticket parcels" in page
    assert "robin@mail.example" in page
    assert kim.house.one("SELECT count(*) FROM raw_mail") == 0


def test_what_is_no_mail_is_said_to_be_none(kim: Inside) -> None:
    assert "Paste a mail" in said(send(kim, "try", mail=""))
    for text in ("no header at all", "\x01\x02", "x" * 5000):
        assert "This is no mail: it has no header." in said(send(kim, "try", mail=text))
    for text in ("From:\n\n", ": \n\n"):
        assert "What these rules make of the mail" in said(send(kim, "try", mail=text))
    assert "No stored mail is called that" in said(send(kim, "try", stored="BP-NOTHING"))


def test_past_mail_is_compared(kim: Inside) -> None:
    assert "Of 0 mails, 0." in said(send(kim, "replay", days="30"))


def test_publishing_wants_a_reason_and_is_recorded(kim: Inside) -> None:
    assert send(kim, "publish").status_code == 422
    done = send(kim, "publish", note="no parcels")
    assert (done.status_code, done.headers["location"]) == (303, "/console/rules?said=published")
    assert "published by kim@staff.example" in said(kim.get("/console/rules"))
    assert kim.house.one("SELECT made_by || ' ' || subject_id FROM audit_event") == "kim@staff.example 1"
    page = kim.get("/console/rules/versions/1")
    assert '<span class="added">+- id: parcels</span>' in page.text
    assert send(kim, "publish", note="again", based_on="1").headers["location"].endswith("unchanged")


def test_who_was_overtaken_is_told_and_keeps_the_text(kim: Inside) -> None:
    assert send(kim, "publish", note="first").status_code == 303
    page = send(kim, "publish", CHANGED.replace("parcel", "letter"), note="second")
    assert page.status_code == 409
    assert "contains: letter" in page.text
    assert kim.house.one("SELECT count(*) FROM rules_version") == 1


def test_an_older_version_is_put_in_force_once_more(kim: Inside) -> None:
    assert send(kim, "publish", note="first").status_code == 303
    assert kim.post("/console/rules/versions/0/publish", based_on="0").status_code == 409
    assert kim.post("/console/rules/versions/0/publish", based_on="1").status_code == 303
    assert kim.house.one("SELECT content FROM rules_version WHERE number = 2") == SHIPPED
    for foreign in ("3", "99999999999999999999", "-1", "x"):
        assert kim.get(f"/console/rules/versions/{foreign}").status_code in {404, 422}
