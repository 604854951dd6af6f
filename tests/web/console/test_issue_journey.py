"""A course is over: from a list full of slips to mails that go, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.chromium import DESKTOP, Windows
from tests.flows.test_every_page import open_judged
from tests.web.console.insiders import OURS, enter
from tests.web.console.test_issue import badge_of
from tests.web.console.test_programme_journey import judge
from tests.web.house import House

pytestmark = pytest.mark.needs("chromium")

ROSTER = (
    "Who,Mail (private),Finished\n"
    "Zoe Quist,zoe@mail.example,20.11.2026\n"
    "<b onclick=alert(1)>Nora</b>,nora at mail.example,20.11.2026\n"
    "Max Moritz,max@gmial.com,20.11.2026\n" + "".join(f"P {i},p{i}@mail.example,20.11.2026\n" for i in range(3))
)


def test_from_a_list_full_of_slips_to_mails_that_go(house: House, windows: Windows) -> None:
    kim = enter(house, manages=(OURS,))
    page = open_judged(windows, DESKTOP, kim.cookie)
    page.goto(f"/console/issuers/{OURS}/issue")
    said = judge(page)
    many = page.get_by_role("region", name="Many people")
    many.get_by_label("Badge").select_option(badge_of(house))
    many.get_by_label("File").set_input_files(
        [{"name": "course.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}]
    )
    many.get_by_role("button", name="Upload and check").click()
    page.get_by_text("It cannot be told who is to get the badge").wait_for()
    said += judge(page)
    assert page.get_by_label("Mail (private)").input_value() == "address", "told by what stands in it"
    page.get_by_label("Who", exact=True).select_option("name")
    page.get_by_label("Finished").select_option("issued_on")
    page.get_by_role("button", name="Check the rows").click()
    said += mend(page) + look(page)
    page.get_by_role("link", name="Go on to sending").click()
    page.wait_for_url("**/send")
    said += judge(page)
    page.get_by_role("button", name="Count what this comes to").click()
    page.wait_for_url("**/confirm")
    page.get_by_text("6", exact=True).first.wait_for()
    said += judge(page)
    assert house.one("SELECT count(*) FROM message WHERE batch_id IS NOT NULL AND state = 'queued'") == 8, (
        "the sample's"
    )
    assert said + watch(page, house) == []


def mend(page: Page) -> list[str]:
    wrong = page.get_by_label("Email address")
    assert wrong.input_value() == "nora at mail.example"
    said = judge(page)
    wrong.fill("nora@mail.example")
    page.get_by_role("button", name="Save and check again").click()
    page.get_by_text("Every row can be issued to").wait_for()
    page.get_by_role("button", name="max@gmail.com").click()
    page.get_by_text("Taken over").wait_for()
    return said


def look(page: Page) -> list[str]:
    page.get_by_role("link", name="Preview the mail").click()
    mail = page.frame_locator("iframe")
    mail.get_by_text("Congratulations, Zoe Quist").wait_for()
    page.get_by_label("Line of the list").fill("3")
    page.get_by_label("Language of the mail").select_option("de")
    page.get_by_role("button", name="Show").click()
    mail.get_by_text("<b onclick=alert(1)>Nora</b>").first.wait_for()
    for view, asked in (("Desktop", "view=desktop"), ("Dark", "dark=1"), ("Images off", "images=off")):
        page.get_by_role("link", name=view).click()
        page.wait_for_url(f"**{asked}**")
        mail.get_by_text("Nora").first.wait_for()
    said = judge(page)
    page.get_by_role("link", name="Text part").click()
    assert "Nora" in page.locator(".mail-text").inner_text()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("The test mail is on its way").wait_for()
    return said


def watch(page: Page, house: House) -> list[str]:
    page.get_by_role("button", name="Issue the badge to 6 people").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("What is under way at this moment still goes").wait_for()
    assert page.get_by_text("6 Queued").is_visible()
    said = judge(page)
    house.deliver()
    assert page.get_by_text("0 of 6 dealt with").is_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("Running again").wait_for()
    page.get_by_text("Cancel…").click()
    house.change("UPDATE message SET state = 'sent' WHERE rcpt_to = 'zoe@mail.example'")
    page.get_by_text("1 of 6 dealt with").wait_for()  # by itself
    assert page.get_by_role("button", name="Cancel for good").is_visible(), "what was being asked still is"
    house.clock.pass_by(timedelta(seconds=30))
    house.deliver()
    page.get_by_text("6 of 6 dealt with").wait_for()
    assert page.get_by_text("Done", exact=True).is_visible()
    return said
