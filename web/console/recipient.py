"""`/console/issuers/{issuer}/recipients/{earner}`: one recipient, with everything that the issuer may see and do.

Here belongs showing it, also with the fault of an act that was refused. The acts stand in `recipient_acts`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.recipients.reaching import may_correct
from desk.recipients.results import ChangeRefused
from desk.recipients.showing import show_recipient
from desk.recipients.shown import RecipientShown
from web.console.pages import show_console
from web.console.visitors import Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

LONGEST_ADDRESS = 320


@router.api_route("/console/issuers/{issuer}/recipients/{earner}", methods=READ)
def show_one(  # noqa: PLR0913, PLR0917 - what every handler is given, and the notice
    request: Request, earner: str, service: Service, pages: Shown, managed: Managed, said: str = ""
) -> Response:
    """Show one recipient."""
    return answer_with_recipient(request, service, pages, managed, earner, {"said": said})


@router.api_route("/console/issuers/{issuer}/recipients/{earner}/address", methods=READ)
def show_correcting(  # noqa: PLR0913, PLR0917 - what every handler is given, and the address
    request: Request, earner: str, service: Service, pages: Shown, managed: Managed, address: str = ""
) -> Response:
    """Say what correcting the address will do, before it is done."""
    shown = find_shown(service, managed, earner)
    values = {"shown": shown, "address": address.strip()[:LONGEST_ADDRESS], "alone": _may(service, managed, shown)}
    return show_console(request, pages, managed, "recipient_address.html", values, area="recipients")


def answer_with_recipient(  # noqa: PLR0913, PLR0917 - what every handler is given
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    earner_id: str,
    values: dict[str, Any],
    refused: tuple[str, ChangeRefused] | None = None,
) -> Response:
    """Show the page; `refused` names the form, and says what was wrong with it."""
    shown = find_shown(service, managed, earner_id)
    told = {"said": "", "typed": "", "refused": refused, "shown": shown, "now": service.clock()}
    status = 422 if refused else 200
    return show_console(request, pages, managed, "recipient.html", told | values, area="recipients", status=status)


def find_shown(service: WebService, managed: ManagedIssuer, earner_id: str) -> RecipientShown:
    """Return the recipient; 404 for another issuer's, and for nobody's id."""
    shown = show_recipient(service.office.engine, managed.id, earner_id)
    if shown is None:
        raise HTTPException(404)
    return shown


def _may(service: WebService, managed: ManagedIssuer, shown: RecipientShown) -> bool:
    with reading(service.office.engine).connect() as connection:
        return may_correct(connection, shown.person, managed.id)
