"""Members who come in by the front door: invited, with a password, with an app that gives codes."""

import re
from dataclasses import dataclass, field
from html import unescape

import httpx
import pyotp

from badges.links import Purpose
from desk.members.audit import Actor
from desk.members.inviting import Invited, Roles, invite_member
from tests.web.house import House

PASSWORD = "four quiet herons"
OPERATOR = Actor("operator")


@dataclass
class Browser:
    """Keeps the console's cookie, as a browser does."""

    house: House
    cookie: str = ""
    seen: list[str] = field(default_factory=list)
    """Every token that it was given."""

    def get(self, path: str) -> httpx.Response:
        return self._keep(self.house.client.get(path, headers={"cookie": self.cookie}))

    def post(self, path: str, **form: str) -> httpx.Response:
        return self._keep(self.house.client.post(path, data=form, headers={"cookie": self.cookie}))

    def send(self, path: str, **form: str) -> httpx.Response:
        """Post a form with the word that the page of the second factor shows."""
        return self.post(path, word=word_of(self.get("/console/second-factor")), **form)

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        given = re.search(r"console=([^;]*)", answer.headers.get("set-cookie", ""))
        if given:
            self.cookie = f"console={given[1].strip(chr(34))}"
            self.seen.append(self.cookie)
        return answer


def word_of(page: httpx.Response) -> str:
    found = re.search(r'name="word" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def invite(house: House, address: str = "robin@staff.example", **roles: bool) -> Invited:
    done = invite_member(house.service.office, OPERATOR, address, "Robin Falk", Roles(**roles), house.clock())
    assert isinstance(done, Invited)
    return done


def path_in(house: House, address: str, subject: str) -> str:
    """Return the path of the link in the one mail to somebody with this subject."""
    text = house.mail_to(address, subject).get_body(("plain",))
    assert text is not None
    found = re.search(rf"{re.escape(house.base_url)}(/console/(?:invitation|password)/\S+)", text.get_content())
    assert found
    return found[1]


def log_in(house: House, address: str, password: str = PASSWORD) -> Browser:
    """Give address and password."""
    browser = Browser(house)
    answer = browser.post("/console/login", address=address, password=password)
    assert answer.headers["location"] == "/console/second-factor?next=/console", answer.text
    return browser


def read_secret(browser: Browser) -> str:
    """Return the secret that the browser is offered."""
    page = browser.get("/console/second-factor").text
    found = re.search(r'secret-key" dir="ltr">([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")


def code_of(house: House, secret: str) -> str:
    return pyotp.TOTP(secret).at(house.clock())


def codes_on(page: httpx.Response) -> list[str]:
    """Return the recovery codes that a page shows."""
    return [unescape(code) for code in re.findall(r"<li>([A-Z2-7-]{19})</li>", page.text)]


@dataclass
class Settled:
    """A member who is logged in by the front door."""

    browser: Browser
    address: str
    secret: str
    recovery_codes: list[str]


def settle(house: House, address: str = "robin@staff.example", **roles: bool) -> Settled:
    """Invite somebody, who sets a password and an app."""
    invited = invite(house, address, **roles)
    path = (
        f"/console/invitation/{house.service.office.links.mint(Purpose.INVITE, [invited.member_id, 1], house.clock())}"
    )
    assert house.post(path, password=PASSWORD, repeated=PASSWORD).status_code == 303
    browser = log_in(house, address)
    secret = read_secret(browser)
    done = browser.send("/console/second-factor", code=code_of(house, secret))
    assert done.status_code == 200
    return Settled(browser, address, secret, codes_on(done))
