"""docs/templates.md names everything that a template may use, and nothing that there is not."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mailer.notices import NOTICES, Notice
from mailer.templates.constants import BadgeConstants, IssuerConstants, LinkedinConstants, SiteConstants
from mailer.templates.wording import ELEMENTS, FILTERS, SOURCE_LIMIT

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "templates.md").read_text("utf-8")
NAMES = set(re.findall(r"`([a-z_.]+)`", GUIDE))


def section(title: str) -> str:
    return GUIDE.partition(f"### {title}\n")[2].partition("\n##")[0]


@pytest.mark.parametrize("notice", NOTICES.values(), ids=NOTICES)
def test_every_kind_stands_there_with_its_slots(notice: Notice) -> None:
    row = next(row for row in section("Kinds and slots").splitlines() if row.startswith(f"| `{notice.kind}` |"))
    named = set(re.findall(r"`([a-z_]+)`", row.split("|")[3]))
    if "issuance" in named:
        named = named - {"issuance"} | {slot.name for slot in NOTICES["issuance"].slots}
    assert named == {slot.name for slot in notice.slots}


def test_every_slot_is_explained() -> None:
    explained = set()
    for row in section("Kinds and slots").partition("| slot |")[2].splitlines():
        explained |= set(re.findall(r"`([a-z_]+)`", row.split("|")[1])) if row.startswith("| `") else set()
    assert explained == {slot.name for notice in NOTICES.values() for slot in notice.slots}


def test_every_constant_is_explained() -> None:
    groups = {"issuer": IssuerConstants, "badge": BadgeConstants, "site": SiteConstants, "linkedin": LinkedinConstants}
    constants = {f"{group}.{field.name}" for group, kind in groups.items() for field in fields(kind)}
    constants |= {f"site.{name}" for name, value in vars(SiteConstants).items() if isinstance(value, property)}
    explained = {name for name in NAMES if name.partition(".")[0] in groups and "." in name}
    assert explained == constants
    assert {"language", "wording.html", "wording.text"} <= NAMES


def test_what_an_issuers_block_may_hold_is_what_is_let_through() -> None:
    block = GUIDE.partition("## The issuer's own block")[2]
    assert f"{SOURCE_LIMIT:,} characters" in block
    assert set(re.findall(r"`<([a-z]+)[ >]", block)) == ELEMENTS
    assert all(f"`{name}`" in block for name in FILTERS)


def test_every_file_of_the_templates_is_explained() -> None:
    for file in (ROOT / "templates" / "email").glob("_*"):
        assert f"`{file.name}`" in GUIDE
