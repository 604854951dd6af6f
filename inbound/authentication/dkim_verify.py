"""DKIM (RFC 6376, RFC 8301, RFC 8463): all signatures of a mail, each with the RFC's verdict and what weakens it.

Here belongs the difference between "valid" and "proves something": a verdict of pass counts for a sender's identity
only without a `Weakness`. Whose domain it must be is judged in `dmarc`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from inbound.authentication.canonical import Canonicalization, canonical_body, canonical_field
from inbound.authentication.dkim_key import DkimPublicKey, KeyFault, fetch_key
from inbound.authentication.dkim_signature import (
    Signature,
    SignatureFault,
    empty_signature,
    parse_dkim_signature,
)
from inbound.authentication.dns import Lookup
from wire.message import Field, Header

DkimVerdict = Literal["pass", "fail", "permerror", "temperror"]

MAX_SIGNATURES = 10
"""Signatures of one mail that are checked, from the top."""
MAX_CLOCK_SKEW = 3600
"""Seconds by which a signature may have been made in the future."""

_SINGLE = (
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
)
"""Fields that a mail has once at most (RFC 5322 section 3.6, RFC 2045): of two, programs show different ones."""


class Weakness(StrEnum):
    """Why a valid signature proves nothing about the mail that is read."""

    FROM_UNSIGNED = "the sender is not signed"
    SUBJECT_UNSIGNED = "the subject is not signed"
    TYPE_UNSIGNED = "the type of the content is not signed"
    DUPLICATE_FIELD = "a field that may stand once stands twice"
    PART_OF_BODY = "only a part of the body is signed"
    TEST_KEY = "the key is published for tests"
    MALFORMED = "the header cannot be read in one way only"


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """What became of one signature; what could not be read of it is empty."""

    verdict: DkimVerdict
    reason: str
    domain: str = ""
    selector: str = ""
    algorithm: str = ""
    bits: int = 0
    field_names: tuple[str, ...] = ()
    """The signed fields, lower case; what is not among them anyone may have written."""
    signed_at: int | None = None
    value: bytes = b""
    """The signature itself: the same one again is the same mail again."""
    weaknesses: frozenset[Weakness] = frozenset()

    @property
    def counts(self) -> bool:
        """Whether it proves that the domain sent what is read."""
        return self.verdict == "pass" and not self.weaknesses


class SignedMessage:
    """A message prepared for any number of signatures: each canonical body is made and hashed once."""

    def __init__(self, header: Header, body: bytes) -> None:
        self.header = header
        self._body = body
        self._bodies: dict[Canonicalization, bytes] = {}
        self._hashes: dict[tuple[Canonicalization, int | None], bytes | None] = {}
        self._fields: dict[str, list[bytes]] = {}
        for field in header.fields:
            self._fields.setdefault(field.key, []).append(field.raw)

    def hash_body(self, form: Canonicalization, length: int | None) -> bytes | None:
        """Return the SHA-256 of the canonical body, or of its first `length` bytes; None where it is shorter."""
        key = (form, length)
        if key not in self._hashes:
            self._hashes[key] = self._hash_body(form, length)
        return self._hashes[key]

    def _hash_body(self, form: Canonicalization, length: int | None) -> bytes | None:
        if form not in self._bodies:
            self._bodies[form] = canonical_body(self._body, form)
        body = self._bodies[form]
        if length is None:
            return hashlib.sha256(body).digest()
        return hashlib.sha256(body[:length]).digest() if length <= len(body) else None

    def hash_header(self, names: Iterable[str], form: Canonicalization, signature: bytes) -> bytes:
        """Return the SHA-256 of the named fields, taken from the bottom (3.7, 5.4.2), and of the signature's field."""
        taken: dict[str, int] = {}
        digest = hashlib.sha256()
        for name in names:
            fields = self._fields.get(name, [])
            taken[name] = taken.get(name, 0) + 1
            if taken[name] <= len(fields):
                digest.update(canonical_field(fields[-taken[name]], form))
        digest.update(canonical_field(empty_signature(signature), form).removesuffix(b"\r\n"))
        return digest.digest()


def verify_dkim(header: Header, body: bytes, lookup: Lookup, now: datetime) -> tuple[SignatureResult, ...]:
    """Return what became of the DKIM signatures of a message, from the top; none of them: the mail is not signed."""
    fields = header.every("dkim-signature")[:MAX_SIGNATURES]
    if not fields:
        return ()
    message = SignedMessage(header, body)
    flaws = find_weaknesses(header)
    return tuple(_verify(field, message, flaws, lookup, now) for field in fields)


def find_weaknesses(header: Header) -> frozenset[Weakness]:
    """Return what is wrong with a mail whatever its signatures are."""
    found = set()
    if header.flaws or _has_bare_break(b" ".join(field.raw for field in header.fields)):
        found.add(Weakness.MALFORMED)
    if any(len(header.every(name)) > 1 for name in _SINGLE):
        found.add(Weakness.DUPLICATE_FIELD)
    return frozenset(found)


def _has_bare_break(raw: bytes) -> bool:
    breaks = raw.count(b"\r\n")
    return raw.count(b"\r") != breaks or raw.count(b"\n") != breaks or b"\0" in raw


def _verify(
    field: Field, message: SignedMessage, flaws: frozenset[Weakness], lookup: Lookup, now: datetime
) -> SignatureResult:
    signature = parse_dkim_signature(field.raw.partition(b":")[2].removesuffix(b"\r\n").decode("latin-1"))
    if isinstance(signature, SignatureFault):
        return SignatureResult("permerror", signature.reason)
    if "from" not in signature.field_names:
        return _tell(signature, "permerror", Weakness.FROM_UNSIGNED)
    timing = _judge_time(signature, now)
    if timing:
        return _tell(signature, "permerror", timing)
    if message.hash_body(signature.body_form, signature.length) != signature.body_hash:
        return _tell(signature, "fail", "the body was changed")
    key = fetch_key(signature.domain, signature.selector, lookup)
    if isinstance(key, KeyFault):
        return _tell(signature, "temperror" if key.temporary else "permerror", key.reason)
    return _verify_with(key, signature, field, message, flaws)


def _verify_with(
    key: DkimPublicKey, signature: Signature, field: Field, message: SignedMessage, flaws: frozenset[Weakness]
) -> SignatureResult:
    if key.algorithm != signature.algorithm:
        return _tell(signature, "permerror", "the key is for another algorithm")
    if key.exact_domain and signature.identity_domain != signature.domain:
        return _tell(signature, "permerror", "the key is not for domains below its own")
    digest = message.hash_header(signature.field_names, signature.header_form, field.raw)
    if not key.verifies(signature.value, digest):
        return _tell(signature, "fail", "the signature does not fit the header")
    gaps = find_gaps(signature, message)
    if key.testing:
        gaps.add(Weakness.TEST_KEY)
    return _tell(signature, "pass", "", key.bits, flaws | gaps)


def find_gaps(signature: Signature, message: SignedMessage) -> set[Weakness]:
    """Return which part of a mail a signature leaves open to anyone."""
    found = set()
    if "from" not in signature.field_names:
        found.add(Weakness.FROM_UNSIGNED)
    if "subject" not in signature.field_names:
        found.add(Weakness.SUBJECT_UNSIGNED)
    if "content-type" not in signature.field_names and not _is_single_text(message.header.every("content-type")):
        found.add(Weakness.TYPE_UNSIGNED)
    if signature.length is not None:
        found.add(Weakness.PART_OF_BODY)
    return found


def _is_single_text(fields: Sequence[Field]) -> bool:
    return all(field.value.lower().startswith("text/") for field in fields)


def _judge_time(signature: Signature, now: datetime) -> str:
    """Return what is wrong with the times of a signature; nothing where all is well."""
    seconds = int(now.timestamp())
    if signature.expires_at is not None and signature.expires_at < seconds:
        return "it has run out"
    if signature.signed_at is None:
        return ""
    if signature.signed_at > seconds + MAX_CLOCK_SKEW:
        return "it was made in the future"
    if signature.expires_at is not None and signature.expires_at <= signature.signed_at:
        return "it ran out before it was made"
    return ""


def _tell(
    signature: Signature,
    verdict: DkimVerdict,
    reason: str,
    bits: int = 0,
    weaknesses: frozenset[Weakness] = frozenset(),
) -> SignatureResult:
    return SignatureResult(
        verdict,
        reason,
        signature.domain,
        signature.selector,
        signature.algorithm,
        bits,
        signature.field_names,
        signature.signed_at,
        signature.value,
        weaknesses,
    )
