"""What holds for every page of the console, with something on it: WCAG 2.2 by day and by night, that it fits, and that
it keeps to its policy (`windows` fails on whatever a page complains of)."""

import pytest

from tests.chromium import DESKTOP, SMALLEST, Windows
from tests.flows.test_every_page import AT_NIGHT, COUNT_WIDTH, RULES, RUN_AXE
from tests.node_tools import read_package
from tests.web.console.furnished import furnish
from tests.web.house import House

pytestmark = pytest.mark.needs("chromium", "npm")

HEAVIEST = 60_000
"""Bytes of a page, before it is compressed."""
ABOVE_THE_REST = {"rules/edit"}
"""Shows the whole rules file."""


def test_nobody_is_kept_out_of_the_console(house: House, windows: Windows) -> None:
    place, axe, faults = furnish(house), read_package("axe-core/axe.min.js"), []
    page = windows.open(size=DESKTOP, cookie=place.boss.cookie)
    for name, path in place.pages.items():
        answer = page.goto(path)
        assert answer is not None
        said = [] if answer.status == 200 else [f"answers {answer.status}"]
        if len(answer.body()) > HEAVIEST and name not in ABOVE_THE_REST:
            said.append(f"has {len(answer.body())} bytes")
        page.evaluate(axe)
        said += page.evaluate(RUN_AXE, RULES)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        said += [f"at night: {line}" for line in page.evaluate(RUN_AXE, AT_NIGHT)]
        if (width := page.evaluate(COUNT_WIDTH)) > SMALLEST[0]:
            said.append(f"is {width} px wide on {SMALLEST[0]}")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        if not page.title() or page.locator("h1").count() != 1 or page.locator("html").get_attribute("lang") != "en":
            said.append("has no title, not one heading, or no language")
        faults += [f"{name}: {line}" for line in said]
    assert "\n".join(faults) == ""
