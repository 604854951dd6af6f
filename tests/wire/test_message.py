"""Header fields and parts as they come: exact bytes kept, limits told, nothing raised."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wire.message import Flaw, Limits, decode_text, decode_words, read_header
from wire.parts import read_message, read_parameters

MEGABYTE = 1_000_000
HOSTILE = {
    "boundaries": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * (MEGABYTE // 4),
    "boundary of dashes": b"Content-Type: multipart/mixed; boundary=--\n\n" + b"-" * MEGABYTE,
    "boundary in boundary": b"\n".join([b"Content-Type: multipart/mixed; boundary=a\n\n--a"] * (MEGABYTE // 46)),
    "almost boundaries": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a x\n" * (MEGABYTE // 6),
    "fields": b"a: b\n" * (MEGABYTE // 5),
    "folds": b"Subject:" + b"\n " * (MEGABYTE // 2),
    "encoded words": b"Subject: " + b"=?" * (MEGABYTE // 2),
    "parameters": b'Content-Type: x/y; a="' + b';a="\\' * (MEGABYTE // 5),
    "comments": b"Content-Type: " + b"(" * MEGABYTE,
    "one line": b"a" * MEGABYTE,
    "base64": b"Content-Transfer-Encoding: base64\n\n" + b"A=" * (MEGABYTE // 2),
}


def test_fields_keep_their_exact_bytes() -> None:
    data = b"Subject: one\r\n two\r\nX-Odd :  three \nTo: a@north.example\r\n\r\nbody"
    header, body = read_header(data)
    assert b"".join(field.raw for field in header.fields) == data[: body - 2]
    assert [(field.name, field.value) for field in header.fields] == [
        ("Subject", "one two"),
        ("X-Odd", "three"),
        ("To", "a@north.example"),
    ]
    assert data[body:] == b"body"
    assert not header.flaws


def test_every_field_of_a_name_is_found_in_order() -> None:
    header, _ = read_header(b"FROM: a\nfrom: b\nFrom : c\n\n")
    assert [field.value for field in header.every("From")] == ["a", "b", "c"]
    assert header.first("from") == "a"
    assert header.first("to") == ""


def test_mailbox_line_is_no_part_of_the_mail() -> None:
    header, _ = read_header(b"From MAILER-DAEMON Thu Apr 29 23:34:45 2010\nFrom: a@north.example\n\n")
    assert [field.name for field in header.fields] == ["From"]


def test_a_bare_carriage_return_ends_no_line() -> None:
    header, _ = read_header(b"Subject: a\rFrom: b@north.example\r\n\r\n")
    assert [field.name for field in header.fields] == ["Subject"]


def test_a_line_that_is_no_field_is_kept_and_told() -> None:
    header, body = read_header(b"Subject: a\nno field at all\nTo: b\n\nbody")
    assert [field.name for field in header.fields] == ["Subject", "", "To"]
    assert header.fields[1].raw == b"no field at all\n"
    assert header.flaws == {Flaw.NOT_A_FIELD}
    assert body == 34


@pytest.mark.parametrize(
    ("data", "limits", "flaw"),
    [
        (b"a: b\n" * 9, Limits(header=20), Flaw.LONG_HEADER),
        (b"a: " + b"b" * 50 + b"\n\n", Limits(field=20), Flaw.LONG_FIELD),
        (b"a: b\n" * 9, Limits(fields=5), Flaw.MANY_FIELDS),
        (b"a: b\n\n" + b"c" * 50, Limits(message=20), Flaw.LONG_MESSAGE),
        (b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 9, Limits(parts=3), Flaw.MANY_PARTS),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n", Limits(nesting=0), Flaw.DEEP),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--y\n\na\n", Limits(), Flaw.NO_BOUNDARY),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n", Limits(), Flaw.UNCLOSED),
        (b"Content-Transfer-Encoding: base64\n\nAAAAA", Limits(), Flaw.BAD_ENCODING),
    ],
)
def test_what_is_not_read_is_told(data: bytes, limits: Limits, flaw: Flaw) -> None:
    assert flaw in read_message(data, limits).flaws


def test_parts_are_decoded_and_forwarded_mail_stays_whole() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ninner\r\n--b--"
    message = read_message(
        b'Content-Type: multipart/mixed (odd); boundary="a(b)"\r\n\r\npreamble\r\n'
        b"--a(b)\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe=\r\n!\r\n"
        b"--a(b)  \r\nContent-Type: text/csv; name*=UTF-8''n%C3%A4mes.csv\r\n"
        b"Content-Disposition: Attachment\r\nContent-Transfer-Encoding: BASE64\r\n\r\nYSxi\r\n"
        b"--a(b)\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--a(b)--\r\nepilogue"
    )
    text, table, forwarded = message.parts
    assert (text.media_type, text.text, text.depth) == ("text/plain", "Grüße!", 1)
    assert (table.content, table.file_name, table.disposition) == (b"a,b", "nämes.csv", "attachment")
    assert forwarded.content == inner
    assert not message.flaws


def test_without_a_boundary_the_text_is_kept() -> None:
    message = read_message(b"Content-Type: multipart/mixed\n\nPlease unlock me.\n")
    assert [(part.media_type, part.text) for part in message.parts] == [("text/plain", "Please unlock me.\n")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?Mar=C3=ADa_L=C3=B3pez?=", "María López"),
        ("=?iso-8859-1?B?QeRi?=\t=?ISO-8859-1?q?=FC?= x", "Aäbü x"),
        ("=?utf-8*en?q?a?=", "a"),
        ("=?no-such-set?q?a=20b?=", "a b"),
        ("=?utf-8?b?YQ?=", "a"),
        ("=?utf-8?b?YWJjZ?=", "=?utf-8?b?YWJjZ?="),
        ("plain =? text", "plain =? text"),
    ],
)
def test_encoded_words(written: str, read: str) -> None:
    assert decode_words(written) == read


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode-escape", "undefined", "zip", "a\0b", "", "utf-16"])
def test_any_charset_gives_text(charset: str) -> None:
    assert isinstance(decode_text(b"\xff\x00abc", charset), str)


@pytest.mark.parametrize("charset", ["punycode-", "_PunyCode", "i\u0131dna", "unicode escape", "raw-unicode-escape_"])
def test_what_python_takes_for_a_codec_that_is_no_charset_is_none(charset: str) -> None:
    """Python drops signs and letters that it does not know from the name of a codec."""
    assert decode_text(rb"-a9\u0041", charset) == rb"-a9\u0041".decode()


def test_no_charset_gives_text_that_cannot_be_stored() -> None:
    assert decode_text(b"a\0b", "utf-8") == decode_text(b"a\0b", "none-such") == "a\ufffdb"
    assert decode_text(b"\xff\0", "utf-8") == "\xff\ufffd"
    assert decode_words("=?utf-8?q?a=00b?=") == "a\ufffdb"
    assert decode_text(b"+2AA-", "utf-7") == "\ufffd"
    header, _ = read_header(b"Subject: =?utf-7?q?+2AA-?=\n\n")
    assert header.first("subject").encode() == b"\xef\xbf\xbd"


def test_parameters_of_rfc_2231_are_put_together() -> None:
    assert read_parameters("x; NAME*1*=%20b; name*0=a; name*2=\"c d\"; other='e'") == {"name": "a bc d", "other": "'e'"}


def test_malformed_mails_are_read(shared: Path) -> None:
    mails = sorted((shared / "corpora/mime").glob("*/*.eml"))
    assert len(mails) >= 33
    for mail in mails:
        message = read_message(mail.read_bytes())
        assert message.parts
        assert all(isinstance(part.text, str) and isinstance(part.file_name, str) for part in message.parts)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_take_linear_time(name: str) -> None:
    began = time.process_time()
    message = read_message(HOSTILE[name])
    assert all(isinstance(field.text, str) for field in message.header.fields)
    assert time.process_time() - began < 3


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n"]))
def test_any_bytes_give_a_message(data: bytes, prefix: bytes) -> None:
    message = read_message(prefix + data)
    assert all(isinstance(field.text, str) for field in message.header.fields)
    assert all(isinstance(part.text, str) and isinstance(part.file_name, str) for part in message.parts)
