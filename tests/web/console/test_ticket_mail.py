"""A stranger's mail on the page of a ticket: seen, and harmless."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from sqlalchemy import text

from desk.words import Outcome
from tests.chromium import DESKTOP, Windows
from tests.web.console.hostile import ELSEWHERE, MAIL
from tests.web.console.insiders import OURS, Inside, enter
from tests.web.console.received import mail_of, receive
from tests.web.house import House
from tests.web.orders import order_rename
from web.console.ticket.mail import FRAME_POLICY, name_file


def _receive(house: House, content: bytes) -> tuple[Inside, str, str]:
    """Return who looks, the path of the ticket and that of the mail."""
    order = order_rename(house, Outcome.TICKET)
    order = replace(order, text="<script>document.title='owned'</script>", reason="<b>no</b>")
    done = receive(house, order, content)
    return enter(house, support=True), f"/console/tickets/{done.reference}", mail_of(house, done)


def test_nothing_in_a_hostile_mail_runs_or_fetches(house: House, windows: Windows) -> None:
    inside, ticket, mail = _receive(house, MAIL)
    page = windows.open(ticket, size=DESKTOP, cookie=inside.cookie)
    page.locator(".mail-fields").wait_for()
    before = page.locator(".side").bounding_box()
    page.get_by_text("As its writer formatted it").first.click()
    frame = page.frame_locator(".letter-frame")
    frame.get_by_text("Seen words.").wait_for()
    assert frame.get_by_text("Log in").count() == 0
    frame.get_by_text("https://badgepost.example", exact=True).first.click()
    assert page.title().endswith("badgepost")
    assert page.url == f"{house.base_url}{ticket}"
    assert page.locator(".side").bounding_box() == before
    assert [each.url for each in page.frames] == [page.url, f"{house.base_url}{mail}/html"]
    assert (
        frame.locator("form, input, script, iframe, svg, object, embed, link, base, [onload], [onerror]").count() == 0
    )
    # The frame by itself, with a browser that lets a page do what its policy forbids: what is left is the sanitiser.
    alone = windows.open(f"{mail}/html", size=DESKTOP, cookie=inside.cookie, heeds_policy=False)
    alone.get_by_text("Seen words.").wait_for()
    assert alone.title() == "The mail as its writer formatted it"


def test_what_is_shown_and_with_which_headers(house: House) -> None:
    inside, ticket, mail = _receive(house, MAIL)
    page = inside.get(mail)
    assert page.status_code == 200
    assert "<script>document" not in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "[RLO]ecivres" in page.text
    assert not re.search("[\u202a-\u202e]", page.text)
    assert page.text.count("<dt>From</dt>") == 2, "a second From is not hidden"
    assert "&lt;script&gt;" in inside.get(ticket).text
    html = inside.get(f"{mail}/html")
    assert html.headers["content-security-policy"] == FRAME_POLICY
    assert (html.headers["x-frame-options"], html.headers["x-content-type-options"]) == ("SAMEORIGIN", "nosniff")
    assert f'title="{ELSEWHERE}/phish"' in html.text
    assert _list_attributes(html.text) <= {"lang", "charset", "name", "content", "alt", "style", "title"}
    for number in (2, 3):
        part = inside.get(f"{mail}/parts/{number}")
        assert part.headers["content-type"] == "application/octet-stream"
        assert part.headers["content-disposition"].startswith("attachment; ")
        assert "sandbox" in part.headers["content-security-policy"]
        assert "x-evil" not in part.headers
    original = inside.get(f"{mail}/original.eml")
    assert original.content == MAIL
    assert original.headers["content-type"] == "application/octet-stream"
    for gone in (f"{mail}/parts/99", f"{mail}/parts/-1", f"{mail}/parts/x", f"{mail}x", f"{mail}x/html"):
        assert inside.get(gone).status_code in (404, 422)
    manager = enter(house, "mona", manages=(OURS,))
    for path in (ticket, mail, f"{mail}/html", f"{mail}/original.eml", f"{mail}/parts/2"):
        assert manager.get(path).status_code == 404


def test_ten_megabytes_on_their_own_ticket(house: House) -> None:
    head = b"From: a@mail.example\r\nSubject: large\r\nContent-Type: text/html\r\n\r\n"
    inside, _, mail = _receive(house, head + b"<p>words </p>" * 800_000)
    html = inside.get(f"{mail}/html")
    assert html.elapsed.total_seconds() < 5
    assert len(html.content) < 2_000_000
    other = house.carry_out(order_rename(house, Outcome.TICKET, new_name="Ada Other"))
    assert inside.get(f"/console/tickets/{other.reference}/mails/{mail.rpartition('/')[2]}").status_code == 404


def _list_attributes(html: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(name for name, _ in attrs)

    Reader().feed(html)
    return found


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ('a"; filename="b.exe', "a_ filename_b.exe"),
        ("x\r\nSet-Cookie: a=b", "x_Set-Cookie_ a_b"),
        ("", "file"),
        ("...", "file"),
        (". .", "file"),
        ("Überweisung.pdf", "Überweisung.pdf"),
        ("a" * 300 + ".tar", "a" * 100 + ".tar"),
    ],
)
def test_file_names_are_safe_anywhere(name: str, safe: str) -> None:
    assert name_file(name) == safe


def test_a_mail_whose_bytes_were_let_go(house: House) -> None:
    inside, ticket, mail = _receive(house, MAIL)
    with house.service.engine.begin() as connection:
        connection.execute(text("UPDATE raw_mail SET content = :nothing, purged_at = 0"), {"nothing": b""})
    page = inside.get(mail)
    assert (page.status_code, "were let go, as the settings say" in page.text) == (200, True)
    assert [said for said in ("original.eml", "Header fields", "As it came") if said in page.text] == []
    assert inside.get(ticket).status_code == 200
    for path in ("original.eml", "html", "parts/2"):
        assert inside.get(f"{mail}/{path}").status_code == 410
