"""Open Badges 3.0 as JSON at stable URLs: credentials, issuers, achievements, status lists, public keys.

Here belong the endpoints and how their answers may be kept. What they say is worded in `badges.openbadges`. Version 2.0
stands in `openbadges_2`, badges as files in `baked`.

A credential is served while its award is public. Status lists, keys, issuers and achievements always are: whoever
was given a credential must be able to check it, also when its owner shows it to nobody else.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import JSONResponse, Response

from badges.openbadges.credential import build_credential
from badges.transactions import reading
from desk.credentials.finding import Recorded, find_credential
from web.context import READ, Service
from web.needs import WebService

router = APIRouter()

JWT = "application/vc+jwt"
"""A credential secured with JOSE (W3C, Securing Verifiable Credentials using JOSE and COSE, section 6.1)."""
JSON_LD = "application/ld+json"
PUBLIC = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""Verifiers run in browsers, too. Nothing here depends on who asks."""


@router.api_route("/credentials/{credential_id}", methods=READ)
def send_credential(credential_id: str, service: Service, accept: Annotated[str, Header()] = "") -> Response:
    """Send the credential, signed; as plain JSON to who asks for that by `Accept` or by `.json` at the end."""
    recorded = find_public(service, credential_id.removesuffix(".json"))
    if credential_id.endswith(".json") or "json" in accept:
        credential = build_credential(recorded.attested, service.place.base_url)
        return JSONResponse(credential, headers=_fresh(), media_type=JSON_LD if "ld+json" in accept else None)
    signed = service.office.credentials.sign_credential(recorded.attested)
    return Response(signed, headers=_fresh(), media_type=JWT)


@router.api_route("/.well-known/jwks.json", methods=READ)
def send_key_set(service: Service) -> Response:
    """Send all public keys, also those that have not signed for long."""
    return JSONResponse(service.office.credentials.key_set(), headers=_fresh(), media_type="application/jwk-set+json")


@router.api_route("/keys/{key_id}", methods=READ)
def send_key(key_id: str, service: Service) -> Response:
    """Send the one public key that a credential's header names (section 8.5: a JWK)."""
    key = service.office.credentials.find_key(key_id)
    if key is None:
        raise HTTPException(404)
    return JSONResponse(key.jwk, headers=_fresh(), media_type="application/jwk+json")


def find_public(service: WebService, credential_id: str) -> Recorded:
    """Return the credential unless its award is held or hidden: then it looks exactly as one that never was."""
    with reading(service.office.engine).connect() as connection:
        recorded = find_credential(connection, credential_id)
    if recorded is None or not recorded.is_public:
        raise HTTPException(404)
    return recorded


def _fresh() -> dict[str, Any]:
    return {**PUBLIC, "cache-control": "no-cache"}
