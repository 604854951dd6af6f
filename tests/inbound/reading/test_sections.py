"""What holds for any text, what must not take long, and the support mails beside the project."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.reading.body import read_body
from inbound.reading.sections import Mark, mark_sections
from wire.parts import read_message

_LINES = st.sampled_from(
    [
        "", " ", ">", "> quoted", ">> deeper", "-- ", "--", "On 4 Nov 2026 at 10:30, A <a@x.example> wrote:", "On",
        "wrote:", "From: A <a@x.example>", "Sent: today", "To: b", "Subject: c", "-----Original Message-----",
        "Begin forwarded message:", "> Begin forwarded message:", "Regards,", "Dana Prova", "PS: more",
        "Sent from my iPhone", "This is confidential.", "For the addressee only.", "Please unlock Sam.",
    ]
)  # fmt: skip
_MAILS = st.lists(st.one_of(_LINES, st.text(max_size=40)), max_size=40).map("\n".join)

HOSTILE = {
    "On without end": "On " * 400_000,
    "lines of On": "On x\n" * 250_000,
    "attributions without end": "On 4/11/2026 10:30 x\n" * 60_000,
    "wrote": "x wrote:\n" * 120_000,
    "empty lines": "\n" * 1_000_000,
    "blanks": " " * 1_000_000,
    "quotes": ">" * 1_000_000,
    "lines of quotes": ">\n" * 500_000,
    "headers": "From: x\n" * 125_000,
    "blocks": "From: a@x\nSent: 1\n" * 60_000,
    "delimiters": "-- \n" * 250_000,
    "dashes": "--\n" * 330_000,
    "closings": "a\n\nRegards\n" * 90_000,
    "one long closing": "Regards " * 125_000,
    "names": "Regards\nDana Prova\n" * 50_000,
    "devices": "Sent from my iPhone\n" * 50_000,
    "disclaimers": "confidential\naddressee\n\n" * 40_000,
    "addresses": "a@" * 500_000,
}


@given(_MAILS)
def test_keeps_every_line_in_its_place(text: str) -> None:
    sections = mark_sections(text)
    assert sections.full_text == text
    assert [line.text for line in sections.lines] == text.split("\n")


@given(_MAILS)
def test_a_line_behind_an_angle_is_never_new(text: str) -> None:
    assert not any(line.mark is Mark.NEW and line.text.startswith(">") for line in mark_sections(text).lines)


@given(_MAILS)
def test_what_is_quoted_stays_so_when_the_writer_adds_text_above(text: str) -> None:
    alone = mark_sections(text)
    under = mark_sections("Please have a look at this.\n\n" + text)
    others = (Mark.QUOTE, Mark.FORWARD)
    assert under.text_of(*others) == alone.text_of(*others)


def test_depth_counts_levels() -> None:
    assert [line.depth for line in mark_sections("a\n> b\n> > c\n>>> d").lines] == [0, 1, 2, 3]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_time(name: str) -> None:
    mail = read_message(b"Content-Type: text/plain\n\n" + HOSTILE[name].encode())
    begun = time.process_time()
    body = read_body(mail)
    sections = mark_sections(body.text)
    assert time.process_time() - begun < 1
    assert body.is_cut
    assert sections.full_text == body.text


def _read_labels(shared: Path) -> dict[str, dict[str, str]]:
    lines = (shared / "examples" / "support-mail" / "labels.jsonl").read_text("utf-8").splitlines()
    return {record["file"]: record for record in map(json.loads, lines)}


def test_every_request_of_the_support_mails_survives(shared: Path) -> None:
    folder = shared / "examples" / "support-mail"
    empty = []
    for name, label in _read_labels(shared).items():
        if label.get("intent") in (None, "other"):
            continue
        sections = mark_sections(read_body(read_message((folder / name).read_bytes())).text)
        if len(sections.new_text.split()) < 4:
            empty.append(name)
    assert not empty


@pytest.mark.parametrize(
    ("name", "kept", "left"),
    [
        ("002-fw", "Laura Bianchi asks", "Since August 29"),
        ("007-back", "Her divorce is final", "equal opportunity institution"),
        ("009-re", "her surname is Vasquez", "sent to your accounts"),
        ("013-re", "Emma Johansson Lind, address is", "too much cake"),
        ("019-ten", "", "typed the wrong password"),
        ("040-new", "", "has issued you a digital badge"),
        ("072-re", "quick thank you", "Before: Tina Braun"),
        ("073-fw", "nothing for you to do", "Okonkwo-Bell"),
    ],
)
def test_what_others_wrote_in_the_support_mails_is_no_new_text(shared: Path, name: str, kept: str, left: str) -> None:
    (path,) = (shared / "examples" / "support-mail").glob(f"{name}*.eml")
    sections = mark_sections(read_body(read_message(path.read_bytes())).text)
    assert kept in sections.new_text
    assert left not in sections.new_text
    assert left in sections.full_text
