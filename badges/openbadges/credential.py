"""An award as an Open Badges 3.0 credential: what is attested, and the JSON that says so. Pure.

Here belongs the wording alone. Signing stands in `signing`, what a credential is worth today in `status`, the rows in
`desk.credentials`.

https://www.imsglobal.org/spec/ob/v3p0 (final), on the W3C's Verifiable Credentials Data Model 2.0.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from badges.openbadges.achievement import Achieved, Picture, Profile
from badges.openbadges.places import Places
from badges.openbadges.status import LIST_LENGTH

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
"""The first two in this order (the specification's schema); the third defines the types of schema and refreshing."""

_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

Json = dict[str, Any]


@dataclass(frozen=True)
class Attested:
    """What was attested of an award, and of whom."""

    credential_id: str
    assertion_id: str
    status_index: int
    """Its bit in the issuer's status lists, counted from 0 through all of them."""
    earner_name: str
    address: str
    salt: str
    issued_on: date
    expires_on: date | None
    """The last day on which it counts."""
    evidence_url: str | None
    """A page that shows what the award rests on."""
    narrative: str | None
    """What the issuer says of this one award."""
    attested_at: datetime
    achieved: Achieved

    @property
    def valid_from(self) -> datetime:
        """The first moment of the day it was issued on, in UTC."""
        return datetime.combine(self.issued_on, time(0), UTC)

    @property
    def valid_until(self) -> datetime | None:
        """The last second of the last day on which it counts, in UTC; None: it never expires."""
        return datetime.combine(self.expires_on, time(23, 59, 59), UTC) if self.expires_on else None

    @property
    def recipient_hash(self) -> str:
        """The address as both versions of the standard publish it: `sha256$` of address and salt."""
        return "sha256$" + hashlib.sha256((self.address + self.salt).encode("utf-8")).hexdigest()


def build_credential(attested: Attested, base_url: str) -> Json:
    """Return the OpenBadgeCredential, unsigned: the same for the same arguments, whenever it is built."""
    places = Places(base_url)
    url = places.credential(attested.credential_id)
    return {
        "@context": list(CONTEXTS),
        "id": url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": attested.achieved.name,
        "issuer": build_profile(attested.achieved.issuer, places),
        "validFrom": write_moment(attested.valid_from),
        **({"validUntil": write_moment(attested.valid_until)} if attested.valid_until else {}),
        "awardedDate": write_moment(attested.valid_from),
        "credentialSubject": {
            # Names the earner of this credential and of no other: nobody can tell by it who else they are.
            "id": f"{url}#earner",
            "type": ["AchievementSubject"],
            "identifier": _identify(attested),
            "achievement": build_achievement(attested.achieved, places),
        },
        **_build_evidence(attested),
        "credentialStatus": _build_status(attested, places),
        "credentialSchema": [{"id": _SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "refreshService": {"id": places.newest(attested.credential_id), "type": "1EdTechCredentialRefresh"},
    }


def build_claims(credential: Mapping[str, Any], valid_from: datetime, valid_until: datetime | None) -> Json:
    """Return the JWT payload: the credential itself with its registered claims beside it (section 8.2.4.1)."""
    subject = credential["credentialSubject"]
    issuer = credential["issuer"]
    return {
        **credential,
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": credential["id"],
        "sub": subject["id"],
        "nbf": int(valid_from.timestamp()),
        **({"exp": int(valid_until.timestamp())} if valid_until else {}),
    }


def build_profile(issuer: Profile, places: Places) -> Json:
    """Return an issuer's Profile."""
    profile = {
        "id": places.issuer(issuer.id),
        "type": ["Profile"],
        "name": issuer.name,
        "email": issuer.email,
        "url": issuer.website,
        "image": _build_image(issuer.logo, None, places) if issuer.logo else None,
    }
    return {term: value for term, value in profile.items() if value}


def build_achievement(achieved: Achieved, places: Places) -> Json:
    """Return the Achievement."""
    url = achieved.criteria_url
    return {
        "id": places.achievement(achieved.digest),
        "type": ["Achievement"],
        "achievementType": "Badge",
        "name": achieved.name,
        "description": achieved.description or achieved.name,
        "criteria": {"id": url} if url else {"narrative": achieved.narrative},
        "image": _build_image(achieved.image, achieved.caption, places),
        "creator": build_profile(achieved.issuer, places),
    }


def write_moment(moment: datetime) -> str:
    """Return a moment as the data model writes it (XML Schema dateTimeStamp), to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _identify(attested: Attested) -> list[Json]:
    return [
        {
            "type": "IdentityObject",
            "identityType": "emailAddress",
            "hashed": True,
            "identityHash": attested.recipient_hash,
            "salt": attested.salt,
        },
        {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": attested.earner_name},
    ]


def _build_evidence(attested: Attested) -> Json:
    evidence = {"id": attested.evidence_url, "type": ["Evidence"], "narrative": attested.narrative}
    told = {term: value for term, value in evidence.items() if value}
    return {"evidence": [told]} if len(told) > 1 else {}


def _build_image(picture: Picture, caption: str | None, places: Places) -> Json:
    return {"id": places.image(picture), "type": "Image", **({"caption": caption} if caption else {})}


def _build_status(attested: Attested, places: Places) -> Json:
    number, index = divmod(attested.status_index, LIST_LENGTH)
    url = places.status_list(attested.achieved.issuer.id, number)
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": url,
    }
