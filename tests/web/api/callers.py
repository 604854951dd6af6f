"""Other systems as tests of the API see them: a client with a token."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx

from desk.access.scopes import Scope
from desk.access.tokens import TokenMade, make_token, note_use
from desk.members.audit import Actor
from tests.web.console.insiders import OURS
from tests.web.house import House

EVERYTHING = frozenset(Scope)


@dataclass(frozen=True)
class Machine:
    """A program that has a token of one issuer."""

    house: House
    token_id: str
    token: str

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request; `headers` go with the token, or replace it."""
        headers = {"authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.house.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.send("GET", path, params=query)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.send("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.send("PATCH", path, json=body)


def connect(
    house: House, issuer: str = OURS, scopes: Collection[Scope] = EVERYTHING, name: str = "registrar"
) -> Machine:
    """Make a token of an issuer (a slug), as a manager would."""
    issuer_id = str(house.one("SELECT id FROM issuer WHERE slug = :slug", slug=issuer))
    made = make_token(house.service.office, issuer_id, name, scopes, None, Actor("kim@staff.example"), house.clock())
    assert isinstance(made, TokenMade)
    note_use(house.service.office, made.token_id, house.clock())  # so that reading changes nothing
    return Machine(house, made.token_id, made.token)


def problem(answer: httpx.Response, status: int, word: str) -> dict[str, Any]:
    """Return the problem that an answer is, which must be this one."""
    said = answer.json()
    assert (answer.status_code, said["type"].partition("#")[2]) == (status, word), said
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["status"] == status
    return dict(said)
