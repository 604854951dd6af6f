"""What holds for every page, in every language, on small screens and large, in light and dark: WCAG 2.2, and that it
fits."""

from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.chromium import DESKTOP, PHONE, SMALLEST, Windows
from tests.flows.earner_pages import list_pages
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
WORDS: Rules = {"exclude": ["color-contrast"], **RULES}
"""What words may change: colours are the same in every language."""
JUDGE = """
async ([{ exclude, ...rules }, room]) => {
  if (!window.axe) defineAxe();
  const off = Object.fromEntries((exclude ?? []).map(id => [id, { enabled: false }]));
  const found = await axe.run({ runOnly: rules, rules: off, resultTypes: ["violations"] });
  const faults = found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target} ${node.any.concat(node.all, node.none).map(check => check.message)}`));
  const width = document.documentElement.scrollWidth;
  if (width > room) faults.push(`${width} px wide on ${room}`);
  if (!document.title || document.querySelectorAll("h1").length != 1) faults.push("has no title, or not one heading");
  return [document.documentElement.lang, faults];
}
"""


def open_judged(windows: Windows, size: Size, cookie: str = "") -> Page:
    """Return a page that brings axe with it wherever it goes: by the DevTools, so no page's policy has a say on it."""
    page = windows.open(size=size, cookie=cookie)
    page.add_init_script(f"window.defineAxe = () => {{ {read_package('axe-core/axe.min.js')}\n}}")
    return page


def judge_page(page: Page, rules: Rules = RULES, code: str = SOURCE) -> list[str]:
    lang, faults = page.evaluate(JUDGE, [rules, page.viewport_size["width"]])
    return faults if lang == code else [*faults, f"is not in {code}"]


def judge_by_day_and_night(page: Page, day: Size, night: Size) -> list[str]:
    """Judge in light colours on a screen of size `day`, then in dark ones at `night`."""
    said = judge_page(page)
    _set_screen(page, night, "dark")
    said += [f"at night: {line}" for line in judge_page(page, AT_NIGHT)]
    _set_screen(page, day, "light")
    return said


def _set_screen(page: Page, size: Size, colours: Literal["dark", "light"]) -> None:
    page.emulate_media(color_scheme=colours)
    page.set_viewport_size({"width": size[0], "height": size[1]})


def test_faults_are_seen(windows: Windows) -> None:
    page = open_judged(windows, PHONE)
    page.goto("/login")
    assert judge_page(page) == []
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style = 'color: #eee; width: 900px'")
    contrast, label, width = judge_page(page)
    assert contrast.startswith("color-contrast:")
    assert label.startswith("label:")
    assert width.endswith("px wide on 390")
    page.evaluate("document.querySelector('h1').outerHTML = '<p>Log in</p>'")
    assert {"has no title, or not one heading", "is not in de"} <= set(judge_page(page, WORDS, "de"))


def test_nobody_is_kept_out(house: House, windows: Windows) -> None:
    """The main pages in every language too: on the smallest screen, where long words show first."""
    pages, faults = list_pages(house), []
    assert pages.keys() >= MAIN_PAGES
    opened = {size: open_judged(windows, size) for size in (PHONE, SMALLEST)}
    for name, shown in pages.items():
        shown.open_in(opened[PHONE])
        faults += [f"{name}: {line}" for line in judge_by_day_and_night(opened[PHONE], PHONE, DESKTOP)]
        for code in LANGUAGES if name in MAIN_PAGES else ():
            if code != SOURCE:
                shown.open_in(opened[SMALLEST], code)
                faults += [f"{name} in {code}: {line}" for line in judge_page(opened[SMALLEST], WORDS, code)]
    assert faults == []
