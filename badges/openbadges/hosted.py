"""The same awards as Open Badges 2.0, for verifiers that know no other: hosted assertion, badge class, issuer. Pure.

Here belongs the wording alone. An assertion of 2.0 is no more than what stands at its address: it is not signed, and
is taken back by answering otherwise there.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html
"""

import json
from typing import Any

from badges.openbadges.achievement import Achieved, Picture, Profile
from badges.openbadges.credential import Attested, write_moment
from badges.openbadges.places import Places

_CONTEXT = "https://w3id.org/openbadges/v2"

Json = dict[str, Any]


def build_assertion(attested: Attested, base_url: str) -> Json:
    """Return the Assertion."""
    places = Places(base_url)
    return {
        "@context": _CONTEXT,
        "type": "Assertion",
        "id": places.assertion(attested.credential_id),
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": attested.salt,
            "identity": attested.recipient_hash,
        },
        "badge": places.badge_class(attested.achieved.digest),
        "verification": {"type": "HostedBadge"},
        "image": _build_image(attested.achieved.image, attested.achieved.caption, places),
        **({"evidence": attested.evidence_url} if attested.evidence_url else {}),
        **({"narrative": attested.narrative} if attested.narrative else {}),
        "issuedOn": write_moment(attested.valid_from),
        **({"expires": write_moment(attested.valid_until)} if attested.valid_until else {}),
    }


def write_assertion(attested: Attested, base_url: str) -> str:
    """Return the Assertion as it is baked into a picture."""
    return json.dumps(build_assertion(attested, base_url), ensure_ascii=False, separators=(",", ":"))


def build_revoked(credential_id: str, reason: str, base_url: str) -> Json:
    """Return what stands at the address of an assertion that no longer counts. It goes with HTTP 410."""
    return {
        "@context": _CONTEXT,
        "type": "Assertion",
        "id": Places(base_url).assertion(credential_id),
        "revoked": True,
        "revocationReason": reason,
    }


def build_badge_class(achieved: Achieved, base_url: str) -> Json:
    """Return the BadgeClass."""
    places = Places(base_url)
    url = achieved.criteria_url
    return {
        "@context": _CONTEXT,
        "type": "BadgeClass",
        "id": places.badge_class(achieved.digest),
        "name": achieved.name,
        "description": achieved.description or achieved.name,
        "image": _build_image(achieved.image, achieved.caption, places),
        "criteria": url or {"narrative": achieved.narrative},
        "issuer": places.issuer_2(achieved.issuer.id),
    }


def build_issuer(issuer: Profile, base_url: str) -> Json:
    """Return the Issuer Profile. It must have a website; one without is found at ours."""
    places = Places(base_url)
    return {
        "@context": _CONTEXT,
        "type": "Issuer",
        "id": places.issuer_2(issuer.id),
        "name": issuer.name,
        "url": issuer.website or base_url,
        "email": issuer.email,
        **({"image": places.image(issuer.logo)} if issuer.logo else {}),
    }


def _build_image(picture: Picture, caption: str | None, places: Places) -> str | Json:
    url = places.image(picture)
    return {"type": "Image", "id": url, "caption": caption} if caption else url
