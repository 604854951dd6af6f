"""DKIM signatures (RFC 6376, Ed25519 by RFC 8463): what a receiver checks to know that a mail is ours, unchanged.

Here belongs signing with keys that are loaded. Making and reading keys stands in `keys`, and that bodies are their own
canonical form, which spares signing a pass over them, in `wire.quoted_printable` and `mime`.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

OVERSIGNED = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
)
"""Named once more than they occur, so that one more, put in on the way, breaks the signature (RFC 6376 8.15)."""

_LINE_LENGTH = 72
_PADDING = PKCS1v15()
_HASH = Prehashed(SHA256())

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


@dataclass(frozen=True)
class DkimKey:
    """A private key with the name under which its public half stands in the DNS: `<selector>._domainkey.<domain>`."""

    domain: str
    selector: str
    private_key: PrivateKey

    @property
    def algorithm(self) -> str:
        """The value of the tag `a=`."""
        return "rsa-sha256" if isinstance(self.private_key, RSAPrivateKey) else "ed25519-sha256"

    def sign(self, digest: bytes) -> bytes:
        """Return the signature over the SHA-256 of a canonical header."""
        if isinstance(self.private_key, RSAPrivateKey):
            return self.private_key.sign(digest, _PADDING, _HASH)
        return self.private_key.sign(digest)


class Signer:
    """Signs mails with every one of its keys; with none it adds nothing."""

    def __init__(self, keys: Sequence[DkimKey]) -> None:
        self._keys = tuple(keys)

    def sign(self, fields: Sequence[bytes], body: Iterable[bytes], now: datetime) -> bytes:
        """Return one DKIM-Signature field for each key.

        `fields` are all header fields of the mail as they are sent, each name once, and all of them are signed. `body`
        is the whole body in chunks and must be in canonical form: it is hashed as it is.
        """
        if not self._keys:
            return b""
        digest = hashlib.sha256()
        for chunk in body:
            digest.update(chunk)
        canonical = [canonical_field(field) for field in fields]
        names = tuple([field[: field.index(b":")] for field in canonical])
        signed_data = b"".join(canonical)
        values = b"%d; bh=%s;" % (int(now.timestamp()), base64.b64encode(digest.digest()))
        return b"".join([_sign_header(key, names, signed_data, values) for key in self._keys])


def canonical_field(field: bytes) -> bytes:
    """Return a header field in relaxed canonical form (RFC 6376 section 3.4.2): `name:value` and CRLF."""
    name, _, value = field.partition(b":")
    return b"%s:%s\r\n" % (name.strip().lower(), b" ".join(value.split()))


def _sign_header(key: DkimKey, names: tuple[bytes, ...], signed_data: bytes, values: bytes) -> bytes:
    start, canonical_start = _start_of_field(key, names)
    digest = hashlib.sha256(signed_data + canonical_start + values + b" b=").digest()
    return b"%s%s\r\n b=%s\r\n" % (start, values, _fold_base64(key.sign(digest)))


@lru_cache(maxsize=256)
def _start_of_field(key: DkimKey, names: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    """Return the field up to and with `t=`, the same for all mails with these fields, and its canonical form."""
    listed = ":".join([*(name.decode("ascii") for name in names), *OVERSIGNED])
    start = (
        f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed;\r\n"
        f" d={key.domain};\r\n s={key.selector};\r\n{_fold_list(f'h={listed};')}\r\n t="
    ).encode("ascii")
    return start, canonical_field(start).removesuffix(b"\r\n")


def _fold_list(text: str) -> str:
    lines = [" "]
    for part in text.replace(":", ":\0").split("\0"):
        if len(lines[-1]) + len(part) > _LINE_LENGTH:
            lines.append(" ")
        lines[-1] += part
    return "\r\n".join(lines)


def _fold_base64(signature: bytes) -> bytes:
    text = base64.b64encode(signature)
    return b"\r\n ".join([text[start : start + _LINE_LENGTH] for start in range(0, len(text), _LINE_LENGTH)])
