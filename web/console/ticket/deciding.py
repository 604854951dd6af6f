"""Deciding on what is proposed: approve it, all or some, corrected or as it stands; decline it; take it back.

What is approved is what the form showed: each change bears a seal of whose record it is and what stands there. Where
another earner is meant by now, or a record has changed, the page shows what would change, and is asked once more.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.requests.proposals import Proposed, find_proposal
from desk.requests.staff_decisions import approve, decline, undo
from web.console.ticket.correcting import Corrected, correct
from web.console.ticket.page import conclude, read_seen, show_ticket_as
from web.console.ticket.showing import MOST_PREVIEWED
from web.console.visitors import ActingSupporter
from web.context import Service, Shown
from web.needs import WebService

router = APIRouter()

Typed = Annotated[str, Form()]
UNSEEN = "unseen"
"""The fault of a form that was made on other facts."""


async def _read_form(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_read_form)]


@router.post("/console/tickets/{reference}/approve")
def approve_proposal(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request, reference: str, service: Service, pages: Shown, who: ActingSupporter, form: Fields
) -> Response:
    """Make the chosen changes; or, asked for a look (`look`), show what they would be."""
    proposed = _find(service, form.get("proposal", ""))
    with reading(service.office.engine).connect() as connection:
        corrected = correct(connection, proposed.plan[:MOST_PREVIEWED], proposed.issuer_id, form)
    if form.get("look") or corrected.faults or corrected.is_unseen or not corrected.chosen:
        more = {**_describe(proposed, corrected, form), "fault_at": "" if form.get("look") else "proposal"}
        status = 200 if form.get("look") else 422
        return show_ticket_as(request, service, pages, who, reference, more, status=status)
    rest = proposed.plan[MOST_PREVIEWED:] if form.get("pick-rest") else ()
    done = approve(
        service.office,
        proposed.reference,
        who.actor,
        service.clock(),
        proposal_id=proposed.proposal_id,
        plan=[*corrected.plan, *rest],
        seen=read_seen(form.get("seen", "")),
    )
    kept = {"corrected": {proposed.proposal_id: corrected}}
    seen = form.get("seen", "")
    return conclude(request, service, pages, who, reference, done, "approved", "proposal", form, seen, kept)


@router.post("/console/tickets/{reference}/decline")
def decline_proposal(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    proposal: Typed = "",
    reason: Typed = "",
    seen: Typed = "",
) -> Response:
    """Decline what is proposed, and tell whoever asked."""
    proposed = _find(service, proposal)
    done = decline(
        service.office,
        proposed.reference,
        who.actor,
        service.clock(),
        reason,
        proposed.proposal_id,
        seen=read_seen(seen),
    )
    typed = {"reason": reason, "proposal": proposal}
    return conclude(request, service, pages, who, reference, done, "declined", "proposal", typed, seen)


@router.post("/console/tickets/{reference}/undo")
def undo_changes(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    group: Typed = "",
    on: Typed = "",
    seen: Typed = "",
) -> Response:
    """Take a group of changes back. `on` is the ticket that made them, where that was merged into this one."""
    done = undo(service.office, on or reference, who.actor, service.clock(), group or None, seen=read_seen(seen))
    return conclude(request, service, pages, who, reference, done, "undone", "changes", {}, seen)


def _find(service: WebService, proposal_id: str) -> Proposed:
    with reading(service.office.engine).connect() as connection:
        proposed = find_proposal(connection, proposal_id, service.clock())
    if proposed is None:
        raise HTTPException(404)
    return proposed


def _describe(proposed: Proposed, corrected: Corrected, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page shows in place of what was proposed."""
    unseen = UNSEEN if corrected.is_unseen and not corrected.faults else ""
    nothing = "" if corrected.chosen else "nothing is chosen"
    faults = "; ".join(f"{number}: {fault}" for number, fault in corrected.faults.items())
    return {
        "fault": "" if form.get("look") else faults or nothing or unseen,
        "corrected": {proposed.proposal_id: corrected},
        "typed": dict(form),
    }
