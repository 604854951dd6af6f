"""Targets: header fields as they come and as we write them, and Authentication-Results."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

from fuzz.expecting import expect_line, expect_storable
from wire.authres import AuthenticationResults, AuthresFault, choose_trusted, parse_authres
from wire.header import HARD_LINE_LIMIT, HeaderFault, mailbox, unstructured
from wire.message import Flaw, Limits, read_header
from wire.parts import read_parameters

_LONGEST_TEXT = 10_000
_LOOKED_UP = 20
"""Properties that are looked for by name: each time all are gone through, and nobody looks for more than a few."""
_LIMITS = Limits(header=16_384, field=4_096, fields=100)


def check_header(data: bytes) -> None:
    """No byte is dropped unsaid; no value ends its line; of plain headers the standard library reads the same."""
    header, body = read_header(data, _LIMITS)
    assert 0 <= body <= len(data)
    if not header.flaws:
        read = b"".join(field.raw for field in header.fields)
        head = data[: len(data) if body == len(data) else body]
        if head[:5] in (b"From ", b">From"):
            head = head.partition(b"\n")[2]
        assert head.removesuffix(b"\r\n") == read or head.removesuffix(b"\n") == read or head == read
    for field in header.fields:
        assert field.raw in data
        assert "\n" not in field.value.replace("\n ", "").replace("\n\t", "") or not field.name
        expect_storable(field.name, field.value, field.text)
        for name, value in read_parameters(field.text).items():
            expect_storable(name, value)
    if not header.flaws and _is_plain(data[:body]):
        oracle = message_from_bytes(data[:body], policy=policy.compat32)
        assert [name.rstrip() for name in oracle.keys()] == [field.name for field in header.fields]  # noqa: SIM118 - in order, with repetitions
        for field, value in zip(header.fields, oracle.values(), strict=True):
            assert "".join(str(value).replace("\0", "\ufffd").split()) == "".join(field.value.split())
    assert Flaw.LONG_MESSAGE not in header.flaws


def _is_plain(head: bytes) -> bool:
    lines = head.split(b"\r\n")
    is_one_kind = b"\r" not in head.replace(b"\r\n", b"") and b"\n" not in head.replace(b"\r\n", b"")
    return (
        head.isascii()
        and is_one_kind
        and head[:1] not in (b" ", b"\t")
        and not any(
            line[:5] in (b"From ", b">From")
            or (line and not line.strip())
            or line.partition(b":")[0].endswith((b" ", b"\t"))
            for line in lines
        )
    )


def check_written_field(data: bytes) -> None:
    """What we write is one field that is read back as the same text, by us and by the standard library."""
    text = data[:_LONGEST_TEXT].decode("utf-8", "surrogateescape")
    for make in (_write_subject, _write_mailbox):
        try:
            written = make(text)
        except HeaderFault:
            continue
        expect_line(text)
        header, end = read_header(written + b"\r\n")
        assert (len(header.fields), end, header.flaws) == (1, len(written) + 2, frozenset())
        assert max(map(len, written.split(b"\r\n"))) <= HARD_LINE_LIMIT
        if make is _write_subject:
            assert header.fields[0].text == text.strip(" "), f"{written!r} is not {text!r}"
            oracle = str(make_header(decode_header(written.partition(b":")[2].decode().strip().replace("\r\n", ""))))
            assert oracle.split() == text.split() or not text.isprintable()
        else:
            assert header.fields[0].text.endswith("<ana@north.example>") or not text.strip(" ")


def _write_subject(text: str) -> bytes:
    return unstructured("Subject", text)


def _write_mailbox(text: str) -> bytes:
    return mailbox("From", text, "ana@north.example")


def check_authres(data: bytes) -> None:
    """What is read can be written down and is read the same; whose field it is does not hang on the rest of it."""
    read = parse_authres(data)
    if isinstance(read, AuthresFault):
        expect_line(read.reason)
        return
    expect_storable(read.authserv_id)
    assert parse_authres(_write(read)) == read
    assert choose_trusted([data], read.authserv_id) == read
    assert choose_trusted([data], f"{read.authserv_id}.evil") is None
    assert choose_trusted([b"other.example; none", data], read.authserv_id) == read
    for result in read.results:
        assert result.method == result.method.lower()
        assert result.result == result.result.lower()
        for each in result.properties[:_LOOKED_UP]:
            assert result.find(each.ptype, each.name) in (each.value, None)


def _write(read: AuthenticationResults) -> bytes:
    """One form that RFC 8601 allows, every value quoted."""
    parts = [_quote(read.authserv_id)]
    for result in read.results:
        words = [f"{result.method}={result.result}"]
        words += [f"reason={_quote(result.reason)}"] if result.reason is not None else []
        words += [f"{each.ptype}.{each.name}={_property(each.value)}" for each in result.properties]
        parts.append(" ".join(words))
    return ("; ".join(parts) if len(parts) > 1 else f"{parts[0]}; none").encode()


def _quote(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _property(value: str) -> str:
    """An address whose local part is quoted stands as it is (RFC 8601: pvalue)."""
    return value if value.startswith('"') and '"@' in value else _quote(value)
