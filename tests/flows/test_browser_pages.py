"""The pages in a browser: the first way of an earner, with and without scripts, on a phone and on a desk."""

import pytest
from playwright.sync_api import expect

from badges.links import Purpose
from tests.chromium import DESKTOP, SMALLEST, Windows
from tests.web.house import House

pytestmark = pytest.mark.needs("chromium")

ADA = "ada@mail.example"
PASSWORD = "a walk in the rain"

ADD_SCRIPT = """
() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  return window.ran ? "ran" : "did not run";
}
"""
COUNT_CUT_OFF = """
() => [...document.querySelectorAll("main *")].filter(each => each.getBoundingClientRect().right > innerWidth).length
"""


@pytest.mark.parametrize("scripts", [True, False])
def test_an_earner_sets_a_password_and_sees_the_badge(house: House, windows: Windows, scripts: bool) -> None:
    page = windows.open(house.first_link(ADA), scripts=scripts)
    expect(page.locator("#user_name")).to_have_value(ADA)
    expect(page.locator("[data-reveal]")).to_be_visible(visible=scripts)
    page.fill("#password", PASSWORD)
    page.fill("#repeated", "something else")
    page.click("button[type=submit]")
    expect(page.locator("#differs")).to_contain_text("not the same")
    page.fill("#password", PASSWORD)
    page.fill("#repeated", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/password/set/*")
    page.goto(f"/badges/{house.award_of(ADA)}")
    expect(page.locator("h1")).to_have_text("Mountain First Aid")
    assert page.locator(".badge img").evaluate("image => image.naturalWidth") == 600


def test_passwords_can_be_shown_and_a_link_copied(house: House, windows: Windows) -> None:
    page = windows.open(house.first_link(ADA))
    for kind in ("text", "password"):
        page.click("[data-reveal]")
        expect(page.locator("#password")).to_have_attribute("type", kind)
    page.goto(f"/badges/{house.award_of(ADA)}")
    page.click("[data-copy]")
    expect(page.locator("#said")).to_have_text("Copied")


def test_a_mail_is_shown_with_its_image_and_runs_nothing(house: House, windows: Windows) -> None:
    house.deliver()
    name = min(path.stem for path in house.outbox.glob("*.eml"))
    copy = f"/mail/{house.mint(Purpose.BROWSER, house.message_to(ADA))}"
    for path in (f"/outbox/{name}/html", copy):
        page = windows.open(path)
        widths = page.evaluate("() => [...document.images].map(image => image.naturalWidth)")
        assert widths, path
        assert all(width > 0 for width in widths), path
        assert page.evaluate("window.origin") == "null", "it has an origin of its own"
        assert page.evaluate(ADD_SCRIPT) == "did not run"
        windows.errors.clear()  # its policy has just refused the script


@pytest.mark.parametrize("size", [SMALLEST, DESKTOP])
def test_words_without_an_end_are_broken(house: House, windows: Windows, size: tuple[int, int]) -> None:
    house.change("UPDATE badge_class SET description = :d", d="d" * 500)
    host = ".".join(["x" * 60] * 3)
    change = "UPDATE assertion SET narrative = :n, evidence_url = :u WHERE id = :i"
    house.change(change, n="w" * 2000, u=f"https://{host}.example/", i=house.award_of(ADA))
    page = windows.open(f"/badges/{house.award_of(ADA)}", size=size)
    assert page.evaluate(COUNT_CUT_OFF) == 0
