"""Issuing from the console: from a file, or one award typed, to a batch."""

import re

from tests.web.console.insiders import OURS, enter
from tests.web.house import House

BASE = f"/console/issuers/{OURS}/issue"


def test_thin(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    badge = str(
        house.one(
            "SELECT b.slug FROM badge_class b JOIN issuer i ON i.id = b.issuer_id WHERE i.slug = :s LIMIT 1", s=OURS
        )
    )
    page = inside.get(BASE)
    assert page.status_code == 200, page.text
    roster = "email,name,course\nzoe@mail.example,Zoe Q\nnobody,No Body\nmax@gmial.com,Max M\nzoe@mail.example,Zoe Q\n"
    answer = inside.post(BASE, files={"roster": ("r.csv", roster.encode())}, badge=badge)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    assert path.endswith("/columns")
    assert inside.get(path).status_code == 200
    draft = path.removesuffix("/columns")
    rows = inside.get(draft)
    assert "nobody" in rows.text
    answer = inside.post(f"{draft}/rows", **{"3-address": "nora@mail.example"})
    assert answer.status_code == 303
    assert "Every row can be issued to" in inside.get(draft).text
    inside.post(f"{draft}/suggestions", line="4", address="max@gmial.com")
    preview = inside.get(f"{draft}/preview")
    assert preview.status_code == 200
    frame = inside.get(f"{draft}/mail")
    assert frame.status_code == 200
    test = inside.post(f"{draft}/test", address=inside.address)
    assert "said=tested" in test.headers["location"]
    sending = inside.post(f"{draft}/send", when="now", zone="UTC")
    assert sending.headers["location"].endswith("/confirm"), sending.text
    confirm = inside.get(f"{draft}/confirm")
    stamp = re.search(r'name="stamp" value="(\d+)"', confirm.text)
    assert stamp, confirm.text
    issued = inside.post(f"{draft}/confirm", stamp=stamp[1])
    batch = issued.headers["location"]
    assert "/batches/" in batch
    assert inside.get(batch).status_code == 200
    assert inside.get(f"/console/issuers/{OURS}/batches").status_code == 200
    for act in ("pause", "resume", "cancel"):
        assert inside.post(f"{batch}/{act}").status_code == 303
