"""Webhooks by the API, up to a system that is told."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from standardwebhooks import Webhook

from desk.access.scopes import Scope
from desk.hooks.events import CHOOSABLE
from tests.desk.hooks.receiver import post_due, receiving
from tests.web.api.callers import connect, problem
from tests.web.console.insiders import THEIRS
from tests.web.house import House
from web.api.webhooks import Chosen


def test_a_webhook_from_its_making_to_its_end(house: House) -> None:
    office = house.open_webhooks("127.0.0.0/8")
    machine, stranger = connect(house), connect(house, THEIRS, name="theirs")
    house.clock.now = datetime.now(UTC)  # the oracle has a clock of its own
    with receiving() as receiver:
        made = machine.post("/webhooks", {"url": receiver.url, "note": "LMS"}, **{"idempotency-key": "one"})
        assert made.status_code == 201, made.text
        again = machine.post("/webhooks", {"url": receiver.url, "note": "LMS"}, **{"idempotency-key": "one"})
        assert again.json() == made.json()
        hook, key = f"/webhooks/{made.json()['id']}", made.json()["key"]
        assert made.headers["location"] == f"{house.base_url}/api/v1{hook}"
        assert key not in machine.get(hook).text
        assert not any(key in line for line in house.dump())

        tested = machine.post(f"{hook}/test")
        assert (tested.status_code, tested.json()["state"]) == (202, "queued")
        assert machine.post(f"{hook}/test").json()["id"] == tested.json()["id"]
        receiver.answers = [(400, {}, b"what?")]
        post_due(office, house.clock.now)
        delivery = f"{hook}/deliveries/{tested.json()['id']}"
        said = machine.get(delivery).json()
        assert (said["state"], said["status"], said["reason"]) == ("failed", 400, "what?")
        assert Webhook(key).verify(receiver.got[0].body, receiver.got[0].headers) == said["payload"]

        assert machine.post(f"{hook}/replay", {"since": "2030-01-01T00:00:00Z"}).json() == {"deliveries": 0}
        assert machine.post(f"{hook}/replay", {}).json() == {"deliveries": 1}
        post_due(office, house.clock.now)
        assert machine.post(f"{delivery}/replay").status_code == 202
        post_due(office, house.clock.now)
        assert receiver.ids == [said["event_id"]] * 3

        changed = machine.post(f"{hook}/key").json()
        house.clock.pass_by(timedelta(seconds=1))  # so that the second test is the newer one
        machine.post(f"{hook}/test")
        post_due(office, house.clock.now)
        for one in (key, changed["key"]):
            Webhook(one).verify(receiver.got[3].body, receiver.got[3].headers)

    listed = machine.get(f"{hook}/deliveries", limit=1).json()
    following = machine.send("GET", listed["next"].removeprefix(f"{house.base_url}/api/v1")).json()
    assert [each["id"] for each in following["items"]] == [tested.json()["id"]]
    assert following["next"] is None
    for method, path in (
        ("GET", hook),
        ("PATCH", hook),
        ("DELETE", hook),
        ("GET", f"{hook}/deliveries"),
        ("GET", delivery),
        ("POST", f"{delivery}/replay"),
        ("POST", f"{hook}/key"),
        ("POST", f"{hook}/replay"),
        ("POST", f"{hook}/test"),
    ):
        body = {"json": {}} if method == "PATCH" or path == f"{hook}/replay" else {}
        problem(stranger.send(method, path, **body), 404, "not-found")
    assert stranger.get("/webhooks").json()["items"] == []

    machine.patch(hook, {"disabled": True, "events": ["mail.bounced"]})
    shown = machine.get("/webhooks").json()["items"][0]
    assert (shown["disabled_because"], shown["events"], shown["note"]) == ("by_hand", ["mail.bounced"], "LMS")
    problem(machine.post(f"{hook}/test"), 409, "conflict")
    assert machine.send("DELETE", hook).status_code == 204
    problem(machine.get(hook), 404, "not-found")
    assert house.one("SELECT secret FROM hook_endpoint") == ""
    assert set(house.column("SELECT act FROM audit_event WHERE act LIKE 'hook%'")) == {
        *("hook_added", "hook_tested", "hook_replayed", "hook_key_changed", "hook_changed"),
        *("hook_disabled", "hook_deleted"),
    }


def test_what_cannot_be_a_webhook(house: House) -> None:
    machine = connect(house)
    for url in ("http://corp.example/", "https://127.0.0.1/", "https://user@corp.example/", "https://corp.example:25/"):
        said = problem(machine.post("/webhooks", {"url": url}), 409, "refused")
        assert said["errors"][0]["pointer"] == "#/url"
    problem(machine.post("/webhooks", {"url": "https://corp.example/", "events": ["test"]}), 422, "invalid")
    for number in range(10):
        made = machine.post("/webhooks", {"url": f"https://corp.example/{number}"})
        assert made.status_code == 201
    for url in ("https://corp.example/0", "https://corp.example/10"):
        problem(machine.post("/webhooks", {"url": url}), 409, "conflict")
    problem(machine.patch(f"/webhooks/{made.json()['id']}", {"url": "https://corp.example/0"}), 409, "conflict")
    reader = connect(house, scopes=[Scope.READ], name="reader")
    problem(reader.post("/webhooks", {"url": "https://corp.example/"}), 403, "missing-scope")


def test_every_event_may_be_chosen() -> None:
    assert get_args(Chosen) == tuple(kind.value for kind in CHOOSABLE)
