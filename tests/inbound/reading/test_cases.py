"""Each mail in tests/data/reading, and which of its lines are the writer's own."""

import json
from pathlib import Path

import pytest

from inbound.reading.body import read_body
from inbound.reading.sections import Mark, mark_sections
from wire.parts import read_message

CASES = Path(__file__).parents[2] / "data" / "reading"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.expect.json")), ids=lambda path: path.name.partition(".")[0])
def test_marks_each_line_as_what_it_is(case: Path) -> None:
    expected = json.loads(case.read_text("utf-8"))
    mail = case.with_name(case.name.replace(".expect.json", ".eml"))
    if mail.exists():
        text = read_body(read_message(mail.read_bytes())).text
    else:
        text = mail.with_suffix(".txt").read_text("utf-8")
    sections = mark_sections(text)
    assert {mark.value: sections.text_of(mark).split("\n") for mark in Mark if sections.text_of(mark)} == expected


def test_every_mail_has_its_expectation() -> None:
    mails = {path.stem for path in CASES.iterdir() if path.suffix in {".eml", ".txt"}}
    assert mails == {path.name.removesuffix(".expect.json") for path in CASES.glob("*.expect.json")}
    assert len(mails) >= 40
