"""What holds for every page, in every language, on small screens and large, in light and dark: WCAG 2.2, and that it
fits."""

import pytest
from playwright.sync_api import Page

from tests.chromium import DESKTOP, PHONE, SMALLEST, Windows
from tests.flows.earner_pages import Shown, list_pages
from tests.node_tools import read_package
from tests.web.house import House
from web.languages import LANGUAGES, SOURCE

pytestmark = pytest.mark.needs("chromium", "npm")

MAIN_PAGES = {
    "badge",
    "badge-revoked",
    "verify-expired",
    "login-wrong",
    "password-short",
    "portfolio",
    "own-badge",
    "profile",
    "signature",
    "resume",
    "not-me",
    "ask-unlock",
    "confirm",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """
async rules => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target} ${node.any.concat(node.all, node.none).map(check => check.message)}`));
}
"""
COUNT_WIDTH = "() => document.documentElement.scrollWidth"


def _look(page: Page, axe: str) -> list[str]:
    # Read into the page's world by the DevTools, so the policy of the page has nothing to say on it.
    page.evaluate(axe)
    return [str(line) for line in page.evaluate(RUN_AXE, RULES)]


def _walk(windows: Windows, pages: dict[str, Shown], size: tuple[int, int], *, dark: bool, language: str) -> list[str]:
    """Open every page, and return what is wrong with them."""
    axe, faults, opened = read_package("axe-core/axe.min.js"), [], dict[str, Page]()
    for name, shown in pages.items():
        if shown.cookie not in opened:
            opened[shown.cookie] = windows.open(size=size, dark=dark, cookie=shown.cookie)
        page = opened[shown.cookie]
        shown.open_in(page, language)
        width = page.evaluate(COUNT_WIDTH)
        said = _look(page, axe)
        if width > size[0]:
            said.append(f"{width} px wide on {size[0]}")
        if not page.title() or page.locator("h1").count() != 1:
            said.append("has no title, or not one heading")
        if page.locator("html").get_attribute("lang") != language:
            said.append(f"is not in {language}")
        faults += [f"{name}: {line}" for line in said]
    return faults


def test_faults_are_seen(windows: Windows) -> None:
    page = windows.open("/login")
    page.evaluate("document.querySelector('label').remove()")
    assert [fault.split(":")[0] for fault in _look(page, read_package("axe-core/axe.min.js"))] == ["label"]


def test_nobody_is_kept_out(house: House, windows: Windows) -> None:
    assert _walk(windows, list_pages(house), PHONE, dark=False, language="en") == []


def test_nobody_is_kept_out_at_night(house: House, windows: Windows) -> None:
    assert _walk(windows, list_pages(house), DESKTOP, dark=True, language="en") == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE])
def test_nobody_is_kept_out_in_their_language(house: House, windows: Windows, language: str) -> None:
    """On the smallest screen, where long words show first."""
    pages = {name: page for name, page in list_pages(house).items() if name in MAIN_PAGES}
    assert len(pages) == len(MAIN_PAGES)
    assert _walk(windows, pages, SMALLEST, dark=language == "de", language=language) == []
