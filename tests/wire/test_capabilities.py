"""What EHLO offers."""

import pytest

from wire.capabilities import Capabilities, parse_capabilities
from wire.reply import Reply


def test_all_that_matters_is_read() -> None:
    reply = Reply(
        250,
        None,
        (
            "mx.north.example at your service",
            "SIZE 35882577",
            "8BITMIME",
            "STARTTLS",
            "AUTH PLAIN login",
            "AUTH=CRAM-MD5",
            "ENHANCEDSTATUSCODES",
            "pipelining",
            "CHUNKING",
            "",
            "SMTPUTF8",
        ),
    )
    assert parse_capabilities(reply) == Capabilities(
        pipelining=True,
        eight_bit_mime=True,
        smtputf8=True,
        starttls=True,
        enhanced_status_codes=True,
        size=35882577,
        auth=frozenset({"PLAIN", "LOGIN", "CRAM-MD5"}),
    )


@pytest.mark.parametrize("lines", [(), ("mx.north.example",), ("PIPELINING",), ("mx", "XPIPELINING", "STARTTLSX")])
def test_a_server_may_offer_nothing(lines: tuple[str, ...]) -> None:
    assert parse_capabilities(Reply(250, None, lines)) == Capabilities()


@pytest.mark.parametrize("line", ["SIZE", "SIZE 0", "SIZE many", "SIZE -1", "SIZE 1 2", "SIZE " + "9" * 5000, "SIZE ²"])
def test_a_size_that_says_nothing_is_no_limit(line: str) -> None:
    assert parse_capabilities(Reply(250, None, ("mx", line))).size is None
