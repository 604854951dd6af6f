"""DKIM keys: made, written as PEM, read again, and their DNS records (RFC 6376 section 3.6, RFC 8463 section 4).

Here belongs everything about a key but signing (`dkim`) and the command line. `load_key` is the one function that
reads a file.
"""

import base64
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mailer.dkim import DkimKey, PrivateKey

KeyType = Literal["rsa", "ed25519"]

RSA_BITS = 2048
"""Verifiers must take 1024 to 4096 (RFC 8301 section 3.2); below 2048 is weak, and above it a DNS answer grows long."""

TXT_STRING_LIMIT = 255
"""Bytes in one string of a TXT record (RFC 1035 section 3.3.14)."""


@dataclass(frozen=True)
class LoadedKey:
    """A key that can sign, and what an operator should know about its file (None: nothing)."""

    key: DkimKey
    warning: str | None


@dataclass(frozen=True)
class KeyFault:
    """Why a key cannot be used, in words for the operator."""

    file: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def make_key(key_type: KeyType) -> PrivateKey:
    """Return a new private key."""
    if key_type == "ed25519":
        return Ed25519PrivateKey.generate()
    return generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def to_pem(key: PrivateKey) -> bytes:
    """Return the key as PKCS #8 PEM without a passphrase."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def parse_pem(pem: bytes) -> PrivateKey | str:
    """Return the private key in `pem`, or why there is none that can sign."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "not a private key in PEM without a passphrase"
    if isinstance(key, Ed25519PrivateKey):
        return key
    if not isinstance(key, RSAPrivateKey):
        return "neither an RSA nor an Ed25519 key"
    if key.key_size < RSA_BITS:
        return f"an RSA key of {key.key_size} bits; at least {RSA_BITS} are needed"
    return key


def load_key(file: Path, selector: str, domain: str) -> LoadedKey | KeyFault:
    """Return the key in `file`, or why it cannot be used."""
    try:
        pem, warning = file.read_bytes(), warn_of_readers(file)
    except FileNotFoundError:
        return KeyFault(file, "there is no such file")
    except OSError as error:
        return KeyFault(file, f"cannot be read: {error.strerror}")
    key = parse_pem(pem)
    if isinstance(key, str):
        return KeyFault(file, key)
    return LoadedKey(DkimKey(domain, selector, key), warning)


def warn_of_readers(file: Path) -> str | None:
    """Return what an operator should know of a key's file that others may read; None if only its owner may."""
    mode = stat.S_IMODE(file.stat().st_mode)
    open_to_others = mode & (stat.S_IRWXG | stat.S_IRWXO)
    return f"{file} can be read by others (mode {mode:04o}); make it 0600" if open_to_others else None


def record_name(selector: str, domain: str) -> str:
    """Return where the TXT record of a key stands in the DNS."""
    return f"{selector}._domainkey.{domain}"


def record_value(key: PrivateKey) -> str:
    """Return the TXT record's value, with the public key."""
    public = key.public_key()
    if isinstance(key, RSAPrivateKey):
        octets, key_type = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "rsa"
    else:
        octets, key_type = public.public_bytes(Encoding.Raw, PublicFormat.Raw), "ed25519"
    return f"v=DKIM1; k={key_type}; p={base64.b64encode(octets).decode('ascii')}"


def split_record(value: str) -> list[str]:
    """Return the strings that a TXT record of this value consists of; readers join them without blanks."""
    return [value[start : start + TXT_STRING_LIMIT] for start in range(0, len(value), TXT_STRING_LIMIT)]


def zone_line(name: str, value: str) -> str:
    """Return a TXT record as a line of a zone file (RFC 1035 section 5.1)."""
    strings = split_record(value)
    return f"{name}. IN TXT {_quote(strings)}" if len(strings) == 1 else f"{name}. IN TXT ( {_quote(strings)} )"


def _quote(strings: Iterable[str]) -> str:
    escaped = (string.replace("\\", "\\\\").replace('"', '\\"') for string in strings)
    return " ".join(f'"{string}"' for string in escaped)
