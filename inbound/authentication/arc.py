"""ARC (RFC 8617): whether the chain of seals, by which forwarders tell what they found, is whole and unbroken.

Here belongs the chain. That it is whole says nothing yet: anyone can seal. Whose seals are believed is configured.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inbound.authentication.canonical import canonical_field
from inbound.authentication.dkim_key import KeyFault, fetch_key
from inbound.authentication.dkim_signature import (
    Seal,
    SignatureFault,
    empty_signature,
    read_seal,
    read_signature,
)
from inbound.authentication.dkim_verify import SignedMessage, Weakness, find_gaps, find_weaknesses
from inbound.authentication.dns import Lookup
from wire.message import Field, Header
from wire.tags import TagFault, parse_tags

ArcVerdict = Literal["none", "pass", "fail", "temperror"]

MAX_SETS = 50
"""Instances of one chain (RFC 8617 section 5.1.1)."""

_INSTANCE = re.compile(r"[1-9][0-9]?")
_RESULTS = re.compile(rb"[ \t\r\n]*i[ \t]*=[ \t]*([1-9][0-9]?)[ \t]*;")


@dataclass(frozen=True, slots=True)
class ArcSet:
    """The three fields that one forwarder added."""

    instance: int
    results: Field
    signature: Field
    seal: Field
    seal_tags: Mapping[str, str]
    signature_tags: Mapping[str, str]

    @property
    def sealer(self) -> str:
        """The domain that sealed, lower case."""
        return self.seal_tags.get("d", "").lower()

    @property
    def results_value(self) -> bytes:
        """What the forwarder says that it found, as in Authentication-Results (`wire.authres`)."""
        return _RESULTS.sub(b"", self.results.raw.partition(b":")[2], count=1)


@dataclass(frozen=True, slots=True)
class ArcResult:
    """The state of the chain and why; `sets` from the first forwarder to the last, only of a chain that is whole."""

    verdict: ArcVerdict
    reason: str
    sets: tuple[ArcSet, ...] = ()
    weaknesses: frozenset[Weakness] = frozenset()
    """What the last forwarder's signature leaves open to anyone."""

    @property
    def counts(self) -> bool:
        """Whether what is read is what the last forwarder sealed."""
        return self.verdict == "pass" and not self.weaknesses


class _BrokenError(Exception):
    """Ends the validation of a chain; never leaves this module."""

    def __init__(self, reason: str, verdict: ArcVerdict = "fail") -> None:
        super().__init__(reason)
        self.verdict = verdict


def validate_arc(header: Header, body: bytes, lookup: Lookup) -> ArcResult:
    """Return the state of a message's chain (RFC 8617 section 5.2)."""
    try:
        sets = _collect(header)
        if not sets:
            return ArcResult("none", "there is no chain")
        _check_states(sets)
        weaknesses = _check_signature(sets[-1], SignedMessage(header, body), lookup)
        for count in range(len(sets), 0, -1):
            _check_seal(sets[:count], lookup)
    except _BrokenError as broken:
        return ArcResult(broken.verdict, str(broken))
    return ArcResult("pass", "", sets, weaknesses)


def _collect(header: Header) -> tuple[ArcSet, ...]:
    results = _number(header.every("arc-authentication-results"), _instance_of_results)
    signatures = _number(header.every("arc-message-signature"), _instance_of_tags)
    seals = _number(header.every("arc-seal"), _instance_of_tags)
    count = len(seals)
    if not results.keys() == signatures.keys() == seals.keys() == set(range(1, count + 1)):
        raise _BrokenError("the sets of the chain are not complete")
    if count > MAX_SETS:
        raise _BrokenError("the chain is too long")
    return tuple(
        ArcSet(i, results[i], signatures[i], seals[i], _read_tags(seals[i]), _read_tags(signatures[i]))
        for i in range(1, count + 1)
    )


def _number(fields: Sequence[Field], instance_of: Callable[[Field], int]) -> dict[int, Field]:
    numbered = {instance_of(field): field for field in fields}
    if len(numbered) != len(fields):
        raise _BrokenError("a set of the chain has a field twice")
    return numbered


def _instance_of_results(field: Field) -> int:
    found = _RESULTS.match(field.raw.partition(b":")[2])
    if found is None:
        raise _BrokenError("results in the chain have no number")
    return int(found[1])


def _instance_of_tags(field: Field) -> int:
    instance = _read_tags(field).get("i", "")
    if not _INSTANCE.fullmatch(instance):
        raise _BrokenError("a field of the chain has no number")
    return int(instance)


def _read_tags(field: Field) -> Mapping[str, str]:
    tags = parse_tags(field.raw.partition(b":")[2].removesuffix(b"\r\n").decode("latin-1"))
    if isinstance(tags, TagFault):
        raise _BrokenError(f"a field of the chain is broken: {tags.reason}")
    return tags


def _check_states(sets: Sequence[ArcSet]) -> None:
    """Each forwarder must have found the chain before it whole; the first one, that there was none."""
    for found in sets:
        if found.seal_tags.get("cv") != ("none" if found.instance == 1 else "pass"):
            raise _BrokenError(f"seal {found.instance} does not say that the chain before it was whole")


def _check_signature(newest: ArcSet, message: SignedMessage, lookup: Lookup) -> frozenset[Weakness]:
    """Check the last forwarder's signature over the message, and return what it leaves open.

    The older signatures a forwarder may have broken by right.
    """
    signature = read_signature({"c": "relaxed/relaxed", **newest.signature_tags}, None)
    if isinstance(signature, SignatureFault):
        raise _BrokenError(f"the last signature of the chain is broken: {signature.reason}")
    if "arc-seal" in signature.field_names:
        raise _BrokenError("the last signature of the chain signs a seal")
    if message.hash_body(signature.body_form, signature.length) != signature.body_hash:
        raise _BrokenError("the body was changed after the chain's last signature")
    digest = message.hash_header(signature.field_names, signature.header_form, newest.signature.raw)
    seal = Seal(signature.algorithm, signature.value, signature.domain, signature.selector)
    _check_value(seal, digest, lookup, "the last signature of the chain")
    return find_weaknesses(message.header) | find_gaps(signature, message)


def _check_seal(sets: Sequence[ArcSet], lookup: Lookup) -> None:
    """Check the seal of the last of `sets`, over all fields of the chain up to it (RFC 8617 section 5.1.1)."""
    newest = sets[-1]
    seal = read_seal(newest.seal_tags)
    if isinstance(seal, SignatureFault) or "h" in newest.seal_tags:
        raise _BrokenError(f"seal {newest.instance} is broken")
    fields = [field.raw for found in sets for field in (found.results, found.signature, found.seal)]
    fields[-1] = empty_signature(fields[-1])
    data = b"".join([canonical_field(raw, "relaxed") for raw in fields]).removesuffix(b"\r\n")
    _check_value(seal, hashlib.sha256(data).digest(), lookup, f"seal {newest.instance}")


def _check_value(seal: Seal, digest: bytes, lookup: Lookup, what: str) -> None:
    key = fetch_key(seal.domain, seal.selector, lookup)
    if isinstance(key, KeyFault):
        raise _BrokenError(f"{what}: {key.reason}", "temperror" if key.temporary else "fail")
    if key.algorithm != seal.algorithm or not key.verifies(seal.value, digest):
        raise _BrokenError(f"{what} does not fit")
