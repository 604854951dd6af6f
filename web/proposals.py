"""`/confirm/{token}` and `/grant/{token}`: a contact, or the issuer, is shown exact changes and says yes or no.

GET and HEAD only look. The form's POST decides, once; whoever comes later is shown what became of it.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from badges.links import Purpose
from desk.requests.proposal_links import LinkRefused, OpenProposal, agree_by_link, decline_by_link, read_proposal_link
from desk.requests.proposals import ProposalState
from mailer.request_words import say_changes
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

_ACTS = {"yes": agree_by_link, "no": decline_by_link}

Answered = Annotated[str, Form()]


@router.api_route("/confirm/{token}", methods=READ)
def show_to_contact(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Show a contact what was asked for in the issuer's name."""
    return _look(request, service, pages, Purpose.CONFIRM, token)


@router.post("/confirm/{token}")
def take_from_contact(request: Request, token: str, service: Service, pages: Shown, answer: Answered = "") -> Response:
    """Do it, or decline it, on the contact's word."""
    return _decide(request, service, pages, Purpose.CONFIRM, token, answer)


@router.api_route("/grant/{token}", methods=READ)
def show_to_issuer(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Show the issuer what its earner asks for."""
    return _look(request, service, pages, Purpose.GRANT, token)


@router.post("/grant/{token}")
def take_from_issuer(request: Request, token: str, service: Service, pages: Shown, answer: Answered = "") -> Response:
    """Do it, or decline it, on the issuer's word."""
    return _decide(request, service, pages, Purpose.GRANT, token, answer)


def _look(request: Request, service: WebService, pages: Pages, purpose: Purpose, token: str) -> Response:
    return _show(request, pages, purpose, read_proposal_link(service.office, purpose, token, service.clock()))


def _decide(  # noqa: PLR0913, PLR0917 - what every handler is given, and the answer
    request: Request, service: WebService, pages: Pages, purpose: Purpose, token: str, answer: str
) -> Response:
    act = _ACTS.get(answer, read_proposal_link)
    return _show(request, pages, purpose, act(service.office, purpose, token, service.clock()))


def _show(request: Request, pages: Pages, purpose: Purpose, found: OpenProposal | LinkRefused) -> Response:
    if isinstance(found, LinkRefused):
        refused = {"expired": found.expired, "offers_password": False}
        return pages.show(request, "dead_link.html", refused, status=410 if found.expired else 404)
    language = pages.language_of(request, [found.language])
    values: dict[str, Any] = {
        "state": found.state.value,
        "to_contact": purpose is Purpose.CONFIRM,
        "writer": found.proposed.asked_by,
        "issuer": found.issuer_name,
        "changes": [say_changes([change], language) for change in found.changes],
        "until": found.proposed.expires_at.date(),
    }
    status = 410 if found.state is ProposalState.EXPIRED else 200
    return pages.show(request, "proposal.html", values, status=status, known=[found.language])
