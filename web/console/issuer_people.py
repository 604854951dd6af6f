"""`/console/issuers/{issuer}/settings`: the forms of who may write in for an issuer, and who manages it here.

Here belong these forms. The page stands in `issuer_settings_page`, the acts in `desk.issuers.contacts` and
`desk.members.inviting`.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from desk.issuers.contacts import NoContact, add_contact, remove_contact, rename_contact
from desk.issuers.fields import ContactWords, FieldFault, FieldFaults, read_form
from desk.members.inviting import InvitationRefused
from desk.members.managing import invite_manager, remove_manager
from web.console.issuer_settings_page import Remark, lead_back, show_settings
from web.console.visitors import ActingManaged
from web.context import Service, Shown

router = APIRouter()

HERE = "/console/issuers/{issuer}/settings"
Text = Annotated[str, Form()]


@router.post(f"{HERE}/contacts")
def take_contact(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request, service: Service, pages: Shown, managed: ActingManaged, address: Text = "", name: Text = ""
) -> Response:
    """Let an address speak for the issuer."""
    sent = {"address": address.strip(), "name": name}
    words = read_form(ContactWords, sent)
    if isinstance(words, FieldFaults):
        return show_settings(request, service, pages, managed, Remark("contact", sent, words.by_field))
    outcome = add_contact(service.office, managed.id, words, managed.colleague.actor, service.clock())
    if isinstance(outcome, FieldFaults):
        return show_settings(request, service, pages, managed, Remark("contact", sent, outcome.by_field))
    return lead_back(service, managed.slug, "contact-added", "#contacts")


@router.post(f"{HERE}/contacts/{{contact_id}}")
def change_contact(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    contact_id: str,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    do: Text,
    name: Text = "",
) -> Response:
    """Call a contact otherwise, or take it off the list."""
    actor, now = managed.colleague.actor, service.clock()
    if do == "remove":
        outcome = remove_contact(service.office, managed.id, contact_id, actor, now)
    else:
        words = read_form(ContactWords, {"address": "nobody@nowhere.example", "name": name})
        if isinstance(words, FieldFaults):
            return show_settings(request, service, pages, managed, Remark(contact_id, {}, words.by_field))
        outcome = rename_contact(service.office, managed.id, contact_id, words.name, actor, now)
    if isinstance(outcome, NoContact):
        raise HTTPException(404)
    return lead_back(service, managed.slug, "contact-removed" if do == "remove" else "saved", "#contacts")


@router.post(f"{HERE}/managers")
def take_manager(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request, service: Service, pages: Shown, managed: ActingManaged, address: Text = "", name: Text = ""
) -> Response:
    """Invite somebody to manage the issuer."""
    actor = managed.colleague.actor
    outcome = invite_manager(service.office, actor, managed.id, address, name, service.clock())
    if isinstance(outcome, InvitationRefused):
        where = "name" if outcome.why == "name" else "address"
        given = name if where == "name" else address
        fault = FieldFault(outcome.why if given.strip() else "missing", outcome.reason)
        remark = Remark("manager", {"address": address, "name": name}, {where: fault})
        return show_settings(request, service, pages, managed, remark)
    return lead_back(service, managed.slug, "manager-invited", "#managers")


@router.post(f"{HERE}/managers/{{member_id}}/remove")
def drop_manager(member_id: str, service: Service, managed: ActingManaged) -> Response:
    """Let somebody manage the issuer no more."""
    actor = managed.colleague.actor
    if not remove_manager(service.office, actor, managed.id, member_id, service.clock()):
        raise HTTPException(404)
    standing = managed.colleague.standing
    if member_id == standing.member_id and not standing.may_administer:
        return RedirectResponse(f"{service.place.root}/console", 303)  # this page is no longer theirs
    return lead_back(service, managed.slug, "manager-removed", "#managers")
