"""The queue: what it shows, in which order, how it is paged, claimed and closed from; two browsers stay in step."""

import re
from datetime import timedelta

from sqlalchemy import event

from desk.members.audit import Actor
from desk.requests.claiming import HeldByOther, claim
from desk.requests.staff import TicketDone
from tests.chromium import DESKTOP, Windows
from tests.web.console.insiders import OURS, Inside, enter
from tests.web.console.queues import open_request
from tests.web.house import House


def references_on(page: str) -> list[str]:
    return re.findall(r'<tr data-ticket="([^"]+)">', page)


def test_the_queue_shows_who_wants_what_and_in_what_order(house: House) -> None:
    support = enter(house, support=True)
    old = open_request(house, "<b>Bold</b>", issuer=OURS)
    house.clock.pass_by(timedelta(hours=2))
    urgent = open_request(house, "Now", priority=2)
    new = open_request(house, "\u202eReversed", language="es")
    page = support.get("/console/tickets").text
    assert references_on(page) == [urgent, old, new]
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "\u202e" not in page
    assert "2 h" in page
    assert references_on(support.get("/console/tickets?sort=oldest").text)[0] == old
    assert references_on(support.get("/console/tickets?sort=newest").text)[-1] == old
    assert references_on(support.get("/console/tickets?language=es").text) == [new]
    assert references_on(support.get(f"/console/tickets?issuer={OURS}").text) == [old]
    assert references_on(support.get("/console/tickets?since=2026-11-24&view=all").text) == []
    assert (
        support.get("/console/tickets?after=9.x&before=&view=%22&since=0-0&done=%C2%B2&said=claim").status_code == 200
    )
    assert enter(house, "mia", manages=(OURS,)).get("/console/tickets").status_code == 404


def test_pages_lead_both_ways_in_few_queries(house: House) -> None:
    support = enter(house, support=True)
    for number in range(120):
        open_request(house, f"Question {number}", priority=number % 3 - 1)
    queries: list[str] = []
    event.listen(house.service.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
    for sort in ("urgent", "newest"):
        pages, path = [], f"?sort={sort}"
        while path:
            queries.clear()
            page = support.get(f"/console/tickets{path}").text
            assert len([query for query in queries if "SELECT" in query]) <= 13
            pages.append(references_on(page))
            path = link(page, "next")
        assert [len(each) for each in pages] == [50, 50, 20]
        assert len({one for each in pages for one in each}) == 120
        assert references_on(support.get(f"/console/tickets{link(page, 'prev')}").text) == pages[1]


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="/console/tickets(\?[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_of_two_who_claim_one_gets_it(house: House) -> None:
    reference = open_request(house)
    kim, lee = enter(house, support=True), enter(house, "lee", support=True)
    assert kim.post("/console/tickets", claim=reference).status_code == 303
    assert [row for row in references_on(kim.get("/console/tickets?view=mine").text)] == [reference]
    refused = lee.post("/console/tickets", claim=reference, here="?view=all")
    assert refused.status_code == 422
    assert "<bdi>Kim</bdi>" in refused.text
    done = claim(house.service.office, reference, Actor(lee.address, lee.member_id), house.clock())
    assert done == HeldByOther(reference, "Kim")
    assert house.one("SELECT count(*) FROM audit_event WHERE act = 'ticket_assigned'") == 1
    other = open_request(house, "Another")
    assert claim(house.service.office, other, Actor(lee.address), house.clock()) == TicketDone(other)


def test_several_at_once(house: House) -> None:
    support = enter(house, support=True)
    some = [open_request(house, f"Question {number}") for number in range(3)]
    assert (
        support.post("/console/tickets", act="close", ticket=some[:2]).headers["location"].endswith("said=close&done=2")
    )
    assert references_on(support.get("/console/tickets").text) == some[2:]
    assert "2 tickets closed" in support.get("/console/tickets?said=close&done=2").text
    assert support.post("/console/tickets", act="close").status_code == 422
    assert support.post("/console/tickets", act="drop", ticket=some).status_code == 422
    assert (
        support.post("/console/tickets", act="close", ticket=["nothing", "%"], here="//evil.example").status_code == 422
    )
    assert support.post("/console/tickets", word="x", act="close", ticket=some).status_code == 403
    assert enter(house, "mia", manages=(OURS,)).post("/console/tickets", act="close", ticket=some).status_code == 404
    assert house.one("SELECT count(*) FROM ticket WHERE state = 'open'") == 1


def test_two_browsers_on_one_queue_stay_in_step(house: House, windows: Windows) -> None:
    kim, lee = enter(house, support=True), enter(house, "lee", support=True)
    first = open_request(house, "Question 0")
    house.clock.pass_by(timedelta(seconds=1))  # of two that are opened in one moment, either may come first
    second = open_request(house, "Question 1")
    mine, theirs = (windows.open("/console/tickets", size=DESKTOP, cookie=each.cookie) for each in (kim, lee))
    wait_for_watch(house)
    theirs.keyboard.press("j")
    theirs.keyboard.press("j")
    theirs.keyboard.press("x")
    assert theirs.evaluate("document.activeElement.id") in {f"open-{second}", f"pick-{second}"}
    mine.keyboard.press("j")
    mine.keyboard.press("c")
    mine.get_by_text("1 ticket is yours now.").wait_for()
    theirs.locator(f"tr[data-ticket={first}] .with", has_text="Kim").wait_for()
    assert theirs.is_checked(f"#pick-{second}")
    assert second in theirs.evaluate("document.activeElement.id")
    third = open_request(house, "By itself")
    mine.locator(f"tr[data-ticket={third}]").wait_for()
    mine.keyboard.press("?")
    assert mine.get_by_role("dialog", name="Keyboard").is_visible()
    mine.keyboard.press("Escape")
    mine.keyboard.press("/")
    mine.keyboard.type("question")
    mine.keyboard.press("Enter")
    mine.wait_for_url("**/console/search?q=question")
    mine.locator("h1").click()
    mine.keyboard.press("g")
    mine.keyboard.press("t")
    mine.wait_for_url("**/console/tickets")


def wait_for_watch(house: House) -> None:
    watch = house.pages.app.state.watch
    for _ in range(200):
        if len(watch._listeners) == 2 and "tickets" in watch._marks:
            return
        house.client.get("/login")
    raise AssertionError("nobody listens")


def test_the_menu_counts_what_is_nobodys(house: House) -> None:
    support: Inside = enter(house, support=True)
    open_request(house)
    assert '<span class="count" id="unassigned">1</span>' in support.get("/console/canned").text
    assert 'id="unassigned"' not in enter(house, "mia", manages=(OURS,)).get("/console").text
