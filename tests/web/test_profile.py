"""`/profile`: what earners say of themselves, their photo, password, sessions, data, and leaving."""

import json
import re
from html import unescape
from io import BytesIO

import httpx
import pytest
from PIL import Image

from badges.accounts import hash_password
from badges.photos import MAX_BYTES, SIDE
from desk.accounts.trail import EventKind
from tests.cheap_hashing import cheap_hashing
from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

ADA, MAXI = "ada@mail.example", "maxi@beispiel.example"
PASSWORD, NEW = "a walk in the rain", "another walk in the snow"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}'`"

__all__ = ["cheap_hashing"]


@pytest.fixture
def ada(house: House, cheap_hashing: None) -> SignedIn:
    hashed = hash_password(PASSWORD)
    house.change("UPDATE account SET password_hash = :h WHERE id = :i", h=hashed, i=house.account_of(ADA))
    return sign_in(house, ADA)


def _upload(ada: SignedIn, content: bytes, name: str = "me.jpg", word: str = "") -> httpx.Response:
    return ada.house.client.post(
        "/profile/photo",
        data={"word": word or ada.word},
        files={"photo": (name, content)},
        headers={"cookie": ada.cookie},
    )


def _picture(kind: str = "JPEG") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (800, 600), "red").save(buffer, kind)
    return buffer.getvalue()


def test_looking_changes_nothing(ada: SignedIn) -> None:
    before = ada.house.dump()
    for path in ("/profile", "/profile/name", "/profile/password", "/profile/delete"):
        assert ada.get(path).status_code == ada.head(path).status_code == 200, path
        assert ada.get(path).headers["cache-control"] == "no-store"
        assert len(ada.get(path).content) < 50_000
    for path in ("/profile/details", "/profile/addresses", "/profile/addresses/primary"):
        assert ada.get(path).headers["location"] == "/profile"
    assert ada.house.dump() == before


def test_strangers_are_led_to_the_log_in_page(house: House) -> None:
    for path in ("/profile", "/profile/name", "/profile/password", "/profile/photo", "/profile/delete"):
        assert house.get(path).headers["location"] == f"/login?next={path}"
    for path in ("details", "photo", "name", "password", "sessions", "data", "delete", "addresses"):
        assert house.post(f"/profile/{path}").headers["location"].startswith("/login")


def test_every_form_wants_the_word_of_our_own_page(ada: SignedIn) -> None:
    before = ada.house.dump()
    paths = ("details", "photo/remove", "name", "password", "sessions", "data", "delete", "addresses")
    more = ("addresses/remove", "addresses/primary", "addresses/x/again", "addresses/x/withdraw")
    for path in (*paths, *more):
        answer = ada.post(f"/profile/{path}", word="x", password=PASSWORD, present=PASSWORD, name="Ada L")
        assert answer.status_code == 403, path
    assert _upload(ada, _picture(), word="x").status_code == 403
    assert ada.house.dump() == before


def test_the_name_is_not_among_the_fields(ada: SignedIn) -> None:
    page = ada.get("/profile").text
    assert "Ada Lindqvist" in page
    assert "only the issuer can change it" in page
    assert 'name="name"' not in page
    ada.post("/profile/details", name="Somebody Else", employer="Nordlys AS")
    assert "Ada Lindqvist" in ada.get("/profile").text


def test_details_are_kept_shown_and_sign_the_mails(ada: SignedIn) -> None:
    fields = {"employer": "Nordlys AS", "title": "Guide", "phone": "+47 22 00 00 00", "website": "www.nordlys.example"}
    answer = ada.post("/profile/details", **fields, language="de")
    assert answer.headers["location"] == "/profile?said=saved#details"
    page = ada.get("/profile").text
    shown = dict(re.findall(r'id="(title|employer|phone|website)" name="\w+"[^>]* value="([^"]*)"', page))
    assert shown == fields | {"website": "https://www.nordlys.example"}
    assert '<html lang="de">' in page
    assert "Nordlys AS" in ada.get(f"/portfolio/{ada.house.award_of(ADA)}/signature").text


@pytest.mark.parametrize("field", ["employer", "title", "phone", "website"])
def test_no_field_holds_markup_that_runs(ada: SignedIn, field: str) -> None:
    answer = ada.post("/profile/details", **{field: HOSTILE})
    signature = ada.get(f"/portfolio/{ada.house.award_of(ADA)}/signature")
    for page in (answer, ada.get("/profile"), signature):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in re.findall(r'value="([^"]*)"', page.text)
    if answer.status_code == 422:
        assert unescape(answer.text).count(HOSTILE) == 1, "what was typed is given back to be corrected"


def test_a_fault_is_told_beside_its_field_and_nothing_is_kept(ada: SignedIn) -> None:
    before = ada.house.dump()
    answer = ada.post("/profile/details", website="javascript:alert(1)", phone="no", employer="E" * 121, title="a\nb")
    assert answer.status_code == 422
    for field in ("website", "phone", "employer", "title"):
        assert f'id="{field}-fault" role="alert"' in answer.text
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true" aria-describedby="{field}-fault', answer.text)
    assert ada.house.dump() == before
    assert ada.post("/profile/details", language="xx").status_code == 422
    assert ada.post("/profile/details", employer="E" * 20_000).status_code == 413


def test_a_photo_is_encoded_anew_and_shown_to_its_owner_alone(ada: SignedIn) -> None:
    assert ada.get("/profile/photo").status_code == 404
    assert _upload(ada, _picture("PNG") + b"<script>").headers["location"] == "/profile?said=photo#photo"
    shown = ada.get("/profile/photo")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "no-store"
    assert Image.open(BytesIO(shown.content)).size == (SIDE, SIDE)
    assert b"<script>" not in shown.content
    assert sign_in(ada.house, MAXI).get("/profile/photo").status_code == 404
    assert ada.house.get("/profile/photo").status_code == 303
    assert ada.post("/profile/photo/remove").headers["location"] == "/profile?said=photo-removed#photo"
    assert ada.get("/profile/photo").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<svg onload=alert(1)>", "kind"),
        (b"GIF89a", "kind"),
        (b"\xff\xd8\xff broken", "damaged"),
        (b"\xff\xd8\xff" + b"\0" * MAX_BYTES, "large"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(ada: SignedIn, content: bytes, said: str) -> None:
    before = ada.house.dump()
    answer = _upload(ada, content)
    assert answer.headers["location"] == f"/profile?said=photo-{said}#photo"
    assert 'id="file-fault" role="alert"' in ada.get(f"/profile?said=photo-{said}").text
    assert ada.house.dump() == before


def test_a_longer_upload_is_not_read(ada: SignedIn) -> None:
    too_large = _upload(ada, b"\xff\xd8\xff" + b"\0" * (MAX_BYTES + 100_000))
    assert too_large.status_code == 413
    assert "at most 2 MB" in too_large.text
    assert ada.post("/profile/photo", photo="no file").status_code == 422


def test_what_was_done_is_said_in_known_words_only(ada: SignedIn) -> None:
    assert "Saved." in ada.get("/profile?said=saved").text
    assert "<script>" not in ada.get("/profile?said=%3Cscript%3E").text
    assert "evil" not in ada.get("/profile?said=photo-evil").text


def test_the_password_is_changed_with_the_present_one(ada: SignedIn) -> None:
    other = sign_in(ada.house, ADA)
    answer = ada.post("/profile/password", present=PASSWORD, password=NEW, repeated=NEW)
    assert answer.headers["location"] == "/profile?said=password#password"
    assert ada.get("/profile").status_code == 200
    assert other.get("/profile").status_code == 303, "logged out everywhere else"
    assert ada.house.one("SELECT count(*) FROM message WHERE kind = 'password_changed'") == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"present": "a guess", "password": NEW, "repeated": NEW}, "This is not your password"),
        ({"present": PASSWORD, "password": NEW, "repeated": "else"}, "The two passwords are not the same"),
        ({"present": PASSWORD, "password": "short", "repeated": "short"}, "Choose at least 12 characters"),
        ({"present": PASSWORD, "password": ADA, "repeated": ADA}, "other than your name or address"),
        ({"present": PASSWORD, "password": "x" * 300, "repeated": "x" * 300}, "Choose at most 256"),
        ({}, "Choose at least 12 characters"),
    ],
)
def test_a_password_is_not_changed_otherwise(ada: SignedIn, form: dict[str, str], said: str) -> None:
    answer = ada.post("/profile/password", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert ada.house.one("SELECT count(*) FROM message WHERE kind = 'password_changed'") == 0


def test_guessing_the_present_password_locks_the_account(ada: SignedIn) -> None:
    for _ in range(9):
        assert "This is not your password" in ada.post("/profile/delete", password="a guess").text
    answer = ada.post("/profile/password", present="a guess", password=NEW, repeated=NEW)
    assert "The account is locked after 10 wrong passwords" in answer.text
    assert "locked" in ada.post("/profile/delete", password=PASSWORD).text
    ada.house.settle()
    assert ada.house.one("SELECT count(*) FROM message WHERE kind = 'account_locked'") == 1
    assert "locked" in ada.house.post("/login", address=ADA, password=PASSWORD).text


def test_sessions_are_listed_and_ended_elsewhere(ada: SignedIn) -> None:
    other = sign_in(ada.house, ADA)
    page = ada.get("/profile").text
    assert (page.count("This browser"), page.count("Another browser")) == (1, 1)
    assert "192.0.2.7" in page
    assert ada.post("/profile/sessions").headers["location"] == "/profile?said=elsewhere#sessions"
    assert other.get("/profile").status_code == 303
    page = ada.get("/profile").text
    assert "Another browser" not in page
    assert "Log out everywhere else</button>" not in page


def test_what_happened_is_told_in_words(ada: SignedIn) -> None:
    row = "INSERT INTO account_event (id, earner_id, kind, made_by, source, detail, made_at)"
    earner = ada.house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA)
    for number in range(25):
        values = {"i": f"e{number}", "e": earner, "d": HOSTILE, "m": number}
        ada.house.change(f"{row} VALUES (:i, :e, 'address_named', 'owner', '192.0.2.9', :d, :m)", **values)
    page = ada.get("/profile").text
    assert page.count("Address named:") == 20
    assert "<script>alert" not in page


def test_every_event_has_its_words(ada: SignedIn) -> None:
    row = "INSERT INTO account_event (id, earner_id, kind, made_by, source, detail, made_at)"
    earner = ada.house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA)
    for number, kind in enumerate(EventKind):
        ada.house.change(f"{row} VALUES (:i, :e, :k, 'owner', '', '', :m)", i=f"e{number}", e=earner, k=kind, m=number)
    shown = ada.get("/profile").text
    # As many as the page shows, so that the oldest are looked at, too.
    ada.house.change("DELETE FROM account_event WHERE made_at >= :m", m=len(EventKind) // 2)
    shown += ada.get("/profile").text
    told = set(re.findall(r"<li>\s*<p>\s*([^<]+?)\s*</p>", shown))
    assert not told & set(EventKind)
    assert len(told) == len(EventKind)


def test_the_data_come_as_a_file(ada: SignedIn) -> None:
    answer = ada.post("/profile/data")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="badgepost-my-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.content)["earner_address"][0]["address"] == ADA
    assert MAXI not in answer.text
    assert ada.get("/profile/data").status_code == 405


def test_leaving_ends_everything_and_says_so(ada: SignedIn) -> None:
    badge = ada.house.award_of(ADA)
    answer = ada.post("/profile/delete", password=PASSWORD, hide="yes")
    assert answer.headers["location"] == "/account-deleted"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "Your account is deleted" in ada.house.get("/account-deleted").text
    assert ada.get("/profile").status_code == 303
    assert ada.house.get(f"/badges/{badge}").status_code == 404
    assert ada.house.one("SELECT count(*) FROM assertion WHERE id = :i", i=badge) == 1
    mail = ada.house.mail_to(ADA, "deleted")
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "records of the organizations" in " ".join(plain.get_content().split())


def test_a_name_is_asked_for(ada: SignedIn) -> None:
    assert ada.post("/profile/name", name="Ada Lindkvist").headers["location"] == "/profile/name"
    for path in ("/profile", "/profile/name"):
        page = unescape(ada.get(path).text)
        assert "Ada Lindkvist" in page
        assert "Fjellvik Mountain School" in page
    refused = ada.post("/profile/name", name=HOSTILE)
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    assert ada.post("/profile/name", name="Ada L", badge=ada.house.award_of(MAXI)).status_code == 422


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/plain", "x"]
)
def test_bodies_that_are_no_form_are_refused(ada: SignedIn, content_type: str) -> None:
    before = ada.house.dump()
    for path in ("photo", "details", "addresses", "delete"):
        headers = {"cookie": ada.cookie, "content-type": content_type}
        answer = ada.house.client.post(f"/profile/{path}", content=b'--x\r\n{"word": "x"}', headers=headers)
        assert answer.status_code in {400, 403, 422}, (path, content_type)
    assert ada.house.dump() == before
