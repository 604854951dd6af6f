"""From, read strictly: the forms that spoof one reader or another have no author at all."""

from email import message_from_bytes
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.authentication.author import AuthorFault, doubt_author, read_author
from wire.address import Address, fold_address, parse_address
from wire.message import read_header

PLAIN = {
    b"From: admin@legit.example\r\n": "admin@legit.example",
    b"From: Admin <admin@legit.example>\r\n": "admin@legit.example",
    b"FROM:\r\n =?utf-8?q?Mar=C3=ADa?= P. \xc3\x91u\r\n <Admin@LEGIT.example>\r\n": "Admin@legit.example",
    b'From: "Registrar, Legit (main) <x@y.example>" <admin@legit.example>\r\n': "admin@legit.example",
    b'From: "a \\" b" <admin@legit.example>\r\n': "admin@legit.example",
}

SPOOFS = {
    "no From": b"To: x@y.example\r\n",
    "two From": b"From: a@attack.example\r\nFrom: admin@legit.example\r\n",
    "first line starts with a space": b" From: admin@legit.example\r\nFrom: a@attack.example\r\n",
    "space before the colon": b"From : admin@legit.example\r\n",
    "space before the colon, and another": b"From: a@attack.example\r\nFrom : admin@legit.example\r\n",
    "folded before the colon": b"From\r\n : admin@legit.example\r\nSender: a@attack.example\r\n",
    "two mailboxes": b"From: <a@attack.example>, <admin@legit.example>\r\n",
    "two bare mailboxes": b"From: a@attack.example, admin@legit.example\r\n",
    "encoded mailbox and another": b"From: =?utf-8?B?PGFkbWluQGxlZ2l0LmV4YW1wbGU+LA==?= <a@attack.example>,x\r\n",
    "encoded local part": b"From: =?utf-8?B?YWRtaW4=?=@legit.example\r\n",
    "route": b"From: <@attack.example,@x.example:admin@legit.example>\r\n",
    "quoted pair": b"From: <admin@legit.example>\\,<a@attack.example>\r\n",
    "address after the angle": b"From: <a@attack.example>admin@legit.example\r\n",
    "address before the angle": b"From: admin@legit.example <a@attack.example>\r\n",
    "group": b"From: Legit: admin@legit.example;\r\n",
    "empty group": b"From: nobody:;\r\n",
    "comment": b"From: admin@legit.example (a@attack.example)\r\n",
    "comment inside": b"From: admin(a@attack.example)@legit.example\r\n",
    "comment in the name": b"From: (<admin@legit.example>) <a@attack.example>\r\n",
    "quoted local part": b'From: "admin@legit.example"@attack.example\r\n',
    "bare CR": b"Subject: hi\rFrom: admin@legit.example\r\nFrom: a@attack.example\r\n",
    "bare LF": b"Subject: hi\nFrom: admin@legit.example\r\nFrom: a@attack.example\r\n",
    "bare CR in From": b"From: admin@legit.example\r <a@attack.example>\r\n",
    "NUL": b"From: admin@legit.example\x00.attack.example\r\n",
    "two subjects": b"From: admin@legit.example\r\nSubject: a\r\nSubject: b\r\n",
    "two reply-to": b"From: admin@legit.example\r\nReply-To: a@b.example\r\nReply-To: c@d.example\r\n",
    "no domain": b"From: admin\r\n",
    "null": b"From: <>\r\n",
    "empty": b"From:\r\n",
    "not UTF-8": b"From: Mar\xeda <admin@legit.example>\r\n",
}


@pytest.mark.parametrize(("header", "address"), PLAIN.items())
def test_a_plain_author(header: bytes, address: str) -> None:
    author = read_author(read_header(header + b"\r\nhello\r\n")[0])
    assert isinstance(author, Address), author
    assert str(author) == address


@pytest.mark.parametrize("header", SPOOFS.values(), ids=SPOOFS.keys())
def test_a_spoof_has_no_author(header: bytes) -> None:
    assert isinstance(read_author(read_header(header + b"\r\nhello\r\n")[0]), AuthorFault)


def test_every_address_that_is_shown_is_told() -> None:
    author = read_author(
        read_header(b"From: A <a@attack.example>, admin@legit.example\r\nFrom: x@y.example\r\n\r\n")[0]
    )
    assert isinstance(author, AuthorFault)
    assert author.claimed == ("a@attack.example", "admin@legit.example", "x@y.example")


@given(st.binary(max_size=80) | st.text('a@b.c<>"(),:;\\ \t\r\n=?', max_size=60).map(str.encode))
def test_any_bytes_give_one_address_or_none(value: bytes) -> None:
    author = read_author(read_header(b"From: " + value + b"\r\n\r\n")[0])
    assert isinstance(author, AuthorFault) or str(author.domain).isascii()


PIECES = (
    *("From: Ann <a@b.example>", "from:", "From : c@d.example", "To: x", "X", ":", " ", "\t<c@d.example>"),
    *("c@d.example", "\r\n", "\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\x00", "é", "From x", "Subject:"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_an_author_is_who_the_standard_library_finds_too(head: str) -> None:
    content = head.encode() + b"\r\n\r\nhello\r\n"
    header, _ = read_header(content)
    author = Address("a", "b.example")
    values = [str(value) for name, value in message_from_bytes(content).raw_items() if name.strip().lower() == "from"]
    texts = [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in values]
    parsed = [parse_address(address) for _, address in getaddresses(texts)]
    is_alike = len(parsed) == 1 and isinstance(parsed[0], Address) and fold_address(parsed[0]) == "a@b.example"
    assert (doubt_author(author, header, content) is author) == is_alike


def test_long_fields_are_read_in_linear_time() -> None:
    for value in (b'"' * 60_000, b"a@" * 30_000, b"<" * 60_000, b'"a' * 30_001 + b"<a@b.example>", b"a" * 60_000):
        assert isinstance(read_author(read_header(b"From: " + value + b"\r\n\r\n")[0]), AuthorFault)
