import base64
import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, URLSafeTimedSerializer

from badges.links import LIFETIMES, Expired, Forged, Genuine, LinkMaker, Payload, Purpose, salt_of

NOW = datetime(2026, 11, 23, 10, 5, 7, tzinfo=UTC)
KEYS = ["oldest key", "older key", "newest key"]
LINKS = LinkMaker(KEYS)


@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_minted_is_genuine(purpose: Purpose) -> None:
    token = LINKS.mint(purpose, ["account", 3], NOW)
    assert LINKS.unsign(purpose, token, NOW) == Genuine(["account", 3], NOW)


@given(st.lists(st.text(max_size=20) | st.integers(0, 10**12), max_size=4))
def test_the_library_reads_what_is_minted(payload: Payload) -> None:
    token = LINKS.mint(Purpose.NOT_ME, payload, NOW)
    library = URLSafeTimedSerializer(KEYS, salt=salt_of(Purpose.NOT_ME))
    assert library.loads(token, return_timestamp=True) == (payload, NOW)
    assert all(character.isalnum() or character in "-_." for character in token)


@given(st.lists(st.text(max_size=300), max_size=3))
def test_what_the_library_mints_is_read(payload: Payload) -> None:
    library = URLSafeTimedSerializer(KEYS, salt=salt_of(Purpose.NOT_ME))
    verdict = LINKS.unsign(Purpose.NOT_ME, library.dumps(payload), datetime.now(UTC))
    assert isinstance(verdict, Genuine)
    assert verdict.payload == payload


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_ends_with_its_lifetime_and_keeps_its_payload(purpose: Purpose) -> None:
    token = LINKS.mint(purpose, ["id"], NOW)
    last = NOW + LIFETIMES[purpose]
    assert isinstance(LINKS.unsign(purpose, token, last), Genuine)
    assert LINKS.unsign(purpose, token, last + timedelta(seconds=1)) == Expired(["id"], NOW)


def test_a_link_is_worthless_for_another_purpose() -> None:
    for purpose in Purpose:
        token = LINKS.mint(purpose, ["id"], NOW)
        for other in set(Purpose) - {purpose}:
            assert LINKS.unsign(other, token, NOW) == Forged()


def test_keys_rotate() -> None:
    token = LinkMaker(["oldest key"]).mint(Purpose.BROWSER, ["id"], NOW)
    assert isinstance(LINKS.unsign(Purpose.BROWSER, token, NOW), Genuine)
    assert LinkMaker(["newest key"]).unsign(Purpose.BROWSER, token, NOW) == Forged()
    newest = LINKS.mint(Purpose.BROWSER, ["id"], NOW)
    assert isinstance(LinkMaker(["newest key"]).unsign(Purpose.BROWSER, newest, NOW), Genuine)


def test_every_changed_character_is_a_forgery() -> None:
    token = LINKS.mint(Purpose.PASSWORD, ["account", 1], NOW)
    body = token.rpartition(".")[0]
    for place, character in enumerate(body):
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        assert LINKS.unsign(Purpose.PASSWORD, changed, NOW) == Forged()


@given(st.text(max_size=100))
def test_what_a_stranger_sends_is_forged_and_raises_nothing(token: str) -> None:
    assert LINKS.unsign(Purpose.PASSWORD, token, NOW) == Forged()


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é", "\ud800", "\x00", "a" * 100_000, ".a.b.c", "=.=.="])
def test_known_strange_tokens(token: str) -> None:
    assert LINKS.unsign(Purpose.PASSWORD, token, NOW) == Forged()


@pytest.mark.parametrize(
    "content",
    [
        base64.urlsafe_b64encode(json.dumps({"a": 1}).encode()).rstrip(b"="),
        b"." + base64.urlsafe_b64encode(zlib.compress(b'"text"')).rstrip(b"="),
        b"bm90IGpzb24",
        b".not-zlib",
    ],
)
def test_a_signed_payload_of_another_form_is_forged(content: bytes) -> None:
    signer = URLSafeTimedSerializer(KEYS, salt=salt_of(Purpose.PASSWORD)).make_signer()
    token = signer.sign(content).decode("ascii")
    assert LINKS.unsign(Purpose.PASSWORD, token, datetime.now(UTC)) == Forged()


def test_minting_is_deterministic_to_the_second() -> None:
    first = LINKS.mint(Purpose.PASSWORD, ["account", 1], NOW)
    assert LINKS.mint(Purpose.PASSWORD, ["account", 1], NOW + timedelta(microseconds=9)) == first
    assert LINKS.mint(Purpose.PASSWORD, ["account", 1], NOW + timedelta(seconds=1)) != first


def test_another_salt_of_the_library_does_not_read_it() -> None:
    token = LINKS.mint(Purpose.PASSWORD, ["account", 1], NOW)
    with pytest.raises(BadSignature):
        URLSafeTimedSerializer(KEYS, salt="itsdangerous").loads(token)


def test_no_key_is_a_fault() -> None:
    with pytest.raises(ValueError, match="at least one secret key"):
        LinkMaker([])
