"""Targets: what proves who wrote: DKIM-Signature, DMARC and SPF records, signed links, the PROXY header."""

import asyncio
from datetime import UTC, datetime

from aiosmtpd.proxy_protocol import get_proxy

from badges.links import Forged, Genuine, LinkMaker, Purpose
from fuzz.expecting import expect_line, expect_storable
from inbound.authentication.author import AuthorFault, doubt_author, read_author
from inbound.authentication.dkim_key import parse_key
from inbound.authentication.dkim_signature import Signature, empty_signature, parse_dkim_signature
from inbound.authentication.dmarc_record import parse_dmarc
from inbound.authentication.spf_record import SpfRecord, is_spf, parse_spf
from wire.address import parse_address
from wire.message import read_header
from wire.tags import TagFault, parse_tags

NOW = datetime(2026, 11, 23, tzinfo=UTC)
_LINKS = LinkMaker(["an old key of the fuzzers", "a key of the fuzzers"])
_TOKEN = _LINKS.mint(Purpose.UNDO, ["abcdefgh"], NOW)
_LOOP = asyncio.new_event_loop()


def check_signature(data: bytes) -> None:
    """Tags are read as they can be written again; a signature says what it says; emptied, it differs in b= alone."""
    text = data.decode("latin-1")
    tags = parse_tags(text)
    if isinstance(tags, TagFault):
        expect_storable(tags.reason)
    else:
        assert parse_tags("; ".join(f"{name}={value}" for name, value in tags.items())) == tags
    parse_key(text)
    read = parse_dkim_signature(text)
    if isinstance(read, Signature):
        expect_line(read.domain, read.selector, read.identity_domain, *read.field_names)
        assert read.identity_domain == read.domain or read.identity_domain.endswith(f".{read.domain}")
        assert read.value
        assert read.body_hash
        field = b"DKIM-Signature: " + data
        emptied = empty_signature(field)
        assert empty_signature(emptied) == emptied
        assert len(emptied) < len(field)
        emptied_tags = parse_tags(emptied.partition(b":")[2].decode("latin-1"))
        assert not isinstance(emptied_tags, TagFault)
        assert {**emptied_tags, "b": ""} == {**parse_tags(text), "b": ""}  # type: ignore[dict-item]
        assert emptied_tags["b"] == ""


def check_record(data: bytes) -> None:
    """A DMARC record asks for one of three policies; an SPF record is read term by term, and reads as itself."""
    text = data.decode("latin-1")
    record = parse_dmarc("north.example", text)
    if record is not None:
        assert text.strip().lower().startswith("v")
        assert {record.policy, record.subdomain_policy, record.missing_policy} <= {"none", "quarantine", "reject"}
    if is_spf(text):
        spf = parse_spf(text)
        if isinstance(spf, SpfRecord):
            terms = [each.text for each in spf.directives]
            terms += [f"redirect={spf.redirect}"] if spf.redirect else []
            terms += [f"exp={spf.explanation}"] if spf.explanation else []
            assert parse_spf(" ".join(["v=spf1", *terms])) == spf
            assert all(each.ip4_length <= 32 and each.ip6_length <= 128 for each in spf.directives)


def check_author(data: bytes) -> None:
    """One author at most, whom the standard library finds as well."""
    header, _ = read_header(data)
    author = doubt_author(read_author(header), header, data)
    if isinstance(author, AuthorFault):
        expect_storable(author.reason, *author.claimed)
        return
    expect_line(str(author))
    assert parse_address(str(author)) == author
    assert len(header.every("from")) == 1
    assert author.domain.encode() in data.lower() or not data.isascii()


def check_link(data: bytes) -> None:
    """Nothing opens but what was minted for that very purpose; a changed token opens nothing else."""
    text = data.decode("utf-8", "surrogateescape")
    at = data[0] % len(_TOKEN) if data else 0
    for token in (text, _TOKEN[:at] + text, text + _TOKEN[at:], _TOKEN[:at] + text + _TOKEN[at + len(text) :]):
        for purpose in (Purpose.UNDO, Purpose.CONFIRM):
            read = _LINKS.unsign(purpose, token, NOW)
            if not isinstance(read, Forged):
                assert purpose is Purpose.UNDO
                assert read == Genuine(["abcdefgh"], NOW)
                assert len(token) == len(_TOKEN)


def check_proxy(data: bytes) -> None:
    """A PROXY header gives one address that can be written down, or none."""
    reader = asyncio.StreamReader(limit=1024, loop=_LOOP)
    reader.feed_data(data)
    reader.feed_eof()
    try:
        header = _LOOP.run_until_complete(get_proxy(reader))
    except asyncio.IncompleteReadError:
        assert len(data) < 5
        return
    if header and header.src_addr:
        expect_line(str(header.src_addr))
        assert data.startswith((b"PROXY ", b"\r\n\r\n\x00\r\nQUIT\n"))
