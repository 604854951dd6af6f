"""A ticket dealt with in a browser, and two browsers on one ticket."""

import re
from dataclasses import replace

from desk.members.audit import Actor
from desk.requests.canned import save_canned
from desk.words import Outcome
from tests.chromium import DESKTOP, Windows
from tests.web.console.insiders import enter
from tests.web.console.received import receive
from tests.web.house import House
from tests.web.orders import order_rename

KIM = Actor("kim@staff.example")
MAIL = b"From: office@fjellvik.example\r\nSubject: A name\r\n\r\nPlease.\r\n\r\n> Which name?\r\n"
NAME = "SELECT name FROM earner JOIN earner_address ON earner_id = earner.id WHERE address = 'ada@mail.example'"


def test_correct_approve_undo_answer_and_close(house: House, windows: Windows) -> None:
    order = order_rename(house, Outcome.APPROVE, new_name="Ada Lindkvist")
    done = receive(house, replace(order, thread=replace(order.thread, subject="A name")), MAIL)
    save_canned(house.service.office, "Undone", {"en": "Dear {{name}},\nit is as it was."}, KIM, house.clock())
    page = windows.open(f"/console/tickets/{done.reference}", size=DESKTOP, cookie=enter(house, support=True).cookie)
    page.get_by_text("Correct it").click()
    page.get_by_label("New name", exact=True).fill("Ada Lindkvist Berg")
    with page.expect_navigation():  # keys are there only once the page has loaded
        page.get_by_role("button", name="See what would change").click()
    page.locator("ins", has_text="Ada Lindkvist Berg").wait_for()
    assert house.one(NAME) == "Ada Lindqvist"
    page.locator("h1").click()
    with page.expect_navigation():
        page.keyboard.press("a")
    page.get_by_text("Done. Whoever asked has been told.").wait_for()
    assert house.one(NAME) == "Ada Lindkvist Berg"
    with page.expect_navigation():
        page.keyboard.press("u")
    page.get_by_text("Taken back. Everybody concerned").wait_for()
    assert house.one(NAME) == "Ada Lindqvist"
    page.keyboard.press("r")
    page.keyboard.type("Hello")
    page.get_by_text("Kept.").wait_for()
    page.reload()
    assert page.get_by_label("Reply to").input_value() == "Hello"
    page.get_by_label("Canned answer").select_option("Undone")
    page.get_by_role("button", name="Put it in").click()
    page.get_by_text("Put behind what you had typed.").wait_for()
    assert page.get_by_label("Reply to").input_value() == "Hello\n\nDear,\nit is as it was."
    page.get_by_role("button", name="Preview").click()
    page.frame_locator("#composing iframe").get_by_text("it is as it was.").wait_for()
    page.get_by_role("button", name="Send and close").click()
    page.get_by_text("Your reply is on its way.").wait_for()
    page.get_by_role("button", name="Open again").wait_for()
    assert page.get_by_label("Reply to").input_value() == ""
    [reply] = house.mails_to("office@fjellvik.example")[-1:]
    assert reply["To"]


def test_two_browsers_on_one_ticket(house: House, windows: Windows) -> None:
    done = receive(house, order_rename(house, Outcome.APPROVE), MAIL)
    path = f"/console/tickets/{done.reference}"
    kim = windows.open(path, size=DESKTOP, cookie=enter(house, "kim", support=True).cookie)
    lee = windows.open(path, size=DESKTOP, cookie=enter(house, "lee", support=True).cookie)
    kim.get_by_label("Reply to").fill("I am on it")
    kim.get_by_text("Kept.").wait_for()
    lee.get_by_label("Only staff see it").fill("Mine, too")
    lee.get_by_text("Kim is writing on this ticket").wait_for()
    kim.get_by_role("button", name="Send", exact=True).click()
    kim.get_by_text("Your reply is on its way.").wait_for()
    lee.locator(".mail.out", has_text="I am on it").wait_for()
    lee.get_by_text("Something has happened on this ticket since you began").wait_for()
    lee.get_by_role("button", name="Note it").click()
    lee.get_by_text("Somebody was faster").wait_for()
    assert lee.get_by_label("Only staff see it").input_value() == "Mine, too"
    lee.get_by_role("button", name="Note it").click()
    lee.get_by_text("Noted.").wait_for()
    kim.locator(".note", has_text="Mine, too").first.wait_for()
    # The connection goes, and comes back: nothing that was typed is gone.
    kim.context.set_offline(True)
    kim.get_by_label("Reply to").fill("One more thing")
    kim.get_by_text(re.compile("Not kept")).wait_for()
    kim.context.set_offline(False)
    kim.get_by_text("Kept.").wait_for()
    assert house.one("SELECT reply FROM ticket_view WHERE reply <> ''") == "One more thing"
    windows.errors[:] = [each for each in windows.errors if "ERR_INTERNET_DISCONNECTED" not in each]
