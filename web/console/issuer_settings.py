"""`/console/issuers/{issuer}/settings`: what an issuer offers and where it is reached; its name and domain.

Here belong the page and these two forms. Contacts and managers stand in `issuer_people`. The domain decides whose mail
is authentically the issuer's, so that form is an administrator's.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from desk.issuers.branding import Saved
from desk.issuers.fields import FieldFaults, Identity, Policy, read_form
from desk.issuers.policy import change_terms
from desk.issuers.versions import OutOfStep
from web.console.issuer_settings_page import Remark, lead_back, show_settings
from web.console.visitors import ActingManaged, Managed
from web.context import READ, Service, Shown

router = APIRouter()

HERE = "/console/issuers/{issuer}/settings"
Text = Annotated[str, Form()]


@router.api_route(HERE, methods=READ)
def show(request: Request, service: Service, pages: Shown, managed: Managed, said: str = "") -> Response:
    """Show the page."""
    return show_settings(request, service, pages, managed, Remark(said=said))


@router.post(f"{HERE}/policy")
def save_policy(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    version: Text,
    support_email: Text = "",
    pdf_certificates: Text = "",
) -> Response:
    """Put on record what the issuer offers and where it is reached."""
    sent = {"support_email": support_email.strip(), "pdf_certificates": bool(pdf_certificates)}
    return _save(request, service, pages, managed, Policy, sent, version)


@router.post(f"{HERE}/identity")
def save_identity(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    version: Text,
    name: Text = "",
    domain: Text = "",
) -> Response:
    """Put on record what the issuer is called, and whose mail is its own."""
    if not managed.colleague.standing.may_administer:
        raise HTTPException(404)
    return _save(request, service, pages, managed, Identity, {"name": name, "domain": domain.strip()}, version)


def _save(  # noqa: PLR0913, PLR0917
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    form: type[Policy] | type[Identity],
    sent: dict[str, object],
    version: str,
) -> Response:
    name = form.__name__.lower()
    terms = read_form(form, sent)
    if isinstance(terms, FieldFaults):
        return show_settings(request, service, pages, managed, Remark(name, sent, terms.by_field))
    actor, now = managed.colleague.actor, service.clock()
    match change_terms(service.office, managed.id, terms, version, actor, now):
        case FieldFaults(by_field=faults):
            return show_settings(request, service, pages, managed, Remark(name, sent, faults))
        case OutOfStep() as other:
            return show_settings(request, service, pages, managed, Remark(name, sent, other=other))
        case Saved(changed=changed):
            return lead_back(service, managed.slug, "saved" if changed else "same", f"#{name}")
