"""Badge classes of an issuer: made, changed, retired; what was attested stays."""

from io import BytesIO

from PIL import Image

from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder, IssueRefused
from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.console.test_branding import version_in
from tests.web.house import House
from tests.web.orders import ADA

BADGES = f"/console/issuers/{OURS}/badges"


def picture(width: int = 90, height: int = 60, kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, height), (20, 120, 90)).save(buffer, kind)
    return buffer.getvalue()


def test_a_badge_is_made_with_a_picture_cut_to_a_square(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    assert "New badge" in inside.get(BADGES).text
    file = {"image": ("x.png", picture(), "image/png")}
    made = inside.post(
        f"/console/issuers/{OURS}/new-badge", file, name="Brückenprüfung <b>", picture="upload", square="1"
    )
    assert made.headers["location"] == f"{BADGES}/{OURS}-bruckenprufung-b?said=made"
    page = inside.get(made.headers["location"])
    assert "Brückenprüfung &lt;b&gt;" in page.text
    size = house.one(
        "SELECT width || 'x' || height FROM image JOIN badge_class ON digest = image_digest WHERE slug = :s",
        s=f"{OURS}-bruckenprufung-b",
    )
    assert size == "60x60"
    assert house.one("SELECT count(*) FROM audit_event WHERE act = 'badge_created'") == 1


def test_what_was_attested_stays_when_the_badge_changes(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    award = house.award_of(ADA)
    before = house.get(f"/credentials/{award}").text
    page = inside.get(f"{BADGES}/first-aid")
    assert "never edited" in page.text
    version = version_in(page.text)
    words = {"name": "Mountain Rescue", "description": "New", "picture": "keep", "expires_after_months": "6"}
    assert inside.post(f"{BADGES}/first-aid", version=version, **words).status_code == 303
    assert house.get(f"/credentials/{award}").text == before
    emblem = house.one("SELECT detail FROM audit_event WHERE act = 'badge_changed'")
    assert "Mountain First Aid" in str(emblem)
    late = inside.post(f"{BADGES}/first-aid", version=version, **words | {"name": "Mine <i>"})
    assert late.status_code == 409
    assert "Mine &lt;i&gt;" in late.text
    assert "Mountain Rescue" in late.text
    again = inside.post(f"{BADGES}/first-aid", version=version_in(late.text), **words | {"name": "Mine <i>"})
    assert again.headers["location"].endswith("said=saved")


def test_what_cannot_be_taken_is_told_beside_what_was_typed(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    new = f"/console/issuers/{OURS}/new-badge"
    for file, words in (
        (b"<svg onload=alert(1)>", "SVG images are not shown"),
        (b"", "Please fill this in"),
        (picture(8, 8) + b"MZ", "bytes follow the end"),
        (picture(4001, 1), "at most 4,000 a side"),
    ):
        answer = inside.post(new, {"image": ("x.png", file, "image/png")}, name="Kept", picture="upload")
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Kept"' in answer.text
    for field, value in (("name", " "), ("name", "x" * 201), ("name", "a\u202eb"), ("expires_after_months", "0")):
        answer = inside.post(new, **{"name": "Fine"} | {field: value})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert inside.post(new, name="Fine", word="no").status_code == 403
    assert house.one("SELECT count(*) FROM badge_class") == 3


def test_a_retired_badge_is_awarded_no_more_until_it_is_restored(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    roster = "email,name\nnew@mail.example,New Person\n"
    order = IssueOrder("first-aid", BytesIO(roster.encode()), "roster.csv")
    assert inside.post(f"{BADGES}/first-aid/retire").status_code == 303
    refused = issue_roster(house.service.office, order, house.clock())
    assert isinstance(refused, IssueRefused)
    assert "was retired on 2026-11-23" in refused.reason
    assert "Retired" in inside.get(BADGES).text
    assert inside.post(f"{BADGES}/first-aid/restore").status_code == 303
    assert isinstance(issue_roster(house.service.office, order, house.clock()), Issued)


def test_badges_of_others_are_like_none(house: House) -> None:
    inside = enter(house, manages=(OURS,))
    for base in (BADGES, f"/console/issuers/{THEIRS}/badges"):
        for slug in ("bicycle-mechanic", "nothing"):
            assert inside.get(f"{base}/{slug}").status_code == 404
            for act in ("", "/retire", "/restore"):
                answer = inside.post(f"{base}/{slug}{act}", version="x", name="Mine")
                assert answer.status_code == 404
    assert "Bicycle" not in inside.get(BADGES).text
    assert house.one("SELECT name FROM badge_class WHERE slug = 'bicycle-mechanic'") != "Mine"
