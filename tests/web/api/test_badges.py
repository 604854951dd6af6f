"""Badges by the API."""

from tests.web.api.callers import connect, problem
from tests.web.house import House


def test_badges_are_made_listed_and_changed(house: House) -> None:
    machine = connect(house)
    made = machine.post("/badges", {"name": "Bridge inspector", "expires_after_months": 24})
    assert made.status_code == 201, made.text
    badge = made.json()
    assert made.headers["location"].endswith(f"/api/v1/badges/{badge['slug']}")
    assert house.get(badge["image"].removeprefix(house.base_url)).status_code == 200
    first = machine.get("/badges", limit=1).json()
    assert len(first["items"]) == 1
    following = first["next"].removeprefix(f"{house.base_url}/api/v1")
    assert machine.send("GET", following).json()["items"][0]["slug"] > first["items"][0]["slug"]
    changed = machine.patch(f"/badges/{badge['slug']}", {"criteria": "Inspect one.", "expires_after_months": None})
    assert changed.json() == badge | {"criteria": "Inspect one.", "expires_after_months": None}
    assert (
        machine.patch(f"/badges/{badge['slug']}", {"retired": True}).json()["retired_at"] == "2026-11-23T12:00:00.000Z"
    )
    said = problem(machine.post("/badges", {"name": " ", "surprise": 1}), 422, "invalid")
    assert {error["pointer"] for error in said["errors"]} == {"#/surprise"}
    problem(machine.get("/badges/no-such"), 404, "not-found")
