"""One signature as its field says it (RFC 6376 section 3.5, RFC 8617 section 4.1.2): read strictly, nothing checked.

Here belongs what DKIM-Signature and ARC-Message-Signature have in common, and what a DKIM-Signature has beside it.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from inbound.authentication.canonical import Canonicalization
from inbound.authentication.dkim_key import Algorithm
from inbound.authentication.dns import is_host_name
from wire.tags import TagFault, drop_space, parse_tags

_ALGORITHMS = ("rsa-sha256", "ed25519-sha256")
_NUMBER = re.compile(r"[0-9]{1,12}")
_FIELD_NAME = re.compile(r"[!-9;-~]+")
_B_TAG = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature claims. Names are lower case, times seconds since 1970."""

    algorithm: Algorithm
    value: bytes
    body_hash: bytes
    header_form: Canonicalization
    body_form: Canonicalization
    domain: str
    selector: str
    identity_domain: str
    field_names: tuple[str, ...]
    length: int | None
    signed_at: int | None
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Seal:
    """What every kind of signature claims: who made it, how, and its value."""

    algorithm: Algorithm
    value: bytes
    domain: str
    selector: str


@dataclass(frozen=True, slots=True)
class SignatureFault:
    """Why a field is no signature that could be checked."""

    reason: str


class _TagError(Exception):
    """Ends the reading of one signature; never leaves this module."""


def parse_dkim_signature(value: str) -> Signature | SignatureFault:
    """Return the signature in the value of a DKIM-Signature field."""
    tags = parse_tags(value)
    if isinstance(tags, TagFault):
        return SignatureFault(tags.reason)
    if tags.get("v") != "1":
        return SignatureFault("its version is not 1")
    if "dns/txt" not in [method.strip(" \t") for method in tags.get("q", "dns/txt").split(":")]:
        return SignatureFault("its key is not in the DNS")
    return read_signature(tags, tags.get("i"))


def read_signature(tags: Mapping[str, str], identity: str | None) -> Signature | SignatureFault:
    """Return the signature that tags make up; `identity` is the i= of DKIM, which has another meaning in ARC."""
    try:
        return _read(tags, identity)
    except _TagError as error:
        return SignatureFault(str(error))


def read_seal(tags: Mapping[str, str]) -> Seal | SignatureFault:
    """Return the part of a signature that does not say what was signed."""
    try:
        _read_number(tags, "t")
        return _read_seal(tags)
    except _TagError as error:
        return SignatureFault(str(error))


def read_base64(tags: Mapping[str, str], name: str) -> bytes | None:
    """Return the content of a base64 tag; None where it is missing, empty or broken."""
    try:
        return base64.b64decode(drop_space(tags.get(name, "")), validate=True) or None
    except binascii.Error:
        return None


def empty_signature(raw: bytes) -> bytes:
    """Return a signature's field with nothing in its tag b=, as it was when it was signed (3.7); without line end."""
    name, _, value = raw.removesuffix(b"\r\n").partition(b":")
    return name + b":" + _B_TAG.sub(rb"\1", value, count=1)


def _read_seal(tags: Mapping[str, str]) -> Seal:
    algorithm = tags.get("a", "")
    if algorithm not in _ALGORITHMS:
        raise _TagError(f"its algorithm is {algorithm or 'missing'}")
    domain, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
    if not is_host_name(domain) or "." not in domain or not is_host_name(f"{selector}._domainkey.{domain}"):
        raise _TagError("its domain and selector are no name of the DNS")
    value = read_base64(tags, "b")
    if value is None:
        raise _TagError("it holds no signature")
    return Seal(cast("Algorithm", algorithm), value, domain, selector)


def _read(tags: Mapping[str, str], identity: str | None) -> Signature:
    seal = _read_seal(tags)
    body_hash = read_base64(tags, "bh")
    if body_hash is None:
        raise _TagError("it has no body hash")
    header_form, body_form = _read_forms(tags.get("c", "simple/simple"))
    return Signature(
        seal.algorithm,
        seal.value,
        body_hash,
        header_form,
        body_form,
        seal.domain,
        seal.selector,
        _read_identity(identity, seal.domain),
        _read_field_names(tags),
        _read_number(tags, "l"),
        _read_number(tags, "t"),
        _read_number(tags, "x"),
    )


def _read_forms(text: str) -> tuple[Canonicalization, Canonicalization]:
    header, slash, body = text.partition("/")
    body = body if slash else "simple"
    if header not in ("simple", "relaxed") or body not in ("simple", "relaxed"):
        raise _TagError("its canonical form is unknown")
    return cast("Canonicalization", header), cast("Canonicalization", body)


def _read_identity(text: str | None, domain: str) -> str:
    if text is None:
        return domain
    _, at, identity_domain = text.lower().rpartition("@")
    if not at or not (identity_domain == domain or identity_domain.endswith(f".{domain}")):
        raise _TagError("its identity is of another domain")
    return identity_domain


def _read_field_names(tags: Mapping[str, str]) -> tuple[str, ...]:
    if "h" not in tags:
        raise _TagError("it does not list the signed fields")
    names = [name.strip(" \t").lower() for name in tags["h"].split(":")]
    # A name that is left out names nothing; ARC's own vectors have it valid.
    if not all(_FIELD_NAME.fullmatch(name) for name in names if name):
        raise _TagError("its list of signed fields is broken")
    return tuple(filter(None, names))


def _read_number(tags: Mapping[str, str], name: str) -> int | None:
    if name not in tags:
        return None
    if not _NUMBER.fullmatch(tags[name]):
        raise _TagError(f"its tag {name} is no number")
    return int(tags[name])
