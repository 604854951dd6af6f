"""Paths and recipients: what MAIL and RCPT may name."""

import pytest

from inbound.listener.paths import NULL_PATH, read_path
from inbound.listener.recipients import Recipients

OURS = Recipients("Help@help.example", "badgepost.example")


@pytest.mark.parametrize(
    ("argument", "read"),
    [
        ("<robin@north.example>", ("robin@north.example", "")),
        ("<robin@north.example> SIZE=10 BODY=8BITMIME", ("robin@north.example", "SIZE=10 BODY=8BITMIME")),
        ("<>", (NULL_PATH, "")),
        ("<> SIZE=1", (NULL_PATH, "SIZE=1")),
        ("<postmaster>", ("postmaster", "")),
        ("<@relay.example,@other.example:robin@north.example>", ("robin@north.example", "")),
        ('<"robin lee"@north.example>', ('"robin lee"@north.example', "")),
        ("<robin@[192.0.2.7]>", ("robin@[192.0.2.7]", "")),
        ("<renée@bücher.example>", ("renée@bücher.example", "")),
        ("<o'brien+tag@north.example>", ("o'brien+tag@north.example", "")),
    ],
)
def test_paths(argument: str, read: tuple[str, str]) -> None:
    assert read_path(argument) == read


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "robin@north.example",
        "<robin@north.example",
        "<robin>",
        "<robin@>",
        "<@north.example>",
        "<robin..lee@north.example>",
        "<.robin@north.example>",
        "<robin@north..example>",
        "<robin@-north.example>",
        "<robin@north.example>SIZE=1",
        "<robin lee@north.example>",
        "<robin@north.example,kim@north.example>",
        "<<robin@north.example>>",
        "<robin\x01@north.example>",
        "<" + "a" * 65 + "@north.example>",
        "<robin@" + "north." * 50 + "example>",
    ],
)
def test_what_is_no_path(argument: str) -> None:
    assert read_path(argument) is None


@pytest.mark.parametrize(
    "rcpt_to",
    [
        "help@help.example",
        "HELP@HELP.EXAMPLE",
        "reply+abcdefghij234567@badgepost.example",
        "Bounce+ABCDEFGHIJ234567@Badgepost.Example",
        "postmaster",
        "Postmaster@badgepost.example",
        "abuse@badgepost.example",
        "postmaster@help.example",
    ],
)
def test_whom_we_know(rcpt_to: str) -> None:
    assert OURS.knows(rcpt_to)


@pytest.mark.parametrize(
    "rcpt_to",
    [
        "",
        "abuse",
        "help@badgepost.example",
        "help@help.example.evil.example",
        "reply+abcdefghij234567@help.example",
        "reply+abcdefghij23456@badgepost.example",
        "reply+abcdefghij2345678@badgepost.example",
        "reply+abcdefghij234561@badgepost.example",
        "reply@badgepost.example",
        "postmaster@elsewhere.example",
        "reply+abcdefghij234567@badgepost.example\n",
    ],
)
def test_whom_we_do_not(rcpt_to: str) -> None:
    assert not OURS.knows(rcpt_to)
