"""Rules that hold for every operation of the document, whoever adds one: whose rows it sees, which scope it needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from desk.access.scopes import Scope
from tests.web.api.callers import EVERYTHING, Machine, connect, problem
from tests.web.console.insiders import THEIRS
from tests.web.house import House

BODIES: dict[str, Any] = {
    "issuer.patch_branding": {"brand_color": "#123456"},
    "issuer.patch_policy": {"pdf_certificates": True},
    "issuer.add": {"email": "new@issuer.example"},
    "issuer.rename": {"name": "Another"},
    "badges.make_badge": {"name": "A badge"},
    "badges.change_badge": {"criteria": "Other ones."},
    "mail.test_mail": {"email": "office@issuer.example"},
    "issuing.issue_list": {"badge": "x", "awards": [{"email": "a@b.example", "name": "A B"}]},
    "awards.make_award": {"badge": "x", "email": "a@b.example", "name": "A B"},
    "awards.revoke_award": {"reason": "a mistake"},
    "batches.reschedule": {},
    "batches.resend": {"to": "failed"},
    "recipients.change_name": {"name": "Somebody Else"},
    "recipients.change_address": {"email": "somebody@mail.example"},
    "recipients.resend": {},
    "bounces_and_suppressions.add_suppression": {"email": "a@b.example", "stream": ""},
    "requests.decline": {"reason": "no"},
    "webhooks.add_webhook": {"url": "https://hooks.example/"},
    "webhooks.change_webhook": {"note": "another"},
    "webhooks.replay_all": {},
}
"""A body for each operation that takes JSON: as good as any, so that it is the id or the token that is judged."""


@dataclass(frozen=True)
class Operation:
    """One of the document's, ready to be asked for."""

    name: str
    method: str
    path: str
    scope: Scope
    media_type: str
    needed: tuple[str, ...]

    def ask(self, machine: Machine, ids: dict[str, str], **headers: str) -> httpx.Response:
        more: dict[str, Any] = {}
        if self.media_type == "application/json":
            more["json"] = BODIES[self.name]
        elif self.media_type:
            more["content"] = b"x"
            headers["content-type"] = self.media_type
        params = {name: ids.get(name, "x") for name in self.needed}
        return machine.send(self.method, self.path.format(**ids), params=params, headers=headers, **more)


def operations(house: House) -> Iterator[Operation]:
    for path, methods in house.get("/api/v1/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            needed = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p["required"]]
            yield Operation(
                operation["operationId"],
                method.upper(),
                path,
                Scope(operation["security"][0]["token"][0]),
                next(iter(operation.get("requestBody", {"content": {"": {}}})["content"])),
                tuple(needed),
            )


@pytest.fixture
def theirs(house: House) -> Machine:
    return connect(house, THEIRS)


def ids_of(machine: Machine) -> dict[str, str]:
    """Return an id of an issuer's for every parameter of a path."""
    badge = machine.get("/badges").json()["items"][0]["slug"]
    award = machine.post("/awards", {"badge": badge, "email": "carla@mail.example", "name": "Carla Ruiz"}).json()
    recipient = award["recipient"]["id"]
    changed = machine.post(f"/recipients/{recipient}/name", {"name": "Carla Ruiz Soto"})
    webhook = machine.post("/webhooks", {"url": "https://hooks.example/"}).json()["id"]
    delivery = machine.post(f"/webhooks/{webhook}/test").json()["id"]
    assert machine.post(f"/awards/{award['id']}/revoke", {"reason": "a mistake"}).status_code == 202
    return {
        "badge": badge,
        "award": award["id"],
        "recipient": recipient,
        "batch": machine.get("/batches").json()["items"][0]["id"],
        "contact": machine.post("/contacts", {"email": "office@clerk.example"}).json()["id"],
        "change": changed.json()["change"],
        "request_id": machine.get("/requests").json()["items"][0]["id"],
        "webhook": webhook,
        "delivery": delivery,
    }


def test_nothing_of_another_issuer_is_read_guessed_or_changed(house: House, theirs: Machine) -> None:
    ours, ids = connect(house), ids_of(theirs)
    before, walked = house.dump(), 0
    for operation in operations(house):
        if "{" in operation.path:
            walked += 1
            problem(operation.ask(ours, ids), 404, "not-found")
        elif operation.method == "GET":
            shown = operation.ask(ours, ids).text
            assert not [found for name, found in ids.items() if found in shown], operation.name
    assert walked > 25
    assert house.dump() == before
    reads = [operation for operation in operations(house) if operation.method == "GET" and "{" in operation.path]
    assert {operation.ask(theirs, ids).status_code for operation in reads} == {200}, "the ids are theirs"


def test_every_operation_demands_its_scope(house: House) -> None:
    ids = ids_of(connect(house))
    tokens = {scope: connect(house, scopes=EVERYTHING - {scope}, name=f"no {scope}") for scope in Scope}
    before = house.dump()
    bodies = {each.name for each in operations(house) if each.media_type == "application/json"}
    assert bodies == BODIES.keys(), "each has an example"
    for operation in operations(house):
        answer = operation.ask(tokens[operation.scope], ids)
        problem(answer, 403, "missing-scope")
        assert f'error="insufficient_scope", scope="{operation.scope}"' in answer.headers["www-authenticate"]
        assert (operation.scope is Scope.READ) == (operation.method == "GET"), operation.name
        problem(operation.ask(tokens[operation.scope], ids, authorization=""), 401, "bad-token")
    assert house.dump() == before
