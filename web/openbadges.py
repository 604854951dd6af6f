"""Open Badges 3.0 as JSON at stable URLs: credentials, issuers, achievements, status lists, public keys.

Here belong the endpoints. What they say is worded in `badges.openbadges`; version 2.0 stands in `openbadges_2`, badges
as files in `baked`, how all of these may be kept and read in `public_json`.

A credential is served while its award is public. Status lists, keys, issuers and achievements always are: whoever
was given a credential must be able to check it, also when its owner shows it to nobody else.
"""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response

from badges.openbadges.credential import CONTEXTS, build_achievement, build_credential, build_profile, write_moment
from badges.openbadges.places import Places
from badges.transactions import reading
from desk.credentials.finding import Recorded, find_credential, find_current
from desk.credentials.snapshots import find_achievement, find_profile
from desk.credentials.status_lists import sign_status_list
from web.context import READ, Service
from web.needs import WebService
from web.public_json import FRESH, JSON_LD, LASTING, send_json

router = APIRouter()

JWT = "application/vc+jwt"
"""A credential secured with JOSE (W3C, Securing Verifiable Credentials using JOSE and COSE, section 6.1)."""

_MOST_LISTS = 1_000_000


@router.api_route("/credentials/{credential_id}", methods=READ)
def send_credential(credential_id: str, service: Service, accept: Annotated[str, Header()] = "") -> Response:
    """Send the credential, signed; as plain JSON to who asks for that by `Accept` or by `.json` at the end. People
    with a browser are led to the badge's page."""
    recorded = find_public(service, credential_id.removesuffix(".json"))
    places = Places(service.place.base_url)
    is_json = credential_id.endswith(".json") or "json" in accept
    if "text/html" in accept and not is_json:
        page = places.badge_page(recorded.attested.assertion_id)
        return RedirectResponse(page, 303, {**FRESH, "vary": "accept"})
    if recorded.replaced_by is not None:
        return _tell_successor(recorded, recorded.replaced_by, places)
    return _send(service, recorded, accept, is_json=is_json)


@router.api_route("/credentials/{credential_id}/newest", methods=READ)
def send_newest(credential_id: str, service: Service, accept: Annotated[str, Header()] = "") -> Response:
    """Send the credential that stands in the place of this one now: its refresh service."""
    recorded = find_public(service, credential_id)
    with reading(service.office.engine).connect() as connection:
        newest = find_current(connection, recorded.attested.assertion_id)
    if newest is None:
        raise HTTPException(404)
    return _send(service, newest, accept, is_json="json" in accept)


@router.api_route("/issuers/{name}", methods=READ)
def send_issuer(name: str, service: Service) -> Response:
    """Send an issuer's profile, as it is now."""
    with reading(service.office.engine).connect() as connection:
        issuer = find_profile(connection, name.removesuffix(".json"))
    if issuer is None:
        raise HTTPException(404)
    profile = build_profile(issuer, Places(service.place.base_url))
    return send_json({"@context": list(CONTEXTS[:2]), **profile}, JSON_LD, FRESH)


@router.api_route("/achievements/{digest}", methods=READ)
def send_achievement(digest: str, service: Service) -> Response:
    """Send an achievement in the words in which it was attested."""
    with reading(service.office.engine).connect() as connection:
        achieved = find_achievement(connection, digest)
    if achieved is None:
        raise HTTPException(404)
    achievement = build_achievement(achieved, Places(service.place.base_url))
    return send_json({"@context": list(CONTEXTS[:2]), **achievement}, JSON_LD, LASTING)


@router.api_route("/status/{issuer_id}/{number}", methods=READ)
def send_status_list(
    issuer_id: str, number: Annotated[int, InPath(ge=0, le=_MOST_LISTS)], service: Service
) -> Response:
    """Send an issuer's status list, signed, as it stands now."""
    places, keys = Places(service.place.base_url), service.office.credentials
    with reading(service.office.engine).connect() as connection:
        signed = sign_status_list(connection, keys, places, issuer_id, number, service.clock())
    if signed is None:
        raise HTTPException(404)
    return Response(signed, headers=FRESH, media_type=JWT)


@router.api_route("/.well-known/jwks.json", methods=READ)
def send_key_set(service: Service) -> Response:
    """Send all public keys, also those that have not signed for long."""
    return send_json(service.office.credentials.key_set(), "application/jwk-set+json", FRESH)


@router.api_route("/keys/{key_id}", methods=READ)
def send_key(key_id: str, service: Service) -> Response:
    """Send the one public key that a credential's header names (section 8.5: a JWK)."""
    key = service.office.credentials.find_key(key_id)
    if key is None:
        raise HTTPException(404)
    return send_json(key.jwk, "application/jwk+json", FRESH)


def find_public(service: WebService, credential_id: str) -> Recorded:
    """Return the credential unless its award is held or hidden: then it looks exactly as one that never was."""
    with reading(service.office.engine).connect() as connection:
        recorded = find_credential(connection, credential_id)
    if recorded is None or not recorded.is_public:
        raise HTTPException(404)
    return recorded


def _send(service: WebService, recorded: Recorded, accept: str, *, is_json: bool) -> Response:
    headers = {**FRESH, "vary": "accept"}
    if is_json:
        credential = build_credential(recorded.attested, service.place.base_url)
        return send_json(credential, JSON_LD if "ld+json" in accept else "application/json", headers)
    return Response(service.office.credentials.sign_credential(recorded.attested), headers=headers, media_type=JWT)


def _tell_successor(recorded: Recorded, successor: str, places: Places) -> Response:
    """Say that a credential was replaced, and by which (RFC 9457, RFC 5829): it is not signed again."""
    url = places.credential(successor)
    problem = {
        "title": "Replaced",
        "status": 410,
        "detail": "This credential was replaced. It is revoked in its status list.",
        "credential": places.credential(recorded.attested.credential_id),
        "replacedBy": url,
        "replacedAt": write_moment(recorded.replaced_at) if recorded.replaced_at else None,
    }
    headers = {**FRESH, "vary": "accept", "link": f'<{url}>; rel="successor-version"'}
    return send_json(problem, "application/problem+json", headers, status=410)
