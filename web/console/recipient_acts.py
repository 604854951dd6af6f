"""What an issuer does about one recipient: each form of their page, and where it leads.

Here belongs calling the acts of `desk.recipients`. Done, or proposed to support: back to the page, which can be
reloaded. Refused: the page again, with the fault beside the form and what was typed in it.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from desk.recipients.changing import ask_revocation, correct_name, undo_change, unlock_recipient
from desk.recipients.holding import hold_award, release_award
from desk.recipients.reaching import correct_recipient, resend_mail
from desk.recipients.results import ActDone, ChangeAsked, ChangeRefused
from web.console.pages import show_console
from web.console.recipient import LONGEST_ADDRESS, answer_with_recipient, find_shown
from web.console.visitors import ActingManaged, ManagedIssuer
from web.context import Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Given = Annotated[str, Form()]
_ONE = "/console/issuers/{issuer}/recipients/{earner}"


@router.post(f"{_ONE}/name")
def take_name(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged, name: Given = ""
) -> Response:
    """Correct the name."""
    done = correct_name(service.office, managed.colleague.actor, managed.id, earner, name, service.clock())
    return _answer(request, service, pages, managed, earner, "name", done, name)


@router.post(f"{_ONE}/address")
def take_address(  # noqa: PLR0913, PLR0917 - as above
    request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged, address: Given = ""
) -> Response:
    """Correct the address and send again."""
    typed = address.strip()[:LONGEST_ADDRESS]
    done = correct_recipient(service.office, managed.colleague.actor, managed.id, earner, typed, service.clock())
    if isinstance(done, ChangeRefused) and done.code != "unknown":
        shown = find_shown(service, managed, earner)
        values = {"shown": shown, "address": typed, "alone": True, "refused": done}
        return show_console(request, pages, managed, "recipient_address.html", values, area="recipients", status=422)
    return _answer(request, service, pages, managed, earner, "address", done)


@router.post(f"{_ONE}/resend")
def take_resend(  # noqa: PLR0913, PLR0917 - as above
    request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged, award: Given = ""
) -> Response:
    """Send the mail about one award, or about all of them, again."""
    actor = managed.colleague.actor
    done = resend_mail(service.office, actor, managed.id, earner, service.clock(), award or None)
    return _answer(request, service, pages, managed, earner, "resend", done)


@router.post(f"{_ONE}/unlock")
def take_unlock(request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged) -> Response:
    """Unlock the account."""
    done = unlock_recipient(service.office, managed.colleague.actor, managed.id, earner, service.clock())
    return _answer(request, service, pages, managed, earner, "unlock", done)


@router.post(f"{_ONE}/revoke")
def take_revocation(  # noqa: PLR0913, PLR0917 - as above
    request: Request,
    earner: str,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    award: Given = "",
    reason: Given = "",
) -> Response:
    """Ask support to take an award back."""
    done = ask_revocation(service.office, managed.colleague.actor, managed.id, award, reason, service.clock())
    return _answer(request, service, pages, managed, earner, f"revoke-{award}", done, reason)


@router.post(f"{_ONE}/hold")
def take_hold(  # noqa: PLR0913, PLR0917 - as above
    request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged, award: Given = ""
) -> Response:
    """Show an award to nobody."""
    done = hold_award(service.office, managed.colleague.actor, managed.id, award, service.clock())
    return _answer(request, service, pages, managed, earner, "hold", done)


@router.post(f"{_ONE}/release")
def take_release(  # noqa: PLR0913, PLR0917 - as above
    request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged, award: Given = ""
) -> Response:
    """Show it again."""
    done = release_award(service.office, managed.colleague.actor, managed.id, award, service.clock())
    return _answer(request, service, pages, managed, earner, "release", done)


@router.post(f"{_ONE}/undo")
def take_undo(  # noqa: PLR0913, PLR0917 - as above
    request: Request, earner: str, service: Service, pages: Shown, managed: ActingManaged, group: Given = ""
) -> Response:
    """Take a change back."""
    done = undo_change(service.office, managed.colleague.actor, managed.id, group, service.clock())
    return _answer(request, service, pages, managed, earner, "undo", done)


def _answer(  # noqa: PLR0913, PLR0917 - what every handler is given, and what came of it
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    earner_id: str,
    form: str,
    done: ActDone,
    typed: str = "",
) -> Response:
    if isinstance(done, ChangeRefused):
        if done.code == "unknown":
            raise HTTPException(404)
        values = {"typed": typed}
        return answer_with_recipient(request, service, pages, managed, earner_id, values, (form, done))
    said = "asked" if isinstance(done, ChangeAsked) else form
    path = f"{service.place.root}/console/issuers/{managed.slug}/recipients/{earner_id}"
    return RedirectResponse(f"{path}?said={said}", 303)
