"""By keyboard alone (WCAG 2.2, 2.1.1, 2.4.1, 2.4.3, 2.4.7): Tab, Enter and Space."""

import pytest
from playwright.sync_api import Page, expect

from badges.accounts import hash_password
from tests.cheap_hashing import cheap_hashing
from tests.chromium import DESKTOP, Windows
from tests.flows.earner import PASSWORD
from tests.web.house import House
from tests.web.signed_in import sign_in

__all__ = ["cheap_hashing"]

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("cheap_hashing")]

ADA = "ada@mail.example"
MOST_STEPS = 60
NAME_FOCUSED = """
() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const rings = [null, "::after"].map(part => getComputedStyle(e, part));
  return {
    name: e.getAttribute("aria-label") || (e.labels?.length ? e.labels[0] : e).textContent.trim(),
    ring: rings.some(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    inside: box.width > 0 && box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}
"""


def _tab_to(page: Page, name: str) -> list[str]:
    """Press Tab until what has this name has the focus; return what had it on the way. Each is seen to have it."""
    passed: list[str] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(NAME_FOCUSED)
        assert focused["ring"], f"nothing shows that {focused['name']!r} has the focus"
        assert focused["inside"], f"{focused['name']!r} has the focus out of sight"
        if focused["name"] == name:
            return passed
        passed.append(focused["name"])
    raise AssertionError(f"Tab does not lead to {name!r}: {passed}")


def test_logging_in(house: House, windows: Windows) -> None:
    house.change(
        "UPDATE account SET password_hash = :h WHERE id = :i", h=hash_password(PASSWORD), i=house.account_of(ADA)
    )
    page = windows.open("/login", size=DESKTOP)
    assert _tab_to(page, "User name (your email address)")[0] == "Skip to the content"
    page.keyboard.type(ADA)
    assert _tab_to(page, "Password") == []
    page.keyboard.type(PASSWORD)
    assert _tab_to(page, "Log in") == ["Show or hide the password"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My badges")


def test_the_navigation_can_be_skipped(house: House, windows: Windows) -> None:
    page = windows.open("/portfolio", size=DESKTOP, cookie=sign_in(house, ADA).cookie)
    assert _tab_to(page, "Skip to the content") == []
    page.keyboard.press("Enter")
    assert _tab_to(page, "Mountain First Aid") == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/portfolio/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mountain First Aid")


def test_copying_and_hiding(house: House, windows: Windows) -> None:
    page = windows.open(f"/portfolio/{house.award_of(ADA)}", size=DESKTOP, cookie=sign_in(house, ADA).cookie)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = _tab_to(page, "Copy: Credential ID")
    assert before[:2] == ["Skip to the content", "badgepost"]
    assert before[-2:] == ["Copy: Expiration date", "Credential ID"], "as the form of LinkedIn has them"
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == house.award_of(ADA)
    _tab_to(page, "Hide this badge")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Show this badge in public")).to_be_visible()
    assert house.one("SELECT hidden_at IS NOT NULL FROM assertion WHERE id = :i", i=house.award_of(ADA))
    focused = page.evaluate(NAME_FOCUSED)["name"]
    assert focused == "Show this badge in public", "who goes on pressing keys is where they were"
