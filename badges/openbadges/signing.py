"""Signing credentials: the keys, the compact JWS that they make, and the public half as a key set.

Here belongs what a signature is made of. Where keys are kept stands in `badgepost.credential_keys`; what is signed, in
`credential` and `status`.

Open Badges 3.0 section 8.2 (VC-JWT), RFC 7515, RFC 7517, RFC 7638, RFC 8037.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from badges.openbadges.credential import Attested, build_claims, build_credential
from badges.openbadges.places import Places

_PADDING = PKCS1v15()
_HASH = SHA256()
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
Algorithm = Literal["RS256", "EdDSA"]
"""RS256 is the one that every verifier must know; others, the specification says, limit interoperability."""


@dataclass(frozen=True)
class PublicKey:
    """The public half of a key, as strangers fetch it."""

    id: str
    """Its RFC 7638 thumbprint: it follows from the key and nothing else."""
    url: str
    """Where it is found: what a signature's header names it by (section 8.2.3), and so what the key set calls it."""
    algorithm: Algorithm
    parameters: Mapping[str, str]
    """The members that the thumbprint is made of."""

    @property
    def jwk(self) -> dict[str, str]:
        """The JSON Web Key (RFC 7517)."""
        return {**self.parameters, "kid": self.url, "use": "sig", "alg": self.algorithm}


class CredentialKeys:
    """Keys from the oldest to the newest: the newest of the wanted algorithm signs, all of them stay in the key set.

    Signatures are deterministic: the same payload gives the same JWS. Raises `ValueError` without a key that can sign.
    """

    def __init__(self, keys: Sequence[PrivateKey], base_url: str, algorithm: Algorithm = "RS256") -> None:
        places = Places(base_url)
        pairs = [(key, _publish(key, places)) for key in keys]
        self._public = {public.id: public for _, public in pairs}
        fitting = [(key, public) for key, public in pairs if public.algorithm == algorithm]
        if not fitting:
            raise ValueError(f"there is no key for {algorithm}")
        self._key, public = fitting[-1]
        self._base_url = base_url
        # No `jwk` beside it: who believes the key that comes along believes anybody.
        self._header = _encode(_to_json({"alg": algorithm, "typ": "JWT", "kid": public.url}))

    def sign_credential(self, attested: Attested) -> str:
        """Return the credential of an award, signed."""
        credential = build_credential(attested, self._base_url)
        return self.sign(build_claims(credential, attested.valid_from, attested.valid_until))

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return `payload` as a compact JWS (RFC 7515 section 7.1)."""
        signed = f"{self._header}.{_encode(_to_json(payload))}"
        return f"{signed}.{_encode(_sign(self._key, signed.encode('ascii')))}"

    def key_set(self) -> dict[str, Any]:
        """Return all public keys as a JSON Web Key Set (RFC 7517 section 5)."""
        return {"keys": [public.jwk for public in self._public.values()]}

    def find_key(self, key_id: str) -> PublicKey | None:
        """Return the public key with this thumbprint."""
        return self._public.get(key_id)


def _sign(key: PrivateKey, content: bytes) -> bytes:
    """Return the signature as RFC 7518 section 3.3 (RS256) or RFC 8037 section 3.1 (EdDSA) has it."""
    return key.sign(content, _PADDING, _HASH) if isinstance(key, RSAPrivateKey) else key.sign(content)


def _to_json(values: Mapping[str, Any]) -> bytes:
    return _JSON.encode(values).encode("utf-8")


def _publish(key: PrivateKey, places: Places) -> PublicKey:
    parameters = _read_parameters(key)
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
    thumbprint = _encode(hashlib.sha256(text.encode("ascii")).digest())
    algorithm: Algorithm = "RS256" if isinstance(key, RSAPrivateKey) else "EdDSA"
    return PublicKey(thumbprint, places.key(thumbprint), algorithm, parameters)


def _read_parameters(key: PrivateKey) -> dict[str, str]:
    if isinstance(key, RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"e": _encode_number(numbers.e), "kty": "RSA", "n": _encode_number(numbers.n)}
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _encode(raw)}


def _encode_number(number: int) -> str:
    return _encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _encode(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
