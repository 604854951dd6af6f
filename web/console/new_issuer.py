"""`/console/new-issuer`: an administrator makes an issuer, which its managers then fill."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from desk.issuers.badge_classes import make_slug
from desk.issuers.fields import FieldFaults, NewIssuer, read_form
from desk.issuers.policy import create_issuer
from web.console.pages import show_console
from web.console.visitors import ActingAdministrator, Administrator, Colleague
from web.context import READ, Service, Shown
from web.pages import Pages

router = APIRouter()

HERE = "/console/new-issuer"
Text = Annotated[str, Form()]


@router.api_route(HERE, methods=READ)
def show_form(request: Request, pages: Shown, administrator: Administrator) -> Response:
    """Show the form."""
    sent = {"name": "", "domain": "", "slug": "", "support_email": "", "language": "en"}
    return _show(request, pages, administrator, sent, FieldFaults({}))


@router.post(HERE)
def make_issuer(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    administrator: ActingAdministrator,
    name: Text = "",
    domain: Text = "",
    slug: Text = "",
    support_email: Text = "",
    language: Text = "en",
) -> Response:
    """Make it. Without a short name it gets one of its name."""
    sent = {
        "name": name,
        "domain": domain.strip(),
        "slug": slug.strip(),
        "support_email": support_email.strip(),
        "language": language,
    }
    words = read_form(NewIssuer, sent | {"slug": sent["slug"] or make_slug(name)})
    outcome = words
    if not isinstance(words, FieldFaults):
        made = create_issuer(service.office, words, administrator.actor, service.clock())
        if not isinstance(made, FieldFaults):
            return RedirectResponse(f"{service.place.root}/console/issuers/{made.slug}/settings?said=made", 303)
        outcome = made
    assert isinstance(outcome, FieldFaults)
    return _show(request, pages, administrator, sent, outcome)


def _show(request: Request, pages: Pages, who: Colleague, sent: Mapping[str, str], outcome: FieldFaults) -> Response:
    values = {"sent": sent, "faults": outcome.by_field}
    status = 422 if outcome.by_field else 200
    return show_console(request, pages, who, "new_issuer.html", values, area="home", status=status)
