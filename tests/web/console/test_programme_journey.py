"""A manager in a real browser: makes a badge with a picture, dresses the mails, names a contact."""

from playwright.sync_api import Page, expect

from tests.chromium import DESKTOP, PHONE, Windows
from tests.flows.test_every_page import judge_page, open_judged
from tests.web.console.insiders import OURS, enter
from tests.web.console.test_badge_classes import picture
from tests.web.house import House

BASE = f"/console/issuers/{OURS}"


def judge(page: Page) -> list[str]:
    found = judge_page(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    if page.evaluate("document.documentElement.scrollWidth") > PHONE[0]:
        found.append(f"{page.url} is too wide for a phone")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    return found


def test_a_programme_is_made_in_the_console(house: House, windows: Windows) -> None:
    inside = enter(house, manages=(OURS,))
    page = open_judged(windows, DESKTOP, inside.cookie)
    page.goto(f"{BASE}/badges")
    said = judge(page)
    page.get_by_role("link", name="New badge").click()
    page.get_by_label("Name", exact=True).fill("Bridge inspector")
    page.get_by_label("Use a file of your own").check()
    file = {"name": "seal.png", "mimeType": "image/png", "buffer": picture()}
    page.get_by_label("Picture file").set_input_files(files=[file])
    expect(page.get_by_role("img", name="The chosen picture")).to_be_visible()
    said += judge(page)
    page.get_by_role("button", name="Make the badge").click()
    expect(page.get_by_role("status").first).to_contain_text("The badge is made")
    said += judge(page)

    page.get_by_role("link", name="Branding and wording").click()
    mail = page.frame_locator(".mail-frame iframe:not(.coming)")
    expect(mail.get_by_role("heading", level=1)).to_contain_text("Congratulations")
    page.get_by_label("Your own words").fill("<p>Welcome among the {{ nobody }}.</p>")
    expect(page.locator("#remarks")).to_contain_text("line 1: 'nobody' is not known here")
    page.get_by_label("Your own words").fill("<p>Welcome, {{ earner_name }}, to the register.</p>")
    expect(mail.get_by_text("to the register")).to_be_visible()
    page.get_by_text("Text", exact=True).click()
    expect(mail.locator("pre")).to_contain_text("to the register")
    said += judge(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")

    page.get_by_role("link", name="Contacts and policy").click()
    page.get_by_label("Email address").first.fill("registry@fjellvik.example")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_text("registry@fjellvik.example").first).to_be_visible()
    said += judge(page)
    assert said == []
