"""Awarding by the API: one, many as JSON, a file."""

from typing import Any

import pytest

from tests.web.api.callers import Machine, connect, problem
from tests.web.house import House


@pytest.fixture
def machine(house: House) -> Machine:
    return connect(house)


def badge_of(machine: Machine) -> str:
    return str(machine.get("/badges").json()["items"][0]["slug"])


def award(machine: Machine, **more: Any) -> dict[str, Any]:
    return {"badge": badge_of(machine), "email": "Bo.Lind@mail.example", "name": "Bo Lind"} | more


def test_one_person_is_awarded_a_badge(machine: Machine) -> None:
    made = machine.post("/awards", award(machine, narrative="Built a bridge.", issued_on="2026-11-20"))
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["recipient"]["email"] == "bo.lind@mail.example"
    assert (shown["issued_on"], shown["state"], shown["mail"]["state"]) == ("2026-11-20", "issued", "queued")
    path = made.headers["location"].removeprefix(f"{machine.house.base_url}/api/v1")
    assert machine.get(path).json() == shown
    assert machine.house.get(f"/badges/{shown['id']}").status_code == 200
    again = machine.post("/awards", award(machine, issued_on="2026-11-20"))
    assert (again.status_code, again.json()["id"]) == (200, shown["id"]), "the same again awards nothing twice"
    assert len(machine.house.mails_to("bo.lind@mail.example")) == 1
    assert machine.get("/awards", search="bo.lind@").json()["items"][0]["mail"]["state"] == "sent"


def test_what_is_wrong_with_an_award_is_told_where_it_stands(machine: Machine) -> None:
    before = machine.house.dump()
    said = problem(machine.post("/awards", award(machine, email="bo@nowhere")), 409, "refused")
    assert said["errors"][0]["pointer"] == "#/email"
    said = problem(machine.post("/awards", award(machine, issued_on="2026-02-30")), 409, "refused")
    assert said["errors"][0]["pointer"] == "#/issued_on"
    said = problem(machine.post("/awards", award(machine, name="A\nB", at="2026-11-23T12:00:00")), 422, "invalid")
    assert {error["pointer"] for error in said["errors"]} == {"#/name", "#/at"}
    problem(machine.post("/awards", award(machine, badge="no-such")), 409, "refused")
    assert machine.house.dump() == before


def test_many_are_awarded_all_or_nothing(machine: Machine) -> None:
    rows = [{"email": f"e{number}@mail.example", "name": f"Earner {number}"} for number in range(3)]
    body = {"badge": badge_of(machine), "awards": [*rows, {"email": "x@localhost", "name": "X"}]}
    said = problem(machine.post("/batches", body), 409, "refused")
    assert [error["pointer"] for error in said["errors"]] == ["#/awards/3/email"]
    looked = machine.post("/batches", body | {"dry_run": True}).json()
    assert (looked["batch"], looked["rows"], looked["mails"], looked["bad"]) == (None, 4, 3, 1)
    done = machine.post("/batches", body | {"skip_bad": True, "at": "2026-12-01T09:00:00+01:00"}).json()
    assert (done["mails"], done["errors"][0]["pointer"]) == (3, "#/awards/3/email")
    listed = machine.get("/awards", batch=done["batch"], limit=2).json()
    rest = machine.send("GET", listed["next"].removeprefix(f"{machine.house.base_url}/api/v1")).json()
    assert [row["recipient"]["name"] for row in listed["items"] + rest["items"]] != []
    assert {row["mail"]["due_at"] for row in rest["items"]} == {"2026-12-01T08:00:00.000Z"}
    assert rest["next"] is None
    made_by = machine.house.one("SELECT made_by FROM batch WHERE id = :id", id=done["batch"])
    assert made_by == "registrar"
    act = "SELECT token_id FROM audit_event WHERE act = 'badges_issued'"
    assert machine.house.one(act) == machine.token_id


def test_a_file_is_checked_and_issued(machine: Machine) -> None:
    csv = {"content-type": "text/csv"}
    query = {"badge": badge_of(machine), "name": "spring.csv"}
    content = "Email;Name\nuno@mail.example;Uno Uno\nnone;Due Due\n".encode("utf-8-sig")
    said = problem(machine.send("POST", "/rosters", params=query, content=content, headers=csv), 409, "refused")
    assert [(error["line"], error["detail"][:7]) for error in said["errors"]] == [(3, "address")]
    looked = machine.send("POST", "/rosters", params=query | {"dry_run": True}, content=content, headers=csv).json()
    assert (looked["mails"], looked["bad"], looked["batch"]) == (1, 1, None)
    done = machine.send("POST", "/rosters", params=query, content=content[:-15], headers=csv).json()
    assert (done["mails"], done["bad"]) == (1, 0)
    problem(machine.send("POST", "/rosters", params=query, content=content), 415, "wrong-media-type")
    problem(
        machine.send("POST", "/rosters", params={**query, "dryrun": 1}, content=content, headers=csv), 422, "invalid"
    )


def test_long_lists_and_files_are_taken(machine: Machine) -> None:
    rows = [{"email": f"e{number}@mail.example", "name": "Earner " + "x" * 150} for number in range(150)]
    done = machine.post("/batches", {"badge": badge_of(machine), "awards": rows, "dry_run": True})
    assert done.json()["mails"] == 150
    content = "email,name\n" + "".join(f"e{number}@mail.example,{'x' * 150}\n" for number in range(300))
    query, csv = {"badge": badge_of(machine), "dry_run": True}, {"content-type": "text/csv"}
    assert machine.send("POST", "/rosters", params=query, content=content, headers=csv).json()["mails"] == 300
