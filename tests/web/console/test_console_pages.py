"""What holds for every page of the console, with something on it: WCAG 2.2 by day and by night, that it fits, and that
it keeps to its policy (`windows` fails on whatever a page complains of)."""

import pytest

from tests.chromium import DESKTOP, SMALLEST, Windows
from tests.flows.test_every_page import judge_by_day_and_night, open_judged
from tests.web.console.furnished import furnish
from tests.web.house import House

pytestmark = pytest.mark.needs("chromium", "npm")

HEAVIEST = 60_000
"""Bytes of a page, before it is compressed."""
ABOVE_THE_REST = {"rules/edit"}
"""Shows the whole rules file."""


def test_nobody_is_kept_out_of_the_console(house: House, windows: Windows) -> None:
    place, faults = furnish(house), []
    page = open_judged(windows, DESKTOP, place.boss.cookie)
    for name, path in place.pages.items():
        answer = page.goto(path)
        assert answer is not None
        said = [] if answer.status == 200 else [f"answers {answer.status}"]
        if len(answer.body()) > HEAVIEST and name not in ABOVE_THE_REST:
            said.append(f"has {len(answer.body())} bytes")
        said += judge_by_day_and_night(page, DESKTOP, SMALLEST)
        faults += [f"{name}: {line}" for line in said]
    assert "\n".join(faults) == ""
