"""A manager's morning, in a real browser: who has no mail, a slip mended, a name corrected and taken back."""

import pytest

from badges.links import Purpose
from tests.chromium import DESKTOP, Windows
from tests.flows.test_every_page import open_judged
from tests.web.console.insiders import OURS, enter
from tests.web.console.test_programme_journey import judge
from tests.web.house import House

pytestmark = pytest.mark.needs("chromium")

MAXI = "maxi@beispiel.example"


def test_from_a_bounce_to_a_name_taken_back(house: House, windows: Windows) -> None:
    kim = enter(house, manages=(OURS,))
    house.change("UPDATE earner_address SET address = 'maxi@gmial.com' WHERE address = :a", a=MAXI)
    house.change(
        "UPDATE message SET rcpt_to = 'maxi@gmial.com', domain = 'gmial.com', state = 'bounced',"
        " reason = 'relay at rcpt: 550 5.1.2 no such domain' WHERE rcpt_to = :a",
        a=MAXI,
    )
    page = open_judged(windows, DESKTOP, kim.cookie)
    page.goto(f"/console/issuers/{OURS}")
    said = judge(page)
    page.get_by_role("link", name="person has no email").click()
    assert page.get_by_label("Address of Maximilian").input_value() == "maxi@gmail.com"
    said += judge(page)
    page.get_by_role("button", name="Correct and send again").click()
    page.get_by_text("1 recipient gets the email again.").wait_for()
    assert page.get_by_text("Everybody was reached").is_visible()
    page.get_by_role("link", name="Recipients").click()
    page.get_by_label("Name or address").fill("maxi@g")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Maximilian").wait_for()
    said += judge(page)
    page.get_by_role("link", name="Maximilian").click()
    timeline = page.get_by_role("region", name="Timeline")
    assert "maxi@gmail.com" in timeline.inner_text()
    assert "maxi@gmial.com" in timeline.inner_text()
    page.get_by_label("Name as it should be").fill("Maximilian Beispiel-Meier")
    page.get_by_role("button", name="Correct the name").click()
    page.get_by_role("heading", level=1, name="Maximilian Beispiel-Meier").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The change is taken back").wait_for()
    said += judge(page)
    assert said == []
    assert page.get_by_role("heading", level=1).inner_text() == 'Maximilian "Max" Beispiel'
    # And the earner, by the link that was mailed: the first key says that a person is there.
    link = windows.open(f"/p/{newest_token(house)}")
    assert house.one("SELECT count(*) FROM assertion WHERE opened_at IS NOT NULL") == 0
    with link.expect_response("**/opened") as told:
        link.keyboard.press("Tab")
    assert told.value.status == 204
    assert house.one("SELECT count(*) FROM assertion WHERE opened_at IS NOT NULL") == 1


def newest_token(house: House) -> str:
    """Return the token of the newest password link to Maximilian."""
    account = house.account_of("maxi@gmail.com")
    serial = house.one("SELECT link_serial FROM account WHERE id = :id", id=account)
    return house.mint(Purpose.FIRST_PASSWORD, account, int(str(serial)))
