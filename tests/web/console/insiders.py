"""Members who are logged in, as tests of the console see it. Nothing is hashed: the session is just opened."""

import re
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import insert, select
from sqlmodel import col

from badges.tables import Issuer
from desk.members.sessions import open_member_session
from desk.members.tables import IssuerManager, Member
from tests.web.house import House

OURS, THEIRS = "fjellvik", "taller-norte"
"""Slugs of the sample programme: the issuer that is managed in most tests, and one that is not."""


@dataclass(frozen=True)
class Inside:
    """A browser with a session, second factor given, which sends the word of its forms."""

    house: House
    member_id: str
    address: str
    cookie: str
    word: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.house.get(path, cookie=self.cookie, **headers)

    def post(self, path: str, files: Any = None, **form: Any) -> httpx.Response:
        """Send a form of ours; `word="…"` sends another word than theirs."""
        return self.house.client.post(
            path, data={"word": self.word} | form, files=files, headers={"cookie": self.cookie}
        )

    @property
    def token(self) -> str:
        """What the cookie holds, for a browser that a test drives."""
        return self.cookie.partition("=")[2]


def enter(
    house: House,
    name: str = "kim",
    *,
    administrator: bool = False,
    support: bool = False,
    manages: tuple[str, ...] = (),
) -> Inside:
    """Make a member with these roles (`manages` are slugs of issuers) and log them in."""
    now, address = house.clock(), f"{name}@staff.example"
    with house.service.engine.begin() as connection:
        member = Member(
            address=address,
            name=name.title(),
            is_administrator=administrator,
            is_support=support,
            totp_confirmed_at=now,
            created_at=now,
        )
        connection.execute(insert(Member).values(member.model_dump()))
        for issuer_id in connection.execute(select(col(Issuer.id)).where(col(Issuer.slug).in_(manages))).scalars():
            values = {"member_id": member.id, "issuer_id": issuer_id, "since": now}
            connection.execute(insert(IssuerManager).values(values))
        token = open_member_session(connection, member.id, "192.0.2.8", "a browser", now, is_proven=True)
    cookie = f"console={token}"
    word = re.search(r'name="word" value="([^"]+)"', house.get("/console", cookie=cookie).text)
    assert word
    return Inside(house, member.id, address, cookie, word[1])
