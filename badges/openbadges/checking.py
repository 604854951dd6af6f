"""Checking a credential as any verifier would: from what is served, and from nothing that only we know. Pure.

Here belong the checks and their outcomes. What is handed in is fetched by the caller; in which words an outcome is
told stands in the page `verify.html`.

Open Badges 3.0 section 9 (verification), W3C Bitstring Status List section 3.2.
"""

import json
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jwt import PyJWK, PyJWS
from jwt.exceptions import PyJWTError

from badges.openbadges.places import Places
from badges.openbadges.signing import PublicKey
from badges.openbadges.status import LIST_LENGTH

Json = Mapping[str, Any]
FindKey = Callable[[str], PublicKey | None]
"""The published key with a thumbprint."""


class Aspect(StrEnum):
    """What is checked, in the order in which it is told."""

    SIGNATURE = "signature"
    ISSUER = "issuer"
    NAME = "name"
    DATES = "dates"
    STATUS = "status"
    NEWEST = "newest"


class Outcome(StrEnum):
    """What a check came to."""

    GOOD = "good"
    BAD = "bad"
    EARLY = "early"
    """Its first day is still to come."""
    LATE = "late"
    """Its last day has passed."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked."""

    aspect: Aspect
    outcome: Outcome

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the credential here."""
        return self.outcome is Outcome.GOOD


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the badge page says, and the credential must say too."""

    issuer_id: str
    earner_name: str
    is_newest: bool


def check_credential(  # noqa: PLR0913, PLR0917 - what a verifier fetches, and the moment
    credential: str, status_list: str, find_key: FindKey, places: Places, claimed: Claimed, now: datetime
) -> list[Check]:
    """Check a credential, its status list (both compact JWS) and what is `claimed` of it.

    Without a genuine signature nothing else is worth a look: then that one check is all.
    """
    claims = read_signed(credential, find_key)
    if claims is None:
        return [Check(Aspect.SIGNATURE, Outcome.BAD)]
    revocations = read_signed(status_list, find_key)
    return [
        Check(Aspect.SIGNATURE, Outcome.GOOD),
        _judge(Aspect.ISSUER, _issuers_of(claims) == {places.issuer(claimed.issuer_id)}),
        _judge(Aspect.NAME, claimed.earner_name in _names_of(claims)),
        Check(Aspect.DATES, _judge_dates(claims, now)),
        _judge(Aspect.STATUS, revocations is not None and _still_counts(claims, revocations, now)),
        _judge(Aspect.NEWEST, claimed.is_newest),
    ]


def read_signed(token: str, find_key: FindKey) -> Json | None:
    """Return what a compact JWS says, if a published key of ours has signed it.

    The algorithm is the one of the key, whatever the header wants (RFC 8725 section 3.1).
    """
    jws = PyJWS()
    try:
        url = str(jws.get_unverified_header(token).get("kid", ""))
        key = find_key(url.rpartition("/")[2])
        if key is None or key.url != url:
            return None
        payload = jws.decode(token, PyJWK.from_dict(key.jwk), algorithms=[key.algorithm])
        claims = json.loads(payload)
    except (PyJWTError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def is_bit_set(encoded: str, index: int) -> bool:
    """Tell whether a status list has this bit set. Raises `ValueError` for what is no list of the standard length."""
    if not encoded.startswith("u"):
        raise ValueError("not base64url in multibase")
    packed = urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
    size = LIST_LENGTH // 8
    try:
        bits = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError("not GZIP") from error
    if len(bits) != size or not 0 <= index < LIST_LENGTH:
        raise ValueError("not a list of this length")
    return bool(bits[index // 8] & 0x80 >> index % 8)


def _judge(aspect: Aspect, is_good: bool) -> Check:
    return Check(aspect, Outcome.GOOD if is_good else Outcome.BAD)


def _issuers_of(claims: Json) -> set[str]:
    """Return every issuer that the credential names: it must be one and the same (section 8.2.4.1)."""
    issuer = claims["issuer"]
    return {claims["iss"], issuer["id"] if isinstance(issuer, dict) else issuer}


def _names_of(claims: Json) -> list[str]:
    identities = claims["credentialSubject"]["identifier"]
    return [each["identityHash"] for each in identities if each["identityType"] == "name" and not each["hashed"]]


def _judge_dates(claims: Json, now: datetime) -> Outcome:
    if now < datetime.fromisoformat(claims["validFrom"]):
        return Outcome.EARLY
    is_over = "validUntil" in claims and now > datetime.fromisoformat(claims["validUntil"])
    return Outcome.LATE if is_over else Outcome.GOOD


def _still_counts(claims: Json, revocations: Json, now: datetime) -> bool:
    """Tell whether the list is the one that the credential names, is fresh, and has the credential's bit unset."""
    entry, bits = claims["credentialStatus"], revocations["credentialSubject"]
    is_named = entry["statusListCredential"] == revocations["id"] and bits["statusPurpose"] == entry["statusPurpose"]
    is_fresh = now <= datetime.fromisoformat(revocations["validUntil"])
    return is_named and is_fresh and not is_bit_set(bits["encodedList"], int(entry["statusListIndex"]))
