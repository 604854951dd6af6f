"""Checks of a credential: what is genuine passes, and whatever is not fails where it should."""

import gzip
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt import PyJWS

from badges.openbadges.checking import Aspect, Claimed, Outcome, check_credential, is_bit_set, read_signed
from badges.openbadges.credential import build_claims, build_credential
from badges.openbadges.places import Places
from badges.openbadges.signing import CredentialKeys
from badges.openbadges.status import LIST_LENGTH, build_status_list, encode_bits
from mailer.keys import make_key
from tests.badges.openbadges.awards import BASE, ISSUER, attest
from tests.credential_keys import make_credential_keys

NOW = datetime(2027, 6, 1, tzinfo=UTC)
PLACES = Places(BASE)
CLAIMED = Claimed(ISSUER.id, "نور حداد", is_newest=True)
KEYS = make_credential_keys()
Change = Callable[[dict[str, Any]], Any]


def _credential(change: Change = lambda claims: None) -> str:
    attested = attest()
    claims = build_claims(build_credential(attested, BASE), attested.valid_from, attested.valid_until)
    change(claims)
    return KEYS.sign(claims)


def _status_list(*bits: int, change: Change = lambda claims: None) -> str:
    url = PLACES.status_list(ISSUER.id, 1)
    claims = build_status_list(url, PLACES.issuer(ISSUER.id), encode_bits(bits), NOW)
    change(claims)
    return KEYS.sign(claims)


def _failed(
    credential: str | None = None,
    status_list: str | None = None,
    claimed: Claimed = CLAIMED,
    now: datetime = NOW,
) -> dict[Aspect, Outcome]:
    checks = check_credential(
        credential or _credential(), status_list or _status_list(), KEYS.find_key, PLACES, claimed, now
    )
    return {check.aspect: check.outcome for check in checks if not check.is_good}


def test_a_genuine_credential_passes_in_every_aspect() -> None:
    checks = check_credential(_credential(), _status_list(3), KEYS.find_key, PLACES, CLAIMED, NOW)
    assert [check.aspect for check in checks] == list(Aspect)
    assert all(check.is_good for check in checks)


def test_whatever_is_not_signed_by_us_is_checked_no_further() -> None:
    header, payload, signature = _credential().split(".")
    changed = (
        urlsafe_b64encode(urlsafe_b64decode(payload + "==").replace(b"Mountain", b"Sea-side")).decode().rstrip("=")
    )
    unsigned = PyJWS().encode(b"{}", None, "none", {"kid": json.loads(urlsafe_b64decode(header + "=="))["kid"]})
    foreign = CredentialKeys([make_key("ed25519")], BASE, "EdDSA").sign({})
    for token in (f"{header}.{changed}.{signature}", f"{header}.{payload}.", unsigned, foreign, "", "a.b.c", "é"):
        assert _failed(token or "x") == {Aspect.SIGNATURE: Outcome.BAD}


def test_a_key_is_believed_only_under_its_own_address() -> None:
    elsewhere = make_credential_keys("https://evil.example").sign({})
    assert read_signed(elsewhere, KEYS.find_key) is None
    assert read_signed(KEYS.sign({"a": 1}), KEYS.find_key) == {"a": 1}


def test_the_public_key_is_no_shared_secret() -> None:
    """RFC 8725 section 2.1: a verifier that believes `alg` would take the published key for the secret of an HMAC."""
    url = PyJWS().get_unverified_header(_credential())["kid"]
    key = KEYS.find_key(url.rpartition("/")[2])
    assert key is not None
    secret = key.parameters["n"].encode()
    assert read_signed(PyJWS().encode(b"{}", secret, "HS256", {"kid": url}), KEYS.find_key) is None


@pytest.mark.parametrize(
    ("change", "aspect"),
    [
        (lambda claims: claims.update(iss="https://badges.example/issuers/another.json"), Aspect.ISSUER),
        (lambda claims: claims["issuer"].update(id="https://badges.example/issuers/another.json"), Aspect.ISSUER),
        (lambda claims: claims["credentialSubject"]["identifier"].pop(), Aspect.NAME),
        (lambda claims: claims["credentialStatus"].update(statusListCredential=f"{BASE}/status/x/1"), Aspect.STATUS),
        (lambda claims: claims["credentialStatus"].update(statusPurpose="suspension"), Aspect.STATUS),
    ],
)
def test_what_does_not_fit_fails_in_its_aspect_alone(change: Change, aspect: Aspect) -> None:
    assert _failed(_credential(change)) == {aspect: Outcome.BAD}


def test_another_name_or_issuer_on_the_page_fails() -> None:
    assert _failed(claimed=Claimed("another", "نور حداد", is_newest=True)) == {Aspect.ISSUER: Outcome.BAD}
    assert _failed(claimed=Claimed(ISSUER.id, "Noor Haddad", is_newest=True)) == {Aspect.NAME: Outcome.BAD}
    assert _failed(claimed=Claimed(ISSUER.id, "نور حداد", is_newest=False)) == {Aspect.NEWEST: Outcome.BAD}


def test_the_first_and_the_last_second_count() -> None:
    first, last = attest().valid_from, attest().valid_until
    assert last is not None
    second = timedelta(seconds=1)
    for now, outcome in [(first - second, Outcome.EARLY), (first, None), (last, None), (last + second, Outcome.LATE)]:
        fresh = _status_list(change=lambda claims, now=now: claims.update(validUntil=(now + second).isoformat()))  # type: ignore[misc]
        assert _failed(status_list=fresh, now=now) == ({Aspect.DATES: outcome} if outcome else {})


def test_a_set_bit_and_a_list_that_proves_nothing_fail() -> None:
    other = _status_list(change=lambda claims: claims.update(id=PLACES.status_list(ISSUER.id, 0)))
    for status_list in (_status_list(7), _status_list(*range(LIST_LENGTH)), other, "x"):
        assert _failed(status_list=status_list) == {Aspect.STATUS: Outcome.BAD}
    assert _failed(status_list=_status_list(6, 8)) == {}
    assert _failed(now=NOW + timedelta(days=1, seconds=1)) == {Aspect.STATUS: Outcome.BAD}


@given(st.sets(st.integers(0, LIST_LENGTH - 1), max_size=20), st.integers(0, LIST_LENGTH - 1))
def test_bits_are_read_as_they_were_written(bits: set[int], index: int) -> None:
    encoded = encode_bits(bits)
    assert is_bit_set(encoded, index) is (index in bits)
    assert all(is_bit_set(encoded, bit) for bit in bits)


def test_what_is_no_list_is_refused() -> None:
    def encode(content: bytes) -> str:
        return "u" + urlsafe_b64encode(content).decode().rstrip("=")

    bomb = gzip.compress(bytes(50_000_000))
    for encoded in ("", "z" + encode_bits([])[1:], encode(b"no gzip"), encode(gzip.compress(b"short")), encode(bomb)):
        with pytest.raises(ValueError, match="not "):
            is_bit_set(encoded, 0)
    with pytest.raises(ValueError, match="not "):
        is_bit_set(encode_bits([]), LIST_LENGTH)
