"""Whom mails are about: the cases of tests/data/finding, the labelled examples, and mails made to harm."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from desk.words import Intent, Role
from inbound.reading.mail import Reading, Table
from inbound.reading.sections import Line, Mark, Sections
from inbound.understanding.finding import MOST_PEOPLE, find_particulars
from inbound.understanding.particulars import Particulars, Person, Standing, Writer
from inbound.understanding.wish import Confidence, Wish
from tests.inbound.understanding.memory_register import MemoryRegister

DATA = Path(__file__).resolve().parents[2] / "data"
REGISTER = MemoryRegister(json.loads((DATA / "support" / "world.json").read_text("utf-8")))
REGISTRY = "registry@lumen-poly.example"


def list_cases() -> Iterator[Any]:
    for file in sorted((DATA / "finding").glob("*.yaml")):
        for case in yaml.safe_load(file.read_text("utf-8")):
            yield f"{file.stem}-{case['id']}", case


def make_writer(address: str, name: str = "") -> Writer:
    contacts = REGISTER.find_contacts([address])
    earner = None if contacts else REGISTER.find_by_addresses([address]).get(address)
    role = Role.ISSUER if contacts else Role.EARNER if earner else Role.UNKNOWN
    names = tuple(filter(None, [*(contact.name for contact in contacts), earner and earner.name, name]))
    return Writer(role, address, tuple(contact.issuer.issuer_id for contact in contacts), earner, names)


def read(case: Mapping[str, Any]) -> Reading:
    lines = [Line(text, Mark.NEW) for text in case.get("text", "").split("\n")]
    lines += [Line(text, Mark.FORWARD) for text in case.get("quoted", "").split("\n") if "quoted" in case]
    tables = tuple(Table("list.csv", tuple(map(tuple, rows))) for rows in case.get("tables", ()))
    return Reading(case.get("subject", ""), "", (), (), case.get("name", ""), Sections(tuple(lines)), (), tables)


def find(case: Mapping[str, Any]) -> Particulars:
    intent = Intent(case["wish"])
    language, below = case.get("language", "en"), case.get("below", False)
    wish = Wish(intent, Confidence.SURE, (intent,), (), language, points_below=below)
    return find_particulars(read(case), wish, make_writer(case.get("from", REGISTRY), case.get("name", "")), REGISTER)


def describe(person: Person) -> dict[str, str]:
    found = {
        "earner": person.earner.address if person.earner else None,
        "standing": None if person.standing is Standing.FOUND else person.standing.value,
        "new_name": person.new_name,
        "new_address": person.new_address,
        "badge": person.holding.badge_slug if person.holding else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def test_each_mail() -> None:
    """Some 500: in one test, since a test of its own costs more than most of them."""
    for name, case in list_cases():
        found = find(case)
        assert [describe(person) for person in found.people] == case["people"], name
        assert found.loose_name == case.get("loose"), name


def write(text: str, wish: str = "name_change") -> Particulars:
    return find({"wish": wish, "text": text})


@given(st.text(max_size=400), st.text(max_size=60), st.sampled_from(list(Intent)))
def test_no_text_breaks_it(text: str, subject: str, intent: Intent) -> None:
    find({"wish": intent.value, "text": text, "subject": subject})


WORDS = [
    *(
        "Lena",
        "Brandt",
        "Falk",
        "please",
        "change",
        "to",
        "is now",
        "\n",
        ",",
        ".",
        "(",
        "->",
        "name",
        "and",
        "not",
        ":",
    ),
    *("lena.brandt@inkwell.example", "Zeynep Şahin", "her surname", "\t", "|", "1.", "; "),
]


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_only_people_who_are_named_are_found(words: list[str]) -> None:
    text = " ".join(words)
    for person in write(text).people:
        if person.earner is not None:
            named = ("lena" in text.casefold() and "brandt" in text.casefold()) or "Zeynep Şahin" in text
            assert named, text


@pytest.mark.parametrize(
    "text",
    [
        "Jane Roe " * 8_000,
        "a@b.example " * 6_000,
        "a" * 70_000,
        "@" * 70_000,
        "a." * 35_000,
        "A " * 35_000,
        "A. " * 25_000,
        "change to " * 7_000,
        "Lena Brandt to Lena Falk, " * 3_000,
        "-> " * 25_000,
        "x|" * 35_000,
        ("a;b\n") * 17_000,
        "her surname is now " * 4_000,
        "\n" * 70_000,
        "van der " * 9_000,
        "é\u0301" * 35_000,
        "Please correct:\n" + "Zeynep Şahin\nFoo Bar\n" * 2_600,
        "- Zeynep Şahin\n- Roe, Jane\n" * 2_500,
        "zeynep.sahin@inkwell.example, x@y.example, " * 1_500,
        "\u200d" * 70_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_texts_take_little_time(text: str) -> None:
    started = time.process_time()
    write(text)
    assert time.process_time() - started < 4


def test_a_list_too_long_is_cut_and_told() -> None:
    rows = [[f"x{number}@nowhere.example", f"Person {chr(65 + number % 26)}o"] for number in range(300)]
    found = find({"wish": "unlock", "tables": [[["email", "name"], *rows]]})
    assert len(found.people) == MOST_PEOPLE + 1
    assert found.people[-1].standing is Standing.NOT_FOUND
    assert found.notes


def test_a_table_that_cannot_be_read_is_told() -> None:
    reading = Reading("", "", (), (), "", Sections(()), (), (Table("names.xls", (), fault="is an old Excel file"),))
    wish = Wish(Intent.NAME_CHANGE, Confidence.SURE, (), (), "en")
    found = find_particulars(reading, wish, make_writer(REGISTRY), REGISTER)
    assert found.notes == ("names.xls is an old Excel file",)
