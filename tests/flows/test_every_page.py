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
Size = tuple[int, int]
Rules = dict[str, str | list[str]]
RULES: Rules = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
AT_NIGHT: Rules = {"type": "rule", "values": ["color-contrast", "target-size"]}
"""What may be otherwise in other colours and on another screen."""
RUN_AXE = """
async rules => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target} ${node.any.concat(node.all, node.none).map(check => check.message)}`));
}
"""
COUNT_WIDTH = "() => document.documentElement.scrollWidth"


def _look(page: Page, rules: Rules = RULES) -> list[str]:
    width = page.evaluate(COUNT_WIDTH)
    room = page.viewport_size["width"]
    return [*page.evaluate(RUN_AXE, rules), *([f"{width} px wide on {room}"] if width > room else [])]


def _walk(windows: Windows, pages: dict[str, Shown], day: Size, night: Size | None, code: str) -> list[str]:
    """Open every page, in light colours on a screen of size `day` and, if there is one, in dark ones at `night`; return
    all faults."""
    axe, faults, opened = read_package("axe-core/axe.min.js"), [], dict[str, Page]()
    for name, shown in pages.items():
        if shown.cookie not in opened:
            opened[shown.cookie] = windows.open(size=day, cookie=shown.cookie)
        page = opened[shown.cookie]
        shown.open_in(page, code)
        # Read into the page's world by the DevTools, so the policy of the page has nothing to say on it.
        page.evaluate(axe)
        said = _look(page)
        if night is not None:
            page.emulate_media(color_scheme="dark")
            page.set_viewport_size({"width": night[0], "height": night[1]})
            said += [f"at night: {line}" for line in _look(page, AT_NIGHT)]
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": day[0], "height": day[1]})
        if not page.title() or page.locator("h1").count() != 1:
            said.append("has no title, or not one heading")
        if page.locator("html").get_attribute("lang") != code:
            said.append(f"is not in {code}")
        faults += [f"{name}: {line}" for line in said]
    return faults


def test_faults_are_seen(windows: Windows) -> None:
    page = windows.open("/login")
    page.evaluate(read_package("axe-core/axe.min.js"))
    assert _look(page) == []
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style = 'color: #eee; width: 900px'")
    contrast, label, width = _look(page)
    assert contrast.startswith("color-contrast:")
    assert label.startswith("label:")
    assert width.endswith("px wide on 390")


def test_nobody_is_kept_out(house: House, windows: Windows) -> None:
    assert _walk(windows, list_pages(house), PHONE, DESKTOP, "en") == []


def test_nobody_is_kept_out_in_their_language(house: House, windows: Windows) -> None:
    """On the smallest screen, where long words show first; colours are the same in every language."""
    pages = {name: page for name, page in list_pages(house).items() if name in MAIN_PAGES}
    assert len(pages) == len(MAIN_PAGES)
    languages = [code for code in LANGUAGES if code != SOURCE]
    assert {code: _walk(windows, pages, SMALLEST, None, code) for code in languages} == {code: [] for code in languages}
