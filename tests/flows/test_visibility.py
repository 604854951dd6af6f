"""Hiding a badge and showing it again in a browser: by htmx where there are scripts, by plain forms where there are
none."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import Windows
from tests.web.house import House
from tests.web.signed_in import sign_in

pytestmark = pytest.mark.needs("chromium")

ADA = "ada@mail.example"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_badge_is_hidden_and_shown_again(house: House, windows: Windows, scripts: bool) -> None:
    badge = house.award_of(ADA)
    page = windows.open(f"/portfolio/{badge}", cookie=sign_in(house, ADA).cookie, scripts=scripts)
    if scripts:
        page.evaluate("window.isStill = true")
    page.click("#switch")
    expect(page.locator(".states")).to_contain_text("Hidden")
    expect(page.locator("text=Add to LinkedIn profile")).to_have_count(0)
    assert house.get(f"/badges/{badge}").status_code == 404
    page.click("#switch")
    expect(page.locator(".states")).not_to_contain_text("Hidden")
    expect(page.locator("[data-copy=link]")).to_be_visible(visible=scripts)
    assert house.get(f"/badges/{badge}").status_code == 200
    if scripts:
        assert page.evaluate("window.isStill"), "the page was loaded anew"
        expect(page.locator("#switch")).to_be_focused()
        expect(page.locator("#said")).to_have_text("Shown in public")
        page.click("[data-copy=link]")
        expect(page.locator("#said")).to_have_text("Copied")


def test_who_is_no_longer_logged_in_is_led_to_the_log_in_page(house: House, windows: Windows) -> None:
    badge = house.award_of(ADA)
    page = windows.open(f"/portfolio/{badge}", cookie=sign_in(house, ADA).cookie)
    house.change("DELETE FROM session")
    page.click("#switch")
    expect(page).to_have_url(re.compile("/login"))
    assert house.get(f"/badges/{badge}").status_code == 200


def test_a_refused_switch_shows_why(house: House, windows: Windows) -> None:
    badge = house.award_of(ADA)
    page = windows.open(f"/portfolio/{badge}", cookie=sign_in(house, ADA).cookie)
    page.eval_on_selector("#visibility input[name=word]", "field => field.value = 'x'")
    page.click("#switch")
    expect(page).to_have_url(re.compile("/visibility$"))
    assert house.get(f"/badges/{badge}").status_code == 200
