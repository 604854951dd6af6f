"""Another site's page in the browser of an earner who is logged in: it can open our pages, and do nothing there."""

from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.chromium import Windows
from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

pytestmark = pytest.mark.needs("chromium")

ADA = "ada@mail.example"
TRAP = """<!doctype html><title>A prize</title>
<form method="post" action="{target}" enctype="{enctype}" target="_top">
<input name="address" value="mallory@mail.example"><input name="password" value="a password of mallory's">
<input name="word" value="{word}"><button>Get it</button></form>"""

SANDBOX = """<iframe sandbox="allow-forms allow-top-navigation" srcdoc="{}"></iframe>"""
"""What is in it has the Origin `null`, as our own forms have."""


class _Trap(BaseHTTPRequestHandler):
    page = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write((SANDBOX.format(escape(self.page)) if self.path == "/sandbox" else self.page).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def trap() -> Iterator[int]:
    """A site of somebody else's; its port. To the browser `localhost` is another site than our 127.0.0.1, and our own
    host with this port another origin of the same site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Trap)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def ada(house: House) -> SignedIn:
    return sign_in(house, ADA)


@pytest.mark.parametrize("enctype", ["application/x-www-form-urlencoded", "text/plain"])
@pytest.mark.parametrize(
    "place", ["http://localhost:{port}/", "http://127.0.0.1:{port}/", "http://localhost:{port}/sandbox"]
)
def test_no_form_of_another_site_acts(ada: SignedIn, windows: Windows, trap: int, place: str, enctype: str) -> None:
    house = ada.house
    before = house.dump()
    page = windows.open(cookie=ada.cookie)
    for path in ("/login", "/logout", "/password"):
        # The word of the form is given away, so that nothing but the browser's own word stands in the way.
        _Trap.page = TRAP.format(target=f"{house.base_url}{path}", word=ada.word, enctype=enctype)
        page.goto(place.format(port=trap))
        page.frames[-1].click("button")
        expect(page.locator("main")).to_contain_text("This did not come from our page")
    house.settle()
    assert house.dump() == before
    windows.elsewhere.clear()
    windows.errors.clear()
    page.goto("/portfolio")
    expect(page.locator("main")).to_contain_text("Mountain First Aid")
    page.click("header form button")
    expect(page.locator("[role=status]").first).to_have_text("You are logged out.")


def test_a_link_from_another_site_leads_in(ada: SignedIn, windows: Windows, trap: int) -> None:
    """A webmail is another site, too: whoever is logged in stays so behind the links of a mail."""
    _Trap.page = f'<a href="{ada.house.base_url}/portfolio">See your badges</a>'
    page = windows.open(cookie=ada.cookie)
    page.goto(f"http://localhost:{trap}/")
    page.click("a")
    expect(page.locator("main")).to_contain_text("Mountain First Aid")
    windows.elsewhere.clear()
