"""Targets: addresses as people and clients write them, and the ids in `bounce+id@` and `reply+id@`."""

import email.headerregistry
import re

from badges.ids import ID_LENGTH
from fuzz.expecting import expect_line
from inbound.listener.paths import NULL_PATH, read_path
from inbound.listener.recipients import Recipients
from wire.address import MAX_ADDRESS, Address, fold_address, parse_address

_SIMPLE = re.compile(r"[a-z0-9]{1,20}(?:[.+][a-z0-9]{1,20})?@(?:[a-z][a-z0-9]{0,20}\.){1,3}[a-z]{2,10}")
"""What is an address by any reading."""
_TAGGED = re.compile(rf"(?:bounce|reply)\+[a-z2-7]{{{ID_LENGTH}}}@badges\.example")
_OURS = Recipients("help@badges.example", "badges.example")
_KNOWN = {"help@badges.example", "postmaster", "postmaster@badges.example", "abuse@badges.example"}


def check_address(data: bytes) -> None:
    """An address has one spelling, which reads as itself; it is what the standard library reads; it ends no line."""
    text = data.decode("utf-8", "replace")
    read = parse_address(text)
    if not isinstance(read, Address):
        assert not _SIMPLE.fullmatch(text) or "xn--" in text, f"{text!r} {read.reason}"
        expect_line(read.reason)
        return
    written = str(read)
    expect_line(written)
    assert len(written.encode()) <= MAX_ADDRESS
    assert parse_address(written) == read, f"{written!r} is read otherwise than {text!r}"
    folded = fold_address(read)
    again = parse_address(folded)
    assert isinstance(again, Address), f"{folded!r} is no address"
    assert fold_address(again) == folded
    if written.isascii() and "=?" not in written:  # the library takes it for an encoded word, even in quotes
        oracle = email.headerregistry.Address(addr_spec=written)
        assert (oracle.domain, oracle.username) == (read.domain, _unquote(read.local_part)), written


def _unquote(local_part: str) -> str:
    return re.sub(r"\\(.)", r"\1", local_part[1:-1]) if local_part.startswith('"') else local_part


def check_path(data: bytes) -> None:
    """A path brings one address without a break, and only known recipients are known, whatever their case."""
    text = data.decode("utf-8", "replace")
    read = read_path(text)
    if read is not None:
        address, rest = read
        expect_line(address)
        assert text.startswith("<")
        assert address == NULL_PATH or f"{address}>" in text
        assert not rest or text.endswith(rest) or text.rstrip().endswith(rest)
        known = _OURS.knows(address)
        assert known == _OURS.knows(address.swapcase()) or not address.isascii()
        assert known == (address.lower() in _KNOWN or bool(_TAGGED.fullmatch(address.lower())))
