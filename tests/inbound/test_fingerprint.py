"""The fingerprint: the same for a mail that comes again by another way, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.fingerprint import make_fingerprint, split_header_block
from tests.inbound.arrivals import MAIL

SENDER = "robin@north.example"


@pytest.mark.parametrize(
    "trace",
    [
        b"Received: from a by b; Mon, 23 Nov 2026 09:30:00 +0000\r\n",
        b"received : from a\r\n\tby b;\r\n Mon, 23 Nov 2026 09:30:00 +0000\r\n",
        b"Return-Path: <robin@north.example>\r\nDelivered-To: support@badgepost.example\r\n",
        b"Authentication-Results: mx.example; spf=pass\r\nReceived-SPF: pass\r\n",
        b"ARC-Seal: i=1; cv=none\r\nARC-Message-Signature: i=1\r\nARC-Authentication-Results: i=1; none\r\n",
    ],
)
def test_trace_fields_do_not_count(trace: bytes) -> None:
    assert make_fingerprint(SENDER, trace + MAIL) == make_fingerprint(SENDER, MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"Please", b"please"),
        MAIL.replace(b"My name", b"Your name"),
        MAIL.replace(b"<1@", b"<2@"),
        b"DKIM-Signature: v=1\r\n" + MAIL,
        b"X-Received: from a\r\n" + MAIL,
        MAIL.replace(b"\r\n\r\n", b"\r\n\r\nReceived: from a\r\n"),
        MAIL.replace(b"\r\n\r\n", b"\r\n\r\n\r\n"),
        MAIL.replace(b"Subject: ", b"Subject:\r\n "),
    ],
)
def test_everything_else_counts(other: bytes) -> None:
    assert make_fingerprint(SENDER, other) != make_fingerprint(SENDER, MAIL)


def test_the_reverse_path_counts() -> None:
    assert make_fingerprint("", MAIL) != make_fingerprint(SENDER, MAIL)


@given(st.lists(st.sampled_from([b"a", b":", b"\r\n", b" ", b"Received", b"\xff"])).map(b"".join))
def test_whatever_comes_is_split_without_loss(content: bytes) -> None:
    header_block, rest = split_header_block(content)
    assert header_block + rest == content
    assert rest == b"" or rest.startswith(b"\r\n")
    assert make_fingerprint(SENDER, b"Received: x\r\n" + content) == make_fingerprint(SENDER, content) or (
        content.startswith((b" ", b"\r\n"))
    )
