"""Addresses: what is taken, in which spelling, and what is refused in which words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wire.address import Address, AddressFault, fold_address, parse_address

TAKEN = [
    ("anna@north.example", "anna@north.example"),
    ("Anna.Lindqvist+badge@North.EXAMPLE", "Anna.Lindqvist+badge@north.example"),
    ("!#$%&'*+/=?^_`{|}~-@north.example", "!#$%&'*+/=?^_`{|}~-@north.example"),
    ("a@1.example", "a@1.example"),
    ("a@3com.example", "a@3com.example"),
    ("a@münchen.example", "a@xn--mnchen-3ya.example"),
    ("a@XN--MNCHEN-3YA.example", "a@xn--mnchen-3ya.example"),
    ("a@north。example", "a@north.example"),
    ("jürgen@north.example", "jürgen@north.example"),
    ("ju\u0308rgen@north.example", "jürgen@north.example"),
    ("用户@例子.example", "用户@xn--fsqu00a.example"),
    ('"anna lee"@north.example', '"anna lee"@north.example'),
    ('"anna"@north.example', "anna@north.example"),
    ('"an\\na"@north.example', "anna@north.example"),
    ('"a\\"b@c<d>"@north.example', '"a\\"b@c<d>"@north.example'),
    ('".anna"@north.example', '".anna"@north.example'),
    ("x" * 64 + "@north.example", "x" * 64 + "@north.example"),
    ("a@" + "b" * 63 + ".example", "a@" + "b" * 63 + ".example"),
]

REFUSED = [
    ("", "is empty"),
    ("  ", "is empty"),
    ("anna", "has no @"),
    ("@north.example", "has nothing before the @"),
    ('""@north.example', "has nothing before the @"),
    ("anna@", "has no domain"),
    ("anna@north", "has a domain without a dot"),
    ("anna@north.example\r\nBcc: eve@far.example", "holds a line break"),
    ("anna@north.example\n", "holds a line break"),
    ("anna\x85@north.example", "holds a line break"),
    ("anna\u2028@north.example", "holds a line break"),
    ('"an\nna"@north.example', "holds a line break"),
    ("anna\x00@north.example", "holds a control character"),
    ("anna\t@north.example", "holds a control character"),
    ("anna\u200b@north.example", "holds an invisible character"),
    ("anna\u202e@north.example", "holds an invisible character"),
    ("anna\ud800@north.example", "holds an invisible character"),
    (" anna@north.example", "holds a space"),
    ("anna@north.example ", "holds a space"),
    ("an na@north.example", "holds a space"),
    ("anna\u00a0@north.example", "holds a space"),
    ("anna@lee@north.example", "holds two @"),
    ("anna@@north.example", "holds two @"),
    ("Anna <anna@north.example>", "holds < or >: only the bare address is wanted, without a name"),
    ("anna(work)@north.example", "holds a comment in parentheses"),
    ("anna@north.example, bo@north.example", "holds a comma"),
    ("anna@north.example;bo@north.example", "holds a semicolon"),
    ("staff: anna@north.example;", "holds a semicolon"),
    ("staff:anna@north.example", "holds a colon"),
    ("mailto:anna@north.example", "starts with mailto:"),
    ("anna@[192.0.2.1]", "names its host by number, in square brackets: a domain is needed"),
    ("anna@[IPv6:2001:db8::1]", "names its host by number, in square brackets: a domain is needed"),
    ("anna@192.0.2.1", "ends in a number: a domain is needed"),
    (".anna@north.example", "has a dot too many before the @"),
    ("anna.@north.example", "has a dot too many before the @"),
    ("an..na@north.example", "has a dot too many before the @"),
    ('an"na@north.example', "holds a character that may not stand before the @"),
    ('"anna@north.example', "holds a character that may not stand before the @"),
    ('"an"na@north.example', "holds a character that may not stand before the @"),
    ("anna\\@north.example", "holds a character that may not stand before the @"),
    ("anna@north..example", "has a dot too many in its domain"),
    ("anna@.north.example", "has a dot too many in its domain"),
    ("anna@north.example.", "has a dot too many in its domain"),
    ("anna@-north.example", "has a character in its domain that may not stand there"),
    ("anna@north-.example", "has a character in its domain that may not stand there"),
    ("anna@no_rth.example", "has a character in its domain that may not stand there"),
    ("anna@straße.example", "has a letter in its domain that mail systems read differently: write its xn-- form"),
    ("anna@xn--zzzzzz.example", "has a domain that is no valid international name"),
    ("x" * 65 + "@north.example", "has more than 64 bytes before the @"),
    ("ü" * 33 + "@north.example", "has more than 64 bytes before the @"),
    ("a@" + "b" * 64 + ".example", "has more than 63 characters between two dots of its domain"),
    ("a@" + "b." * 125 + "example", "has a domain longer than 255 bytes"),
    ("x" * 60 + "@" + "b." * 94 + "example", "is longer than 254 bytes"),
]


@pytest.mark.parametrize(("text", "spelling"), TAKEN)
def test_an_address_is_taken_in_its_canonical_spelling(text: str, spelling: str) -> None:
    address = parse_address(text)
    assert isinstance(address, Address), address
    assert str(address) == spelling


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[ascii(text)[:40] for text, _ in REFUSED])
def test_a_text_that_is_no_address_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert parse_address(text) == AddressFault(reason)


@pytest.mark.parametrize(
    ("text", "needed"),
    [("anna@north.example", False), ("anna@münchen.example", False), ("jürgen@north.example", True)],
)
def test_only_a_local_part_beyond_ascii_needs_smtputf8(text: str, needed: bool) -> None:
    address = parse_address(text)
    assert isinstance(address, Address)
    assert address.needs_smtputf8 is needed


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Anna@North.Example", "anna@north.example"),
        ("JÜRGEN@north.example", "jürgen@north.example"),
        ('"Anna Lee"@north.example', '"anna lee"@north.example'),
    ],
)
def test_addresses_are_folded_whole(text: str, folded: str) -> None:
    address = parse_address(text)
    assert isinstance(address, Address)
    assert fold_address(address) == folded


ALPHABET = st.sampled_from('aB.@"\\ <>()[]:;,-_xn0ü例ß\n\t\u200b\ud800\u0308İ')
NEAR_ADDRESSES = st.one_of(
    st.text(),
    st.text(ALPHABET),
    st.builds("{}@{}.example".format, st.text(ALPHABET), st.text()),
    st.builds('"{}"@xn--{}.example'.format, st.text(), st.text("abcdefghijklmnopqrstuvwxyz0123456789-")),
    st.emails(),
)


@given(NEAR_ADDRESSES)
@example("a@xn--99999999999999999999.example")
@example("a@℀.example")
def test_any_text_gives_a_value_and_an_address_reads_itself_back(text: str) -> None:
    address = parse_address(text)
    if isinstance(address, Address):
        assert parse_address(str(address)) == address
        assert len(str(address).encode()) <= 254
        assert address.domain.isascii()
        assert not set(str(address)) & set("\r\n\0")
    else:
        assert address.reason


@given(st.emails())
def test_folding_twice_changes_nothing(text: str) -> None:
    address = parse_address(text)
    if isinstance(address, Address):
        again = parse_address(fold_address(address))
        assert isinstance(again, Address)
        assert fold_address(again) == fold_address(address)


def test_a_text_that_would_take_long_to_read_is_not_read() -> None:
    """Quotes that never end, 16 KB of them: each is gone on from to the end, which takes a second in all."""
    assert parse_address('"' + '\\"' * 8000) == AddressFault("is longer than 254 bytes")
