"""An earner who is logged in, as tests of the account's pages see it. Nothing is hashed: the session is just opened."""

import re
from dataclasses import dataclass

import httpx

from desk.accounts.sessions import open_session
from tests.web.house import House


@dataclass(frozen=True)
class SignedIn:
    """A browser with a session, which sends the word of its forms."""

    house: House
    cookie: str
    word: str

    def get(self, path: str) -> httpx.Response:
        return self.house.get(path, cookie=self.cookie)

    def head(self, path: str) -> httpx.Response:
        return self.house.client.head(path, headers={"cookie": self.cookie})

    def post(self, path: str, **form: str) -> httpx.Response:
        """Send a form of ours; `word="…"` sends another word than theirs."""
        return self.house.client.post(path, data={"word": self.word} | form, headers={"cookie": self.cookie})


def sign_in(house: House, address: str) -> SignedIn:
    """Log in whoever has this address."""
    with house.service.engine.begin() as connection:
        token = open_session(connection, house.account_of(address), "192.0.2.7", house.clock())
    cookie = f"session={token}"
    word = re.search(r'name="word" value="([^"]+)"', house.get("/portfolio", cookie=cookie).text)
    assert word
    return SignedIn(house, cookie, word[1])
