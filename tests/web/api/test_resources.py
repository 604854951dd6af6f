"""What an issuer's other systems can do beside awarding: each act once, seen by its effect."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from tests.web.api.callers import Machine, connect, problem
from tests.web.house import House


@pytest.fixture
def machine(house: House) -> Machine:
    return connect(house)


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (300, 300), "#123456").save(content, "PNG")
    return content.getvalue()


def test_issuer_contacts_and_pictures(machine: Machine) -> None:
    changed = machine.patch("/issuer/branding", {"sender_name": "Fjellvik", "wording": None}).json()
    assert (changed["branding"]["sender_name"], machine.get("/issuer").json()) == ("Fjellvik", changed)
    problem(machine.patch("/issuer/branding", {"wording": "{{ secret }}"}), 409, "refused")
    assert machine.patch("/issuer/policy", {"pdf_certificates": True}).json()["policy"]["pdf_certificates"] is True
    added = machine.post("/contacts", {"email": "Clerk@fjellvik.example", "name": "Clerk"}).json()
    assert added["email"] == "clerk@fjellvik.example"
    problem(machine.post("/contacts", {"email": "clerk@fjellvik.example"}), 409, "refused")
    assert machine.patch(f"/contacts/{added['id']}", {"name": None}).json()["name"] is None
    assert machine.send("DELETE", f"/contacts/{added['id']}").status_code == 204
    png, slug = {"content-type": "image/png"}, machine.get("/badges").json()["items"][0]["slug"]
    logo = machine.send("PUT", "/issuer/logo", content=picture(), headers=png).json()["branding"]["logo"]
    image = machine.send("PUT", f"/badges/{slug}/image", content=picture(), headers=png).json()["image"]
    assert logo == image
    said = problem(machine.send("PUT", f"/badges/{slug}/image", content=b"GIF89a", headers=png), 409, "refused")
    assert said["errors"][0]["pointer"] == "#"
    assert machine.send("DELETE", "/issuer/logo").status_code == 204
    assert machine.get("/issuer").json()["branding"]["logo"] is None


def test_a_mail_is_previewed_judged_and_sent_to_contacts_alone(machine: Machine) -> None:
    slug = machine.get("/badges").json()["items"][0]["slug"]
    contact = machine.post("/contacts", {"email": "tester@fjellvik.example"}).json()["email"]
    shown = machine.get(f"/badges/{slug}/mail", language="de").json()
    assert shown["language"] == "de"
    assert "<html" in shown["html"]
    assert machine.post(f"/badges/{slug}/test", {"email": contact}).status_code == 202
    problem(machine.post(f"/badges/{slug}/test", {"email": "victim@mail.example"}), 409, "refused")
    assert machine.house.one("SELECT count(*) FROM message WHERE idempotency_key LIKE 'test/%'") == 1


def test_batches_are_steered(machine: Machine) -> None:
    slug = machine.get("/badges").json()["items"][0]["slug"]
    machine.house.clock.pass_by(timedelta(minutes=1))
    body = {"badge": slug, "awards": [{"email": "uno@mail.example", "name": "Uno Uno"}], "at": "2026-12-01T00:00:00Z"}
    batch = f"/batches/{machine.post('/batches', body).json()['batch']}"
    assert machine.get(batch).json()["by_state"] == {"queued": 1}
    assert machine.post(f"{batch}/pause").json()["state"] == "paused"
    problem(machine.post(f"{batch}/pause"), 409, "conflict")
    assert machine.post(f"{batch}/resume").json()["state"] == "running"
    assert (
        machine.post(f"{batch}/schedule", {"at": "2026-12-02T00:00:00+01:00"}).json()["due_at"][:13] == "2026-12-01T23"
    )
    problem(machine.post(f"{batch}/schedule", {"at": "2020-12-02T00:00:00Z"}), 409, "refused")
    assert machine.post(f"{batch}/resend", {"to": "failed"}).status_code == 202
    problem(machine.post(f"{batch}/resend", {"to": "failed"}), 409, "conflict")
    assert machine.post(f"{batch}/cancel").json()["state"] == "cancelled"
    listed = machine.get("/batches", limit=1).json()
    assert listed["items"][0]["id"] in batch
    assert listed["next"]


def test_recipients_are_put_right(machine: Machine) -> None:
    slug = machine.get("/badges").json()["items"][0]["slug"]
    award = machine.post("/awards", {"badge": slug, "email": "una@gmial.example", "name": "Una Berg"}).json()
    here = f"/recipients/{award['recipient']['id']}"
    assert machine.post(f"{here}/email", {"email": "una@gmail.example"}).json()["mails"] == 1
    problem(machine.post(f"{here}/email", {"email": "una@gmail.example"}), 409, "conflict")
    assert machine.post(f"{here}/email", {"email": "una@"}).status_code == 422
    renamed = machine.post(f"{here}/name", {"name": "Una Bergh"}).json()
    assert machine.post(f"/changes/{renamed['change']}/undo").json()["done"] is True
    asked = machine.post(f"{here}/name", {"name": "Otto Zander"})
    assert (asked.status_code, asked.json()["done"]) == (202, False)
    problem(machine.post(f"{here}/unlock"), 409, "conflict")
    problem(machine.post(f"{here}/resend", {}), 409, "conflict")
    assert machine.post(f"/awards/{award['id']}/hold").json()["held_at"]
    assert machine.post(f"/awards/{award['id']}/release").json()["held_at"] is None
    shown = machine.get(here).json()
    assert (shown["name"], shown["email"], len(shown["awards"])) == ("Una Berg", "una@gmail.example", 1)
    assert {line["what"] for line in shown["timeline"]} >= {"awarded", "changed", "undone"}
    export = machine.send("GET", "/recipients.csv", params={"badge": slug}).text
    assert '"una@gmail.example"' in export
    acts = [act["act"] for act in machine.get("/audit").json()["items"]]
    assert {"address_corrected", "name_changed", "change_undone", "change_proposed", "award_held"} <= set(acts)
    assert machine.get("/requests").json()["items"][0]["needs"] == "staff"


def test_addresses_are_left_alone_and_written_to_again(machine: Machine) -> None:
    for address in ("b@mail.example", "a@mail.example", "c@mail.example"):
        assert machine.post("/suppressions", {"email": address, "stream": ""}).status_code == 201
    first = machine.get("/suppressions", limit=2).json()
    rest = machine.send("GET", first["next"].removeprefix(f"{machine.house.base_url}/api/v1")).json()
    assert [entry["email"][0] for entry in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert machine.send("DELETE", "/suppressions", params={"email": "A@mail.example"}).status_code == 204
    problem(machine.send("DELETE", "/suppressions", params={"email": "a@mail.example"}), 404, "not-found")
    machine.house.change("UPDATE suppression SET reason = 'unsubscribed' WHERE address = 'b@mail.example'")
    problem(machine.send("DELETE", "/suppressions", params={"email": "b@mail.example"}), 409, "conflict")
