"""Public keys in the DNS (RFC 6376 section 3.6.1, RFC 8463): fetched, read once for each text, and used.

Here belongs what is wrong with a key; what a weak or testing key means for a mail is judged with its signature.
"""

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from inbound.authentication.dns import Answers, Lookup, TemporaryFailure
from wire.tags import TagFault, drop_space, parse_tags

Algorithm = Literal["rsa-sha256", "ed25519-sha256"]

MIN_RSA_BITS = 1024
"""Below it no signature is valid (RFC 8301 section 3.2)."""
MAX_RSA_BITS = 8192
"""Above it a signature would only cost us time."""

_PADDING = PKCS1v15()
_HASH = Prehashed(SHA256())


@dataclass(frozen=True)
class DkimPublicKey:
    """A key that a domain publishes for mail."""

    key: RSAPublicKey | Ed25519PublicKey
    testing: bool
    """The domain asks that its signatures be taken as none (t=y)."""
    exact_domain: bool
    """The identity must be of the very domain, not of one below it (t=s)."""

    @property
    def bits(self) -> int:
        """The size of an RSA key; 256 for Ed25519."""
        return self.key.key_size if isinstance(self.key, RSAPublicKey) else 256

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm that goes with the key."""
        return "rsa-sha256" if isinstance(self.key, RSAPublicKey) else "ed25519-sha256"

    def verifies(self, signature: bytes, digest: bytes) -> bool:
        """Tell whether a signature is this key's, over the SHA-256 `digest` of what was signed."""
        try:
            if isinstance(self.key, RSAPublicKey):
                self.key.verify(signature, digest, _PADDING, _HASH)
            else:
                self.key.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class KeyFault:
    """Why there is no key to check with; `temporary` where asking again later may help."""

    reason: str
    temporary: bool = False


def fetch_key(domain: str, selector: str, lookup: Lookup) -> DkimPublicKey | KeyFault:
    """Return the key `<selector>._domainkey.<domain>`; both must be host names."""
    answer = lookup(f"{selector}._domainkey.{domain}", "TXT")
    if isinstance(answer, TemporaryFailure):
        return KeyFault("the key could not be asked for", temporary=True)
    if not isinstance(answer, Answers):
        return KeyFault("there is no key")
    if len(answer.records) > 1:
        return KeyFault("there are several records for the key")
    return parse_key(answer.records[0])


@lru_cache(maxsize=1024)
def parse_key(record: str) -> DkimPublicKey | KeyFault:
    """Return the key that a record holds, or why it holds none."""
    tags = parse_tags(record)
    if isinstance(tags, TagFault):
        return KeyFault(f"the key record is broken: {tags.reason}")
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):
        return KeyFault("the key record is of another version")
    if "sha256" not in _split(tags.get("h", "sha256")):
        return KeyFault("the key is not for SHA-256")
    if not {"*", "email"} & set(_split(tags.get("s", "*"))):
        return KeyFault("the key is not for mail")
    key = _read_key(tags.get("k", "rsa"), drop_space(tags.get("p", "")))
    if isinstance(key, KeyFault):
        return key
    flags = _split(tags.get("t", ""))
    return DkimPublicKey(key, testing="y" in flags, exact_domain="s" in flags)


def _split(value: str) -> list[str]:
    return [part.strip(" \t").lower() for part in value.split(":")]


def _read_key(kind: str, text: str) -> RSAPublicKey | Ed25519PublicKey | KeyFault:
    if not text:
        return KeyFault("the key was revoked")
    try:
        data = base64.b64decode(text, validate=True)
        if kind == "ed25519":
            return Ed25519PublicKey.from_public_bytes(data)
        return _check_rsa(load_der_public_key(data)) if kind == "rsa" else KeyFault("the key is of an unknown kind")
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return KeyFault("the key cannot be read")


def _check_rsa(key: object) -> RSAPublicKey | KeyFault:
    if not isinstance(key, RSAPublicKey):
        return KeyFault("the key is not the RSA key that its record says")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        return KeyFault(f"the key has {key.key_size} bits, less than {MIN_RSA_BITS} or too many to check")
    return key
