"""Authentication-Results: RFC 8601's own examples, and what a sender may try to slip in through a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.authres import AuthenticationResults, AuthresFault, choose_trusted, parse_authres

GOOD = [
    (b" example.org 1; none", "example.org", []),
    (b" example.com;\r\n spf=pass smtp.mailfrom=example.net\r\n", "example.com", [("spf", "pass")]),
    (
        b' example.com; auth=pass (cram-md5)\r\n smtp.auth=sender@example.net; spf=pass reason="good (really); x=y"'
        b" smtp.mailfrom=example.net",
        "example.com",
        [("auth", "pass"), ("spf", "pass")],
    ),
    (
        b" foo.example.net (foobar) 1 (baz);\r\n\tdkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
        b"\tpolicy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it)"
        b" 1362471462",
        "foo.example.net",
        [("dkim", "fail")],
    ),
    (b' "mx example.org"; dkim=pass header.b="a/b+" header.i=@example.org', "mx example.org", [("dkim", "pass")]),
    (b" mx.example; iprev=pass policy.iprev=2001:db8::1 (a \\) b (c))", "mx.example", [("iprev", "pass")]),
    (b" mx.example; spf=none smtp.mailfrom=<>", "mx.example", [("spf", "none")]),
]

BAD = [
    b"",
    b" ;dkim=pass",
    b" example.com",
    b" example.com;",
    b" example.com 2; dkim=pass",
    b" example.com; dkim/2=pass",
    b" example.com; dkim pass",
    b" example.com; dkim=pass header.d",
    b" example.com; dkim=pass header.d=",
    b" example.com; dkim=pass header.d=a b",
    b" example.com; dkim=pass (open",
    b' example.com; dkim=pass header.d="open',
    b" example.com; none; dkim=pass",
    b" example.com; dkim=pass; none",
    b" example.com; dkim=pass\r header.d=a",
    b" example.com; dkim=pass\n header.d=a",
    b" example.com; dkim=pass\r\nheader.d=a",
    b" example.com; dkim=pass header.d=a\x00b",
    b" example.com; dkim=pass header.d=\xff",
    b" example.com; dkim=pass header.d=a,b",
    b' example.com; dkim=pass header.d="a"header.i="b"',
    b" example.com; x=y " + b"(" * 1000 + b")" * 1000,
]


@pytest.mark.parametrize(("value", "authserv_id", "results"), GOOD)
def test_the_grammar_is_read(value: bytes, authserv_id: str, results: list[tuple[str, str]]) -> None:
    read = parse_authres(value)
    assert isinstance(read, AuthenticationResults), read
    assert read.authserv_id == authserv_id
    assert [(found.method, found.result) for found in read.results] == results


@pytest.mark.parametrize("value", BAD)
def test_what_breaks_the_grammar_is_refused_whole(value: bytes) -> None:
    assert isinstance(parse_authres(value), AuthresFault)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60))
def test_no_quoted_value_can_become_a_result(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    if not all(character.isascii() for character in value):
        quoted = "".join(character if character.isascii() else "?" for character in quoted)
    read = parse_authres(f' mx.example; dmarc=fail header.from="{quoted}"'.encode())
    assert isinstance(read, AuthenticationResults), read
    assert [(found.method, found.result) for found in read.results] == [("dmarc", "fail")]


@given(st.text('() \\";=.@ab', max_size=40))
def test_no_comment_can_become_a_result(text: str) -> None:
    escaped = "".join(f"\\{character}" if character in '()\\"' else character for character in text)
    read = parse_authres(f" mx.example; dmarc=fail ({escaped})".encode())
    assert isinstance(read, AuthenticationResults), read
    assert [(found.method, found.result) for found in read.results] == [("dmarc", "fail")]


@given(st.binary(max_size=200) | st.text('mx.example;dkim=pas()" \t\r\n\\/', max_size=80).map(str.encode))
def test_any_bytes_give_a_value(value: bytes) -> None:
    assert isinstance(parse_authres(value), AuthenticationResults | AuthresFault)


def test_the_topmost_field_of_the_trusted_server_is_the_one_believed() -> None:
    forged = b" mx.badgepost.example; dmarc=pass header.from=bank.example"
    genuine = b" (mine) MX.badgepost.example; dmarc=fail header.from=bank.example"
    chosen = choose_trusted([b" other.example; dmarc=pass", genuine, forged], "mx.badgepost.example")
    assert isinstance(chosen, AuthenticationResults)
    assert chosen.results[0].result == "fail"


@pytest.mark.parametrize(
    "other",
    [
        b" other.example; dmarc=pass",
        b" mx.badgepost.example.attack.example; dmarc=pass",
        b" (mx.badgepost.example; x=y",
    ],
)
def test_other_servers_are_not_believed(other: bytes) -> None:
    assert choose_trusted([other], "mx.badgepost.example") is None


def test_a_broken_field_of_the_trusted_server_hides_what_stands_below_it() -> None:
    values = [b" mx.badgepost.example; dmarc=fail oops", b" mx.badgepost.example; dmarc=pass"]
    assert isinstance(choose_trusted(values, "mx.badgepost.example"), AuthresFault)


def test_a_property_given_twice_counts_as_missing() -> None:
    read = parse_authres(b" mx.example; dmarc=pass header.from=a.example header.from=b.example")
    assert isinstance(read, AuthenticationResults)
    assert read.results[0].find("header", "from") is None


def test_a_last_semicolon_says_nothing() -> None:
    assert parse_authres(b" example.com; dkim=pass ; ") == parse_authres(b" example.com; dkim=pass")
    assert isinstance(parse_authres(b" example.com; dkim=pass;;"), AuthresFault)


@pytest.mark.parametrize("version", [b"0" * 5_000, b"1" * 5_000])
def test_a_version_of_any_length_is_read(version: bytes) -> None:
    """Python refuses to make a number of so many digits."""
    assert isinstance(parse_authres(b"mx.example " + version + b"; none"), AuthresFault)
    assert isinstance(parse_authres(b"mx.example " + b"0" * 5_000 + b"1; none"), AuthenticationResults)
