"""Subjects and message identifiers from outside, as they may stand in an answer."""

import email
from email import policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.replying import LONGEST_SUBJECT, MOST_REFERENCES, make_reply_subject, thread_fields
from wire.header import unstructured

REFERENCE = "BP-7K2Q9M"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("My badge", "My badge"),
        ("Re: My badge", "My badge"),
        ("RE: Re: re: FWD: Fw: My badge", "My badge"),
        ("AW: WG: Mein Badge", "Mein Badge"),
        ("Antw: SV: VS: Rv: TR: Réf : RES: Enc: Mein Badge", "Mein Badge"),
        ("Re[2]: Re(3): Re^4: My badge", "My badge"),
        ("Re：我的徽章", "我的徽章"),
        ("[EXTERNAL] Re: [EXT] My badge", "My badge"),
        ("Re: My badge [BP-7K2Q9M]", "My badge"),
        ("My badge [BP-AAAAAA] and [BP-222222] more", "My badge and more"),
        ("see HTTPS://evil.example/x?y and www.evil.example now", "see and now"),
        ("Request: my badge", "Request: my badge"),
        ("Regarding: my badge", "Regarding: my badge"),
        ("[board] my badge", "[board] my badge"),
        ("two\r\n lines\tand\u00a0\u2028more", "two lines and more"),
        ("turned \u202egdab\u202c back", "turned gdab back"),
    ],
)
def test_a_subject_is_stripped_of_what_others_put_before_it(subject: str, text: str) -> None:
    assert make_reply_subject(subject, REFERENCE) == f"Re: {text} [{REFERENCE}]"


@pytest.mark.parametrize(
    "subject", ["", "  ", "Re:", "Re: https://evil.example", "Re: Fwd: ", "\r\n", "Re: [BP-7K2Q9M]", "\u202e\u200b"]
)
def test_a_subject_that_says_nothing_is_none(subject: str) -> None:
    assert make_reply_subject(subject, REFERENCE) is None


def test_a_long_subject_is_cut_and_keeps_its_reference() -> None:
    subject = make_reply_subject("badge " * 4000, REFERENCE)
    assert subject is not None
    assert len(subject) <= LONGEST_SUBJECT
    assert subject.endswith(f"… [{REFERENCE}]")


@given(st.text(max_size=1200))
def test_no_subject_breaks_a_header_and_stripping_once_is_enough(subject: str) -> None:
    made = make_reply_subject(subject, REFERENCE)
    if made is None:
        return
    assert len(made) <= LONGEST_SUBJECT
    message = email.message_from_bytes(unstructured("Subject", made) + b"\r\n", policy=policy.default)
    assert message.keys() == ["Subject"]
    assert message["Subject"] == made
    assert make_reply_subject(made, REFERENCE) == made


def fields(in_reply_to: str, references: str) -> dict[str, list[str]]:
    written = b"".join(thread_fields({"in_reply_to": in_reply_to, "references": references}))
    assert all(len(line) <= 998 for line in written.split(b"\r\n"))
    message = email.message_from_bytes(written + b"\r\n", policy=policy.compat32)
    return {name: str(value).split() for name, value in message.items()}


def test_an_answer_names_the_thread_and_what_it_answers() -> None:
    assert fields("<c@x.example>", "<a@x.example> b@x.example") == {
        "In-Reply-To": ["<c@x.example>"],
        "References": ["<a@x.example>", "<b@x.example>", "<c@x.example>"],
    }


def test_what_is_answered_stands_last_and_once() -> None:
    named = fields("c@x.example", "<a@x.example> <c@x.example> <a@x.example> <b@x.example>")
    assert named["References"] == ["<a@x.example>", "<b@x.example>", "<c@x.example>"]


def test_a_mail_without_an_id_has_no_in_reply_to() -> None:
    assert fields("", "") == {}
    assert fields("", "<a@x.example>") == {"References": ["<a@x.example>"]}


@pytest.mark.parametrize(
    "word",
    [
        "no-at-sign",
        "<>",
        "a@",
        "@b",
        "<a@b@c>",
        "a@x.example,b@y.example",
        "(comment)a@x.example",
        "ä@x.example",
        f"{'a' * 250}@x.example",
        "a>b@x.example",
        "<<a@x.example>>",
    ],
)
def test_what_is_no_message_identifier_is_left_out(word: str) -> None:
    assert fields(word, word) == {}


@pytest.mark.parametrize(
    "word", ["a@[10.0.0.1]", "1234.5$x/y=z@mail.example", "a..b@x.example", "CAF+x_-=@mail.gmail.example"]
)
def test_what_real_programs_write_is_kept(word: str) -> None:
    assert fields(word, "")["In-Reply-To"] == [f"<{word}>"]


def test_an_identifier_ends_where_its_line_ends() -> None:
    assert fields("<a@x.example\r\nBcc:x@y.example>", "<a@x.example\r\nBcc:x@y.example> b@x.example") == {
        "References": ["<a@x.example>", "<b@x.example>"]
    }


def test_a_long_thread_keeps_its_first_and_its_last() -> None:
    named = fields("last@x.example", " ".join(f"<{number}@x.example>" for number in range(100)))["References"]
    assert len(named) == MOST_REFERENCES
    assert (named[0], named[-1], named[-2]) == ("<0@x.example>", "<last@x.example>", "<99@x.example>")


@given(st.text(max_size=400), st.text(max_size=2000))
def test_no_identifier_adds_a_header(in_reply_to: str, references: str) -> None:
    facts: dict[str, Any] = {"in_reply_to": in_reply_to, "references": references}
    written = b"".join(thread_fields(facts))
    message = email.message_from_bytes(written + b"\r\n", policy=policy.compat32)
    assert set(message.keys()) <= {"In-Reply-To", "References"}
    assert len(message.keys()) == len(set(message.keys()))
    assert written.isascii()
