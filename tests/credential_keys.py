"""Keys that sign credentials in tests: made once, because an RSA key takes a while."""

from functools import cache

from badges.openbadges.signing import Algorithm, CredentialKeys, PrivateKey
from mailer.keys import make_key


@cache
def make_private_keys() -> tuple[PrivateKey, PrivateKey]:
    """Return an RSA and an Ed25519 key."""
    return make_key("rsa"), make_key("ed25519")


def make_credential_keys(base_url: str = "https://badges.example", algorithm: Algorithm = "RS256") -> CredentialKeys:
    """Return the keys under `base_url`."""
    return CredentialKeys(make_private_keys(), base_url, algorithm)
