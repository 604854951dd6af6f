"""`/badges/{id}/verify`: whether the badge is genuine and still counts, checked anew for each visitor and explained.

The checks stand in `badges.openbadges.checking` and are handed what any verifier gets of us: the signed credential, the
status list, the key set. The page says how to do the same without us.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from badges.openbadges.checking import Check, Claimed, check_credential
from badges.openbadges.places import Places
from badges.openbadges.status import LIST_LENGTH
from badges.transactions import reading
from desk.credentials.finding import Recorded, find_credential, find_current
from desk.credentials.status_lists import sign_status_list
from web.awards import find_award
from web.context import READ, Service, Shown
from web.needs import WebService

router = APIRouter()

LONGEST_ID = 100


@router.api_route("/badges/{assertion_id}/verify", methods=READ)
def show_verification(
    request: Request,
    assertion_id: str,
    service: Service,
    pages: Shown,
    credential: Annotated[str, Query(max_length=LONGEST_ID)] = "",
) -> Response:
    """Check the badge's credential, or an earlier one that `credential` names, and say what came of it."""
    with reading(service.office.engine).connect() as connection:
        badge = find_award(connection, assertion_id, service.place, service.clock().date())
        recorded = _find(connection, assertion_id, credential)
    if recorded is not None and badge is None and recorded.attested.assertion_id != assertion_id:
        path = f"{service.place.root}/badges/{recorded.attested.assertion_id}/verify"
        return RedirectResponse(f"{path}?credential={assertion_id}", 303)
    if badge is None or (credential and recorded is None):
        raise HTTPException(404)
    checks = [] if recorded is None else _check(service, recorded, badge.issuer_id, badge.earner_name)
    values = {"badge": badge, "recorded": recorded, "checks": checks}
    page = pages.show(request, "verify.html", values)
    page.headers["cache-control"] = "no-cache"
    return page


def _find(connection: Connection, assertion_id: str, credential_id: str) -> Recorded | None:
    """Return the credential to be checked, if the public may see it."""
    if credential_id:
        recorded = find_credential(connection, credential_id)
        is_this = recorded is not None and recorded.attested.assertion_id == assertion_id
        found = recorded if is_this else None
    else:
        found = find_current(connection, assertion_id) or find_credential(connection, assertion_id)
    return found if found is not None and found.is_public else None


def _check(service: WebService, recorded: Recorded, issuer_id: str, earner_name: str) -> list[Check]:
    attested = recorded.attested
    number = attested.status_index // LIST_LENGTH
    return check_credential(
        service.office.credentials.sign_credential(attested),
        _sign_status_list(service, attested.achieved.issuer.id, number),
        service.office.credentials.find_key,
        Places(service.place.base_url),
        Claimed(issuer_id, earner_name, is_newest=recorded.replaced_by is None),
        service.clock(),
    )


def _sign_status_list(service: WebService, issuer_id: str, number: int) -> str:
    places, keys = Places(service.place.base_url), service.office.credentials
    with reading(service.office.engine).connect() as connection:
        return sign_status_list(connection, keys, places, issuer_id, number, service.clock()) or ""
