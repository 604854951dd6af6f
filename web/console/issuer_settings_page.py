"""The page of an issuer's contacts, managers and policy, as it stands after each of its forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.issuers.contacts import MOST_CONTACTS, list_contacts
from desk.issuers.fields import FieldFault, Identity, Policy
from desk.issuers.policy import read_terms
from desk.issuers.versions import OutOfStep, version_of
from desk.members.managing import list_managers
from web.console.pages import show_console
from web.console.visitors import ManagedIssuer
from web.needs import WebService
from web.pages import Pages


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of a form of the page, if it was not done."""

    form: str = ""
    """Which one: contact, manager, policy, identity."""
    sent: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, FieldFault] = field(default_factory=dict)
    other: OutOfStep | None = None
    said: str = ""


def show_settings(
    request: Request, service: WebService, pages: Pages, managed: ManagedIssuer, remark: Remark
) -> Response:
    """Show what is on record, with `remark`."""
    with reading(service.office.engine).connect() as connection:
        policy = read_terms(connection, managed.id, Policy)
        identity = read_terms(connection, managed.id, Identity)
        contacts = list_contacts(connection, managed.id)
        managers = list_managers(connection, managed.id)
    values = {
        "policy": policy,
        "policy_version": version_of(policy),
        "identity": identity,
        "identity_version": version_of(identity),
        "contacts": contacts,
        "most_contacts": MOST_CONTACTS,
        "managers": managers,
        "remark": remark,
        "may_rename": managed.colleague.standing.may_administer,
        "own_id": managed.colleague.standing.member_id,
    }
    status = 409 if remark.other else 422 if remark.faults else 200
    return show_console(request, pages, managed, "issuer_settings.html", values, area="settings", status=status)


def lead_back(service: WebService, slug: str, said: str, part: str = "") -> Response:
    """Lead to the page, where it says what was done."""
    return RedirectResponse(f"{service.place.root}/console/issuers/{slug}/settings?said={said}{part}", 303)
