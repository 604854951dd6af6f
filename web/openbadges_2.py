"""`/ob2/…`: the same awards as Open Badges 2.0 hosted assertions, for verifiers that know no other.

Here belong the endpoints; the wording stands in `badges.openbadges.hosted`. What is hosted is the proof, so the
assertion of an award that is held or hidden is not there.
"""

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from badges.openbadges.hosted import build_assertion, build_badge_class, build_issuer, build_revoked
from badges.openbadges.places import Places
from badges.transactions import reading
from desk.credentials.finding import Recorded
from desk.credentials.snapshots import find_achievement, find_profile
from web.context import READ, Service
from web.openbadges import find_public
from web.public_json import FRESH, JSON_LD, LASTING, send_json

router = APIRouter()


@router.api_route("/ob2/assertions/{credential_id}", methods=READ)
def send_assertion(credential_id: str, service: Service) -> Response:
    """Send the assertion; one that was revoked or replaced says so."""
    recorded = find_public(service, credential_id)
    base_url = service.place.base_url
    reason = _find_reason(recorded, Places(base_url))
    if reason is not None:
        return send_json(build_revoked(credential_id, reason, base_url), JSON_LD, FRESH, status=410)
    return send_json(build_assertion(recorded.attested, base_url), JSON_LD, FRESH)


@router.api_route("/ob2/badges/{digest}", methods=READ)
def send_badge_class(digest: str, service: Service) -> Response:
    """Send the badge class."""
    with reading(service.office.engine).connect() as connection:
        achieved = find_achievement(connection, digest)
    if achieved is None:
        raise HTTPException(404)
    return send_json(build_badge_class(achieved, service.place.base_url), JSON_LD, LASTING)


@router.api_route("/ob2/issuers/{issuer_id}", methods=READ)
def send_issuer(issuer_id: str, service: Service) -> Response:
    """Send the issuer's profile, as it is now."""
    with reading(service.office.engine).connect() as connection:
        issuer = find_profile(connection, issuer_id)
    if issuer is None:
        raise HTTPException(404)
    return send_json(build_issuer(issuer, service.place.base_url), JSON_LD, FRESH)


def _find_reason(recorded: Recorded, places: Places) -> str | None:
    if recorded.is_revoked:
        return recorded.revocation_reason or "Revoked by the issuer."
    if recorded.replaced_by is not None:
        return f"Replaced by {places.assertion(recorded.replaced_by)}"
    return None
