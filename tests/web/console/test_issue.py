"""Issuing from the console: from a file, or one award typed, to a batch that is watched and steered."""

import re
from datetime import timedelta
from functools import partial
from threading import Event

import pytest

from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.house import House
from web.afterwards import Afterwards

BASE = f"/console/issuers/{OURS}"
ROSTER = (
    "email,name,course\nzoe@mail.example,Zoe Quist\nnobody,No Body\nmax@gmial.com,Max <script>alert(1)</script>\n"
    "zoe@mail.example,Zoe Quist\n"
)


@pytest.fixture
def kim(house: House) -> Inside:
    return enter(house, manages=(OURS,))


def badge_of(house: House, slug: str = OURS) -> str:
    return str(
        house.one(
            "SELECT b.slug FROM badge_class b JOIN issuer i ON i.id = b.issuer_id WHERE i.slug = :s ORDER BY b.slug"
            " LIMIT 1",
            s=slug,
        )
    )


def upload(kim: Inside, content: str = ROSTER, name: str = "course.csv") -> str:
    """Return the path of the draft."""
    files = {"roster": (name, content.encode())}
    answer = kim.post(f"{BASE}/issue", files=files, badge=badge_of(kim.house))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/columns")


def count(kim: Inside, draft: str, **terms: str) -> str:
    """Return the stamp of what is to be confirmed."""
    kim.post(f"{draft}/send", when="now", zone="UTC", **terms)
    found = re.search(r'name="stamp" value="(\d+)"', kim.get(f"{draft}/confirm").text)
    assert found
    return found[1]


def test_from_a_file_to_a_batch(kim: Inside) -> None:
    house, draft = kim.house, upload(kim)
    before = house.dump()
    rows = kim.get(draft).text
    assert "has no @" in rows
    assert "max@gmail.com" in rows
    assert "<script>alert" not in rows
    for part in (
        "/columns",
        "/preview",
        "/send",
        "/confirm",
        "/mail",
        "/bad-rows.csv",
        "/corrected.csv",
        "/preview?line=4",
    ):
        assert kim.get(f"{draft}{part}").status_code in {200, 303}, part
    assert house.dump() == before, "looking changes nothing"
    assert "script-src" not in kim.get(f"{draft}/mail").headers["content-security-policy"]
    kim.post(f"{draft}/rows", **{"3-address": "nora@mail.example", "3-name": "No Body", "99-name": "x", "x": "y"})
    kim.post(f"{draft}/suggestions", line="4", address="max@gmial.com")
    assert "Every row can be issued to" in kim.get(draft).text
    stamp = count(kim, draft)
    assert "Issue the badge to 3 people" in kim.get(f"{draft}/confirm").text
    assert house.one("SELECT count(*) FROM roster_draft WHERE batch_id IS NOT NULL") == 0
    batch = kim.post(f"{draft}/confirm", stamp=stamp).headers["location"]
    for again in (kim.post(f"{draft}/confirm", stamp=stamp), kim.get(f"{draft}/confirm"), kim.get(draft)):
        assert again.headers["location"] == batch, "the button twice, the back button"
    page = kim.get(batch).text
    assert "3 mails have not gone" in page
    house.deliver()
    house.clock.pass_by(timedelta(minutes=1))
    house.change("UPDATE message SET state = 'queued' WHERE rcpt_to = 'nora@mail.example'")
    assert re.search("2 of 3 dealt with · 2 a minute · done at about Nov 23, 2026, 12:01", kim.get(batch).text)
    house.deliver()
    page = kim.get(batch).text
    assert "3 of 3 dealt with<" in page
    assert f"{BASE}/recipients?batch={batch.rpartition('/')[2]}" in page
    assert "&lt;script&gt;" not in page, "nobody is named here"
    assert "Done" in kim.get(f"{BASE}/batches").text


def test_a_long_list_is_checked_counted_and_issued_meanwhile(kim: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.drafts.changing.SHORT_FILE", 10)
    monkeypatch.setattr("web.console.draft_send.SHORT", 0)
    done = Event()
    errands = kim.house.pages.app.state.errands
    errands.do(partial(done.wait, 60))  # something longer stands before it
    draft = upload(kim)
    for part in ("", "/columns", "/preview", "/send"):
        assert "Checking the rows" in kim.get(f"{draft}{part}").text
    done.set()
    _settle(errands)
    assert kim.get(draft, **{"hx-request": "true"}).headers["hx-redirect"] == draft
    assert "has no @" in kim.get(draft).text
    kim.post(f"{draft}/send", when="now", zone="UTC", skip_bad="1")
    _settle(errands)
    stamp = re.search(r'name="stamp" value="(\d+)"', kim.get(f"{draft}/confirm").text)
    assert stamp
    done.clear()
    errands.do(partial(done.wait, 60))
    for _ in range(2):
        assert kim.post(f"{draft}/confirm", stamp=stamp[1]).headers["location"] == f"{draft}/confirm"
    assert "Issuing…" in kim.get(f"{draft}/confirm").text
    assert kim.post(f"{draft}/rows", **{"3-name": "Eve"}).headers["location"].endswith("said=busy")
    done.set()
    _settle(errands)
    assert "/batches/" in kim.get(f"{draft}/confirm").headers["location"]
    assert kim.house.one("SELECT count(*) FROM batch WHERE made_by = :kim", kim=kim.address) == 1


def _settle(errands: Afterwards) -> None:
    done = Event()
    assert errands.do(done.set)
    assert done.wait(60)


def test_files_that_are_none_are_refused_where_they_are_chosen(kim: Inside) -> None:
    badge = badge_of(kim.house)
    for name, content in {"a.pdf": b"%PDF-1.7", "a.csv": b"", '"><b>.xlsx': b"PK\3\4"}.items():
        page = kim.post(f"{BASE}/issue", files={"roster": (name, content)}, badge=badge)
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert "<b>.xlsx" not in page.text
    assert kim.post(f"{BASE}/issue", files={"x": ("x", b"")}, badge=badge).status_code == 422
    large = kim.post(f"{BASE}/issue", files={"roster": ("a.csv", b"x" * (21 << 20))}, badge=badge)
    assert large.status_code == 413
    assert kim.house.one("SELECT count(*) FROM roster_draft") == 0


def test_one_award_is_typed_and_kept_when_it_is_wrong(kim: Inside) -> None:
    badge = badge_of(kim.house)
    page = kim.post(f"{BASE}/issue/one", badge=badge, name="Ada <L>", address="ada at mail", narrative="Kept.")
    assert page.status_code == 422
    assert 'value="Ada &lt;L&gt;"' in page.text
    assert "Kept." in page.text
    kept = kim.post(f"{BASE}/issue/one", badge=badge, name="Ada L", address="new@mail.example", issued_on="2026-11-20")
    assert kept.status_code == 303
    draft = kept.headers["location"]
    batch = kim.post(f"{draft}/confirm", stamp=count(kim, draft)).headers["location"]
    assert "/batches/" in batch
    assert kim.house.one("SELECT issued_on FROM assertion WHERE id = :id", id=kim.house.award_of("new@mail.example"))


def test_a_test_mail_is_the_very_mail_and_opens_nothing(kim: Inside) -> None:
    draft = upload(kim)
    assert kim.post(f"{draft}/test", address="zoe@mail.example").headers["location"].endswith("said=test-address")
    assert "said=tested" in kim.post(f"{draft}/test", address=kim.address, line="4").headers["location"]
    [mail] = kim.house.mails_to(kim.address)
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Max <script>" in body.get_content()
    link = re.search(r"http://127[^\s]+/p/[^\s]+", body.get_content())
    assert link is None or kim.house.client.get(link[0]).status_code in {404, 410}


def test_times_are_those_of_the_zone_that_is_said(kim: Inside) -> None:
    draft = upload(kim, "email,name\nada2@mail.example,Ada\n")
    for typed in (
        {"when": "later", "at": ""},
        {"when": "later", "at": "2026-11-01T09:00"},
        {"when": "later", "at": "2027-03-28T02:30", "zone": "Europe/Madrid"},  # the clock skips it
        {"when": "later", "at": "yesterday"},
        {"when": "later", "at": "2028-01-01T09:00"},
        {"when": "later", "at": "2026-11-24T09:00", "not_later_than": "2026-11-24T08:00", "zone": "UTC"},
    ):
        page = kim.post(f"{draft}/send", **{"zone": "UTC"} | typed)
        assert page.status_code == 422, typed
        assert 'aria-invalid="true"' in page.text
    kim.post(f"{draft}/send", when="later", at="2026-11-24T09:00", zone="Europe/Madrid")
    page = kim.get(f"{draft}/confirm").text
    assert "Nov 24, 2026, 09:00 Europe/Madrid" in page
    assert "08:00 UTC" in page
    stamp = re.search(r'name="stamp" value="(\d+)"', page)
    assert stamp
    batch = kim.post(f"{draft}/confirm", stamp=stamp[1]).headers["location"]
    assert "Scheduled" in kim.get(batch).text
    assert kim.post(f"{batch}/schedule", at="2026-11-20T09:00", zone="UTC").status_code == 422
    assert kim.post(f"{batch}/schedule", at="2026-11-25T09:00", zone="UTC").headers["location"].endswith("said=moved")
    assert "Nov 25, 2026, 09:00 UTC" in kim.get(batch).text
    for act, said in {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}.items():
        assert kim.post(f"{batch}/{act}").headers["location"].endswith(f"said={said}")
    assert kim.post(f"{batch}/resume").headers["location"].endswith("said=not-cancelled")


def test_drafts_and_batches_of_others_are_not_there(kim: Inside) -> None:
    """Neither under their slug nor under one's own, whatever is sent; and not told from what nobody has."""
    house = kim.house
    theirs = enter(house, "lee", manages=(THEIRS,))
    base = f"/console/issuers/{THEIRS}"
    files = {"roster": ("r.csv", ROSTER.encode())}
    draft = theirs.post(f"{base}/issue", files=files, badge=badge_of(house, THEIRS)).headers["location"]
    draft = draft.removesuffix("/columns").rpartition("/")[2]
    house.change("UPDATE batch SET issuer_id = (SELECT id FROM issuer WHERE slug = :s)", s=THEIRS)
    batch = house.one("SELECT id FROM batch LIMIT 1")
    before = house.dump()
    for kind, known, parts in (
        ("issue", draft, ("", "/columns", "/preview", "/mail", "/send", "/confirm", "/bad-rows.csv", "/corrected.csv")),
        ("batches", batch, ("",)),
    ):
        for part in parts:
            nobody = kim.get(f"{BASE}/{kind}/aaaaaaaaaaaaaaaa{part}")
            for path in (f"{BASE}/{kind}/{known}{part}", f"{base}/{kind}/{known}{part}"):
                answer = kim.get(path)
                assert (answer.status_code, answer.text) == (404, nobody.text), path
    form = {"stamp": "1", "line": "all", "at": "2026-12-01T09:00", "zone": "UTC", "whom": "failed", "3-name": "Eve"}
    for path in (
        *(f"issue/{draft}/{act}" for act in ("rows", "suggestions", "badge", "columns", "test", "send", "confirm")),
        *(f"batches/{batch}/{act}" for act in ("pause", "resume", "cancel", "schedule", "resend")),
    ):
        assert kim.post(f"{BASE}/{path}", **form).status_code == 404, path
        assert kim.post(f"{base}/{path}", **form).status_code == 404, path
    kim.post(f"{BASE}/issue/{draft}/discard")
    assert house.dump() == before


def test_a_badge_of_another_issuer_cannot_be_sent_nor_seen(kim: Inside) -> None:
    badge = badge_of(kim.house, THEIRS)
    answer = kim.post(f"{BASE}/issue", files={"roster": ("r.csv", b"email,name\na@mail.example,A\n")}, badge=badge)
    draft = answer.headers["location"]
    assert kim.get(f"{draft}/mail").status_code == 404
    assert kim.post(f"{draft}/test", address=kim.address).status_code == 404
    kim.post(f"{draft}/send", when="now", zone="UTC")
    page = kim.get(f"{draft}/confirm").text
    assert "there is no badge" in page
    assert 'name="stamp"' not in page
