"""Staff in a real browser: somebody is invited and gets in; the rules are changed; a mail that waits is looked at."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.cheap_hashing import cheap_hashing
from tests.chromium import DESKTOP, PHONE, Windows
from tests.web.console.insiders import enter
from tests.web.console.newcomers import PASSWORD, path_in
from tests.web.console.test_rules import CHANGED, MAIL
from tests.web.house import House

__all__ = ["cheap_hashing"]

pytestmark = pytest.mark.needs("chromium")
ROBIN = "robin@staff.example"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.usefixtures("cheap_hashing")
def test_somebody_is_invited_and_gets_in_with_two_factors(house: House, windows: Windows) -> None:
    kim = enter(house, administrator=True)
    page = windows.open("/console/people", size=DESKTOP, cookie=kim.cookie)
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Email address").fill(ROBIN)
    page.get_by_label("Name", exact=True).fill("Robin Falk")
    page.get_by_label("deal with tickets").check()
    press(page, "Send the invitation")
    expect(page.get_by_role("status").first).to_be_visible()

    robin = windows.open(path_in(house, ROBIN, ""), size=PHONE, scripts=False)
    robin.get_by_label("New password").fill(PASSWORD)
    robin.locator("input[name=repeated]").fill(PASSWORD)
    press(robin, "Set password")
    robin.get_by_label("Email address").fill(ROBIN)
    robin.get_by_label("Password", exact=True).fill(PASSWORD)
    press(robin, "Go on")
    secret = robin.locator(".secret-key").text_content() or ""
    robin.get_by_label("Code", exact=True).fill("000000")
    press(robin, "Confirm")
    expect(robin.get_by_role("alert")).to_contain_text("wrong")
    app = pyotp.TOTP("".join(secret.split()))
    robin.get_by_label("Code", exact=True).fill(app.at(house.clock()))
    press(robin, "Confirm")
    codes = robin.locator(".codes li").all_text_contents()
    assert len(codes) == 10
    robin.get_by_role("link", name="I have kept them").click()
    expect(robin.get_by_role("link", name="Tickets", exact=True)).to_be_visible()
    press(robin, "Log out")

    robin.get_by_label("Email address").fill(ROBIN)
    robin.get_by_label("Password", exact=True).fill(PASSWORD)
    press(robin, "Go on")
    robin.get_by_text("Your phone is not at hand?").click()
    robin.get_by_label("One of your recovery codes").fill(codes[3].lower())
    press(robin, "Log in with a recovery code")
    expect(robin.get_by_role("link", name="Tickets", exact=True)).to_be_visible()

    page.goto("/console/people")
    page.get_by_role("link", name="Robin Falk").click()
    press(page, "Shut them out")
    robin.reload()
    expect(robin).to_have_url(re.compile("/console/login"))


def test_the_rules_are_changed_tried_published_and_rolled_back(house: House, windows: Windows) -> None:
    page = windows.open("/console/rules", size=DESKTOP, cookie=enter(house, support=True).cookie)
    page.get_by_role("link", name="Change or try").click()
    page.get_by_label("The rules").fill(CHANGED.replace("contains: parcel", "holds: parcel"))
    press(page, "Check")
    page.get_by_role("button", name=re.compile("^Line ")).click()
    chosen = "() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd) }"
    assert page.evaluate(chosen) == "  when: {text: {holds: parcel}}"
    page.get_by_label("The rules").fill(CHANGED)
    page.get_by_label("Or a pasted one").fill(MAIL)
    press(page, "Try")
    expect(page.locator("#tried")).to_contain_text("parcels")
    press(page, "Compare")
    expect(page.locator("#replayed")).to_contain_text("Of 0 mails")
    page.get_by_label("Why, for those").fill("No parcels here")
    press(page, "Publish")
    expect(page.get_by_role("status").first).to_contain_text("Published")
    page.locator("summary", has_text="parcels").click()
    expect(page.get_by_text("given: {text: where is my parcel}")).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="0", exact=True).click()
    press(page, "Put version 0 in force")
    expect(page.get_by_role("status").first).to_contain_text("Published")
    expect(page.locator("summary", has_text="parcels")).to_have_count(0)


def test_a_mail_that_waits_is_looked_at_held_and_its_address_suppressed(house: House, windows: Windows) -> None:
    page = windows.open("/console/mail", size=DESKTOP, cookie=enter(house, support=True).cookie)
    page.get_by_role("link", name="ada@mail.example").first.click()
    expect(page.frame_locator("iframe").first.get_by_role("heading", level=1)).to_contain_text("Ada")
    press(page, "Hold")
    expect(page.get_by_role("status").first).to_contain_text("Held")
    page.get_by_role("link", name="Mail out", exact=True).first.click()
    page.get_by_role("link", name="Addresses not sent to").click()
    page.get_by_label("Address", exact=True).fill("ada@mail.example")
    page.get_by_label("Why", exact=True).fill("asked on the telephone")
    press(page, "Send nothing more there")
    expect(page.get_by_role("cell", name="ada@mail.example", exact=True)).to_be_visible()
    assert house.one("SELECT count(*) FROM audit_event WHERE act LIKE '%suppress%'") == 1
    assert all("ada@mail.example" not in str(mail["To"]) for mail in house.deliver())
