"""Importing a programme: everything or nothing, twice the same, and nothing is sent."""

import copy
import json
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desk.programme import ProgrammeImported, import_programme
from desk.programme_document import ProgrammeFaults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "programme"
    folder.mkdir()
    Image.new("RGB", (80, 60), "#336699").save(folder / "logo.png")
    Image.new("RGB", (300, 300), "#996633").save(folder / "badge.jpg")
    return folder


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "service": {"base_url": "https://elsewhere.example"},
        "issuers": [
            {
                "slug": "kite",
                "name": "Kite Club",
                "domain": "kite.example",
                "support_email": "Office@Kite.example",
                "contacts": [{"email": "ana@kite.example"}, {"email": "bo@kite.example", "name": "Bo"}],
                "branding": {"logo": "logo.png", "sender_name": "Kite Club Badges", "brand_color": "#369"},
            }
        ],
        "badges": [{"slug": "kite-1", "issuer": "kite", "name": "First Kite", "image": "badge.jpg"}],
        "earners": [
            {
                "email": "cy@mail.example",
                "name": "  Cy\u0301 ",
                "alternate_emails": ["cy@home.example"],
                "locked": True,
                "awards": [{"badge": "kite-1", "awarded_on": "2026-02-28"}],
            }
        ],
    }


def test_the_world_of_the_examples_imports(desk, shared: Path) -> None:
    world = json.loads((shared / "examples" / "world.json").read_text())
    outcome = import_programme(desk.office.engine, world, shared, desk.now)
    # The desk has an issuer, an earner and an address of the same keys already.
    assert isinstance(outcome, ProgrammeImported)
    assert outcome.created["badges"] == len(world["badges"])
    awards = sum(len(earner["awards"]) for earner in world["earners"])
    assert outcome.created["awards"] == awards
    assert desk.rows("SELECT * FROM message") == []
    again = import_programme(desk.office.engine, world, shared, desk.now)
    assert not again.changed_anything


def test_every_value_arrives(desk, document, folder: Path) -> None:
    import_programme(desk.office.engine, document, folder, desk.now)
    [issuer] = desk.rows("SELECT * FROM issuer WHERE slug = 'kite'")
    assert (issuer.support_email, issuer.sender_name, issuer.brand_color) == (
        "office@kite.example",
        "Kite Club Badges",
        "#336699",
    )
    [logo] = desk.rows("SELECT * FROM image WHERE digest = :digest", digest=issuer.logo_digest)
    assert (logo.media_type, logo.width, logo.content) == ("image/png", 80, (folder / "logo.png").read_bytes())
    [badge] = desk.rows("SELECT i.* FROM badge_class b JOIN image i ON i.digest = image_digest WHERE slug = 'kite-1'")
    assert (badge.media_type, badge.content) == ("image/jpeg", (folder / "badge.jpg").read_bytes())
    assert (
        desk.one("SELECT name FROM earner JOIN earner_address ON earner_id = id WHERE address = 'cy@home.example'")
        == "Cý"
    )
    assert desk.one("SELECT locked_at FROM account JOIN earner_address USING (earner_id) WHERE address LIKE 'cy@mail%'")
    contacts = desk.rows("SELECT address, name FROM issuer_contact WHERE issuer_id = :id ORDER BY 1", id=issuer.id)
    assert [tuple(contact) for contact in contacts] == [("ana@kite.example", None), ("bo@kite.example", "Bo")]


def test_a_badge_without_an_image_gets_one(desk, document, folder: Path) -> None:
    del document["badges"][0]["image"]
    import_programme(desk.office.engine, document, folder, desk.now)
    content = desk.one("SELECT content FROM badge_class JOIN image ON digest = image_digest WHERE slug = 'kite-1'")
    assert Image.open(BytesIO(content)).size == (600, 600)


def test_the_same_file_again_changes_nothing(desk, document, folder: Path) -> None:
    import_programme(desk.office.engine, document, folder, desk.now)
    before = desk.dump()
    outcome = import_programme(desk.office.engine, document, folder, desk.now)
    assert isinstance(outcome, ProgrammeImported)
    assert not outcome.changed_anything
    assert desk.dump() == before


def test_changed_values_are_written_and_ids_stay(desk, document, folder: Path) -> None:
    import_programme(desk.office.engine, document, folder, desk.now)
    ids = desk.rows("SELECT id FROM issuer UNION SELECT id FROM badge_class UNION SELECT id FROM earner ORDER BY 1")
    document["issuers"][0]["name"] = "Kite Society"
    document["issuers"][0]["contacts"].pop()
    document["badges"][0]["expires_after_months"] = 6
    document["earners"][0]["name"] = "Cyrus"
    outcome = import_programme(desk.office.engine, document, folder, desk.now)
    assert outcome.changed == {"issuers": 1, "contacts": 1, "badges": 1, "earners": 1}
    assert outcome.created == {}
    assert ids == desk.rows(
        "SELECT id FROM issuer UNION SELECT id FROM badge_class UNION SELECT id FROM earner ORDER BY 1"
    )
    assert desk.one("SELECT count(*) FROM issuer_contact WHERE address = 'bo@kite.example'") == 0


def test_an_import_never_unlocks(desk, document, folder: Path) -> None:
    import_programme(desk.office.engine, document, folder, desk.now)
    document["earners"][0]["locked"] = False
    import_programme(desk.office.engine, document, folder, desk.now)
    assert desk.one("SELECT count(*) FROM account WHERE locked_at IS NOT NULL") == 2


Change = Callable[[dict[str, Any]], object]

FAULTS: list[tuple[Change, str]] = [
    (lambda d: d["issuers"][0].pop("name"), "issuers[0].name: is missing"),
    (lambda d: d["issuers"][0].update(slug="Kite Club"), "issuers[0].slug: must be made of"),
    (lambda d: d["issuers"][0].update(nmae="x"), "issuers[0].nmae: is no key that is known here"),
    (lambda d: d["issuers"][0]["contacts"][1].update(email="bo"), "issuers[0].contacts[1].email: "),
    (lambda d: d["issuers"][0].update(support_email="a\r\nBcc: x@y.example"), "issuers[0].support_email: "),
    (lambda d: d["issuers"][0].update(domain="no domain"), "issuers[0].domain: is no domain name"),
    (lambda d: d["issuers"][0].update(linkedin_organization_id="1337"), "issuers[0].linkedin_organization_id: "),
    (lambda d: d["issuers"][0]["branding"].update(brand_color="red"), "issuers[0].branding.brand_color: 'red' is not"),
    (lambda d: d["issuers"][0]["branding"].update(website="javascript:x"), "issuers[0].branding.website: must be"),
    (lambda d: d["issuers"][0]["branding"].update(language="tlh"), "issuers[0].branding.language: "),
    (lambda d: d["issuers"][0]["branding"].update(logo="../desk.db"), "branding.logo: ../desk.db: lies outside"),
    (
        lambda d: d["issuers"][0]["branding"].update(wording="<p>\n{{"),
        "issuers[0].branding.wording: line 2: unexpected",
    ),
    (lambda d: d["issuers"][0]["branding"].update(wording="<img>"), "issuers[0].branding.wording: line 1: <img> is"),
    (lambda d: d["issuers"].append(d["issuers"][0]), "issuers[1].slug: kite stands here twice"),
    (lambda d: d["badges"][0].update(issuer="nobody"), "badges[0].issuer: there is no issuer nobody"),
    (lambda d: d["badges"][0].update(name="a\nb"), "badges[0].name: holds a line break"),
    (lambda d: d["badges"][0].update(image="gone.png"), "badges[0].image: gone.png: there is no such file"),
    (lambda d: d["badges"][0].update(expires_after_months=0), "badges[0].expires_after_months: "),
    (lambda d: d["earners"][0].update(name="\u0007"), "earners[0].name: "),
    (lambda d: d["earners"][0].update(name="x" * 201), "earners[0].name: "),
    (lambda d: d["earners"][0].update(locked="yes"), "earners[0].locked: "),
    (
        lambda d: d["earners"][0]["awards"][0].update(badge="kite-2"),
        "earners[0].awards[0].badge: there is no badge kite-2",
    ),
    (lambda d: d["earners"][0]["awards"][0].update(awarded_on="2026-02-30"), "earners[0].awards[0].awarded_on: "),
    (
        lambda d: d["earners"].append({"email": "cy@home.example", "name": "X"}),
        "earners[1]: cy@home.example belongs to",
    ),
    (
        lambda d: d["earners"][0].update(email="jane@home.example"),
        "earners[0]: jane@home.example is on record as an alt",
    ),
    (
        lambda d: d["earners"][0].update(alternate_emails=["jane@home.example"]),
        "earners[0]: jane@home.example is on record for another earner",
    ),
    (
        lambda d: d["issuers"][0].update(name="Kite\u202e Club"),
        "issuers[0].name: holds a mark that turns the direction",
    ),
    (lambda d: d["issuers"][0].update(name=5), "issuers[0].name: must be a text, in quotes"),
    (lambda d: d["issuers"][0].update(contacts={}), "issuers[0].contacts: must be a list, in square brackets"),
    (lambda d: d["issuers"][0].update(branding=[]), "issuers[0].branding: must be an object, in braces"),
    (lambda d: d["issuers"][0].update(pdf_certificates="no"), "issuers[0].pdf_certificates: must be true or false"),
    (lambda d: d["issuers"][0].update({"na\nme": 1}), "issuers[0].na me: is no key that is known here"),
    (
        lambda d: d["issuers"][0]["branding"].update(image_delivery="cid"),
        "branding.image_delivery: must be 'inline' or 'hosted'",
    ),
    (lambda d: d["issuers"][0]["branding"].update(website="https://kite\x07.example"), "branding.website: must be"),
    (lambda d: d["issuers"][0]["branding"].update(logo="a\0b.png"), "branding.logo: a\0b.png: cannot be read"),
    (lambda d: d["badges"][0].update(image="x" * 5000), "badges[0].image: xx"),
    (lambda d: d["badges"][0].update(description="x" * 4001), "badges[0].description: is longer than 4000 characters"),
    (lambda d: d["badges"][0].update(expires_after_months="6"), "months: must be a whole number, without quotes"),
    (
        lambda d: d["badges"][0].update(expires_after_months=1201),
        "badges[0].expires_after_months: must be 1200 or less",
    ),
    (lambda d: d["earners"][0].update(name="Cy\u202e Abara"), "earners[0].name: holds a control character"),
    (lambda d: d["earners"][0].update(name="https://win.example"), "earners[0].name: holds a link"),
    (lambda d: d["earners"][0]["awards"][0].update(awarded_on="28/02/2026"), "awarded_on: must be a day, written as"),
    (lambda d: d["earners"][0]["awards"][0].update(awarded_on="1773446400"), "awarded_on: must be a day, written as"),
    (lambda d: d["earners"][0]["awards"][0].update(awarded_on=1773446400), "awarded_on: must be a day, written as"),
    (
        lambda d: d["earners"][0]["awards"][0].update(awarded_on="2026-02-28T00:00"),
        "awarded_on: must be a day, written",
    ),
    (lambda d: d["earners"][0]["awards"][0].update(awarded_on="9999-12-31"), "awarded_on: lies after 2199-12-31"),
    (lambda d: d["earners"][0]["awards"][0].update(awarded_on="0001-01-01"), "awarded_on: lies before 1950-01-01"),
    (
        lambda d: [d.pop(key) for key in ("issuers", "badges", "earners")],
        "the file: holds no issuers, badges or earners",
    ),
]


@pytest.mark.parametrize(("change", "words"), FAULTS, ids=[words for _, words in FAULTS])
def test_a_fault_is_one_line_and_nothing_is_written(desk, document, folder: Path, change: Change, words: str) -> None:
    before = desk.dump()
    document = copy.deepcopy(document)
    change(document)
    outcome = import_programme(desk.office.engine, document, folder, desk.now)
    assert isinstance(outcome, ProgrammeFaults)
    [fault] = [fault for fault in outcome.faults if words in fault]
    assert "\n" not in fault
    assert desk.dump() == before


@pytest.mark.parametrize("document", [None, [], "x", 3, {"issuers": {}}, {"earners": [None]}])
def test_files_of_another_form(desk, tmp_path: Path, document: object) -> None:
    assert isinstance(import_programme(desk.office.engine, document, tmp_path, desk.now), ProgrammeFaults)


def test_a_picture_that_is_not_what_its_name_says(desk, document, folder: Path) -> None:
    shutil.copy(folder / "badge.jpg", folder / "badge.png")
    document["badges"][0]["image"] = "badge.png"
    outcome = import_programme(desk.office.engine, document, folder, desk.now)
    assert outcome == ProgrammeFaults(("badges[0].image: badge.png: is image/jpeg, not what its name says",))


def test_a_picture_behind_links_in_a_ring(desk, document, folder: Path) -> None:
    (folder / "ring.png").symlink_to("ring.png")
    document["badges"][0]["image"] = "ring.png"
    outcome = import_programme(desk.office.engine, document, folder, desk.now)
    assert isinstance(outcome, ProgrammeFaults)
    assert outcome.faults[0].startswith("badges[0].image: ring.png: cannot be read (")


def test_all_faults_of_pictures_are_told_at_once(desk, document, folder: Path) -> None:
    (folder / "logo.png").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "badge.jpg").write_bytes(b"\xff\xd8\xff" + b"x" * 1_100_000)
    outcome = import_programme(desk.office.engine, document, folder, desk.now)
    assert isinstance(outcome, ProgrammeFaults)
    assert ["SVG" in outcome.faults[0], "1 MB" in outcome.faults[1], len(outcome.faults)] == [True, True, 2]
