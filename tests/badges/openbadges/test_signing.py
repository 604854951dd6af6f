"""Signatures: the same each time, by the newest key, in both algorithms; no private half ever leaves."""

import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import PyJWKSet, PyJWS
from jwt.exceptions import InvalidSignatureError
from openbadgeslib.ob3 import OB3Verifier

from badges.openbadges.signing import Algorithm, CredentialKeys
from mailer.keys import make_key
from tests.badges.openbadges.awards import BASE, attest
from tests.credential_keys import make_credential_keys, make_private_keys


def _header(token: str) -> dict[str, str]:
    return dict(json.loads(urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "==")))


@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
def test_others_accept_it(algorithm: Algorithm) -> None:
    keys = make_credential_keys(BASE, algorithm)
    token = keys.sign_credential(attest())
    assert token == make_credential_keys(BASE, algorithm).sign_credential(attest())
    header = _header(token)
    assert set(header) == {"alg", "typ", "kid"}
    assert (header["alg"], header["typ"]) == (algorithm, "JWT")
    public = PyJWKSet.from_dict(keys.key_set())[header["kid"]]
    assert OB3Verifier(public.key).verify(token).id == f"{BASE}/credentials/credential234567"


def test_the_header_leads_to_the_key() -> None:
    keys = make_credential_keys()
    url = _header(keys.sign({}))["kid"]
    assert url.startswith(f"{BASE}/keys/")
    public = keys.find_key(url.removeprefix(f"{BASE}/keys/"))
    assert public is not None
    assert public.jwk in keys.key_set()["keys"]
    assert keys.find_key("another") is None


def test_the_newest_key_signs_and_the_older_ones_stay_known() -> None:
    old, ed25519 = make_private_keys()
    before = CredentialKeys([old], BASE)
    after = CredentialKeys([old, make_key("rsa"), ed25519], BASE)
    token = before.sign({"a": 1})
    assert _header(after.sign({"a": 1}))["kid"] != _header(token)["kid"]
    known = PyJWKSet.from_dict(after.key_set())
    assert len(known.keys) == 3
    assert PyJWS().decode(token, known[_header(token)["kid"]], ["RS256"]) == b'{"a":1}'
    with pytest.raises(InvalidSignatureError):
        PyJWS().decode(after.sign({"a": 1}), known[_header(token)["kid"]], ["RS256"])


def test_nothing_private_is_published() -> None:
    for key in make_credential_keys().key_set()["keys"]:
        assert set(key) in ({"kty", "n", "e", "kid", "use", "alg"}, {"kty", "crv", "x", "kid", "use", "alg"})


def test_thumbprints_are_those_of_the_standard() -> None:
    """RFC 8037 appendix A.3: the key of A.2 and its thumbprint."""
    from_rfc = urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    key = Ed25519PrivateKey.from_private_bytes(from_rfc)
    assert CredentialKeys([key], BASE, "EdDSA").find_key("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k") is not None


@pytest.mark.parametrize(("keys", "algorithm"), [((), "RS256"), ((1,), "RS256"), ((0,), "EdDSA")])
def test_a_key_must_be_there(keys: tuple[int, ...], algorithm: Algorithm) -> None:
    with pytest.raises(ValueError, match=f"there is no key for {algorithm}"):
        CredentialKeys([make_private_keys()[number] for number in keys], BASE, algorithm)
