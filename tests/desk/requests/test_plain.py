"""Strangers' words on their way into the records."""

from hypothesis import given
from hypothesis import strategies as st

from desk.requests.plain import LONGEST_LINE, clean_line, clean_message_ids


def test_a_line_is_one_line_without_what_nobody_sees() -> None:
    assert clean_line("  Re:\r\n\tA\x00 name\u202e \u200b here\x1b[2J ") == "Re: A name here[2J"


@given(st.text(max_size=3_000))
def test_every_line_can_be_kept(text: str) -> None:
    line = clean_line(text)
    assert len(line) <= LONGEST_LINE
    assert "\n" not in line
    line.encode("utf-8")
    assert clean_line(line) == line


def test_message_ids_are_kept_once_and_whole_or_not_at_all() -> None:
    sound = ["one@mail.example", "one@mail.example", "two@[192.0.2.1]"]
    broken = ["", "a b@mail.example", "<x@mail.example>", "x@mail.example\r\nBcc: y", "ü@mail.example", "x" * 300]
    assert clean_message_ids(sound + broken) == ("one@mail.example", "two@[192.0.2.1]")


def test_of_many_message_ids_the_last_are_kept() -> None:
    kept = clean_message_ids(f"{number}@mail.example" for number in range(1_000))
    assert kept[-1] == "999@mail.example"
    assert len(kept) == 50
