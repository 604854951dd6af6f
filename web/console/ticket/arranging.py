"""What is done with a ticket as a whole: how urgent, merge, split, whom it is about; and proposing a change by hand."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from badges.transactions import reading
from desk.people import find_by_address
from desk.requests.arranging import merge, prioritise, split
from desk.requests.linking import link, propose_change
from desk.requests.orders import Change
from desk.requests.references import read_reference
from desk.requests.staff import TicketDone, TicketRefused
from desk.words import Intent
from web.console.ticket.page import conclude, read_seen
from web.console.visitors import ActingSupporter
from web.context import Service, Shown
from web.needs import WebService
from wire.address import AddressFault, fold_address, parse_address

router = APIRouter()

Typed = Annotated[str, Form()]


@router.post("/console/tickets/{reference}/priority")
def set_priority(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    priority: Typed = "",
    seen: Typed = "",
) -> Response:
    """Say how urgent it is."""
    number = int(priority) if priority in {"-1", "0", "1", "2"} else 99
    done = prioritise(service.office, reference, number, who.actor, service.clock(), seen=read_seen(seen))
    return conclude(request, service, pages, who, reference, done, "prioritised", "handling", {}, seen)


@router.post("/console/tickets/{reference}/merge")
def merge_ticket(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    into: Typed = "",
    seen: Typed = "",
) -> Response:
    """Have it go on with another ticket, and lead there."""
    done = merge(service.office, reference, into, who.actor, service.clock(), seen=read_seen(seen))
    lands = read_reference(into) if isinstance(done, TicketDone) else reference
    return conclude(request, service, pages, who, lands, done, "merged", "merge", {"into": into}, seen)


@router.post("/console/tickets/{reference}/split")
def split_ticket(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    entry: Typed = "",
    subject: Typed = "",
    text: Typed = "",
    seen: Typed = "",
) -> Response:
    """Open a second ticket for what else a mail asks for, and lead there."""
    done = split(service.office, reference, entry, subject, text, who.actor, service.clock(), seen=read_seen(seen))
    lands = done.reference if isinstance(done, TicketDone) else reference
    typed = {"entry": entry, "subject": subject, "text": text}
    return conclude(request, service, pages, who, lands, done, "split", "split", typed, seen)


@router.post("/console/tickets/{reference}/link")
def link_ticket(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    earner: Typed = "",
    issuer: Typed = "",
    seen: Typed = "",
) -> Response:
    """Say whom it is about."""
    done = link(
        service.office,
        reference,
        earner.strip(),
        issuer.strip(),
        who.actor,
        service.clock(),
        seen=read_seen(seen),
    )
    typed = {"link-earner": earner, "link-issuer": issuer}
    return conclude(request, service, pages, who, reference, done, "linked", "link", typed, seen)


@router.post("/console/tickets/{reference}/propose")
def propose(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    kind: Typed = "",
    earner: Typed = "",
    value: Typed = "",
    seen: Typed = "",
) -> Response:
    """Propose a change that the rules have not understood."""
    change = _read_change(service, kind, earner, value.strip())
    done: TicketDone | TicketRefused
    if isinstance(change, TicketRefused):
        done = change
    else:
        done = propose_change(service.office, reference, change, who.actor, service.clock(), seen=read_seen(seen))
    typed = {"kind": kind, "propose-earner": earner, "value": value}
    return conclude(request, service, pages, who, reference, done, "proposed", "propose", typed, seen)


def _read_change(service: WebService, kind: str, earner: str, value: str) -> Change | TicketRefused:
    if kind not in KINDS:
        return TicketRefused("choose what is to be changed")
    address = parse_address(earner.strip())
    with reading(service.office.engine).connect() as connection:
        person = None if isinstance(address, AddressFault) else find_by_address(connection, fold_address(address))
    if person is None:
        return TicketRefused(f"no earner has the address {earner.strip()[:300] or '(none)'}")
    is_name = kind == Intent.NAME_CHANGE
    is_address = kind == Intent.EMAIL_CHANGE
    return Change(
        Intent(kind),
        person.earner_id,
        new_name=value if is_name else None,
        new_address=value if is_address else None,
    )


KINDS = tuple(
    kind.value
    for kind in (
        Intent.NAME_CHANGE,
        Intent.EMAIL_CHANGE,
        Intent.UNLOCK,
        Intent.REVOKE,
        Intent.PASSWORD_RESET,
        Intent.RESEND,
    )
)
"""What can be proposed by hand."""
