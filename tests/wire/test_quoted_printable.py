import binascii
import quopri
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wire.quoted_printable import LINE_LIMIT, SOFT_BREAK, encode, encode_run

NASTY = [
    "",
    ".",
    ".hidden",
    "..",
    "." * 90,
    "\r\n.\r\nMAIL FROM:<x@y.example>",
    "From me",
    "x\nFrom me",
    "a  b",
    "a   b    c",
    "trailing ",
    "trailing  \nnext",
    "a\tb",
    "tab at the end\t",
    " leading",
    "=",
    "=3D",
    "a=b",
    "é",
    "\U0001f3c5 \u0645\u0631\u062d\u0628\u0627",
    "\x00\x01\x7f",
    "x" * 75,
    "x" * 76,
    "x" * 77,
    "x" * 75 + ".",
    "x" * 75 + "From me",
    "x" * 74 + " ",
    "=" * 200,
    "é" * 200,
    ("word " * 40).strip(),
    "F" * 160,
    "\ud800",
    "\u2028\x85\x0b\x0c",
]


def canonical_faults(body: bytes) -> list[str]:
    faults = []
    for line in body.split(b"\r\n"):
        if len(line) > LINE_LIMIT:
            faults.append(f"long line: {line!r}")
        if line.startswith((b".", b"From ")):
            faults.append(f"line start: {line!r}")
        if re.search(rb"  |\t| \Z|[\r\n]|[^ -~]", line):
            faults.append(f"blank or control character: {line!r}")
        if re.search(rb"=(?![0-9A-F]{2}|\Z)", line):
            faults.append(f"no escape: {line!r}")
    return faults


def decode_twice(encoded: bytes) -> bytes:
    """Decode with both decoders of the standard library, which must agree."""
    decoded = quopri.decodestring(encoded)
    assert binascii.a2b_qp(encoded) == decoded
    return decoded


def with_crlf(text: str) -> bytes:
    return re.sub(r"\r\n|\r|\n", "\r\n", text).encode("utf-8", "replace")


@pytest.mark.parametrize("text", NASTY)
def test_encode_gives_a_canonical_body_that_decodes_to_the_text(text: str) -> None:
    encoded = encode(text)
    assert canonical_faults(encoded) == []
    assert decode_twice(encoded) == with_crlf(text)


@given(st.text(alphabet=st.sampled_from(" .F=\t\r\nrom aé\U0001f3c5x"), max_size=300))
@example("x" * 76 + "\n" + "." * 76)
def test_encode_of_any_text(text: str) -> None:
    encoded = encode(text)
    assert canonical_faults(encoded) == []
    assert decode_twice(encoded) == with_crlf(text)


@pytest.mark.parametrize("text", NASTY)
def test_a_run_between_soft_breaks_is_canonical_and_keeps_its_line_ends(text: str) -> None:
    body = b"before" + SOFT_BREAK + encode_run(text) + SOFT_BREAK + b"after"
    assert canonical_faults(body) == []
    assert decode_twice(body) == b"before" + text.encode("utf-8", "replace") + b"after"


@given(st.text(max_size=200))
@example("\r\n" + "\u20ac" * 30)
def test_a_run_of_any_text(text: str) -> None:
    body = encode_run(text) + SOFT_BREAK + encode_run(text) + b"\r\n"
    assert canonical_faults(body) == []
    assert decode_twice(body) == text.encode("utf-8", "replace") * 2 + b"\r\n"


def test_short_plain_text_passes_unchanged() -> None:
    assert encode_run("23 November 2026, https://badges.example/x?y") == b"23 November 2026, https://badges.example/x?y"
