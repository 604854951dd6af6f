"""`/console/mail`: what waits to go out and why, live; what was held or left in doubt; finding one mail.

Here belongs the page of the queue. One mail stands in `outgoing_message`, addresses that are not sent to in
`suppressions`, every kind of mail in `mail_kinds`.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.outgoing.deciding import Decision, decide_address
from desk.outgoing.looking import find_messages
from mailer.queue.glance import MOST_COUNTED, MOST_SHOWN, glance_at_queue, list_set_aside, list_waiting
from mailer.queue.leases import DEAD_AFTER
from web.console.pages import show_console
from web.console.visitors import ActingSupporter, Supporter
from web.context import READ, Service, Shown

router = APIRouter()

LONGEST_WORDS = 320
LONGEST_COUNT = 9


@router.api_route("/console/mail", methods=READ)
def show_queue(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    service: Service,
    pages: Shown,
    supporter: Supporter,
    domain: str = "",
    show: str = "waiting",
) -> Response:
    """Show relays, numbers, domains, and the mails that are due next or wait for a person."""
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        glance = glance_at_queue(connection, now)
        lines = list_set_aside(connection) if show == "aside" else list_waiting(connection, domain[:253].lower())
    values = {
        "glance": glance,
        "lines": lines,
        "silent": [worker for worker in glance.workers if now - worker.heartbeat_at > DEAD_AFTER],
        "domain": domain[:253].lower(),
        "shows_aside": show == "aside",
        "now": now,
        "most": MOST_COUNTED,
        "most_shown": MOST_SHOWN,
    }
    return show_console(request, pages, supporter, "mail.html", values, area="mail")


@router.api_route("/console/mail/find", methods=READ)
def find_mail(  # noqa: PLR0913, PLR0917 - who looks, for what
    request: Request, service: Service, pages: Shown, supporter: Supporter, q: str = "", done: str = ""
) -> Response:
    """Lead to the one mail that is meant, or list those to an address."""
    words = q.strip()[:LONGEST_WORDS]
    found = []
    if words:
        with reading(service.office.engine).connect() as connection:
            found = find_messages(connection, service.office, words)
    if len(found) == 1 and not done:
        return RedirectResponse(f"{service.place.root}/console/mail/messages/{found[0].id}", 303)
    values = {
        "found": found,
        "q": words,
        "address": found[0].rcpt_to if found else "",
        "done": int(done) if done.isdecimal() and len(done) < LONGEST_COUNT else None,
    }
    return show_console(request, pages, supporter, "mail_found.html", values, area="mail")


@router.post("/console/mail/find")
def decide_for_address(
    service: Service,
    supporter: ActingSupporter,
    address: Annotated[str, Form(max_length=LONGEST_WORDS)],
    do: Annotated[Decision, Form()],
) -> Response:
    """Have all mails to an address tried now, held or cancelled."""
    outcome = decide_address(service.office, address, do, supporter.actor, service.clock())
    place = f"{service.place.root}/console/mail/find?q={quote(address, safe='')}&done={outcome.count}"
    return RedirectResponse(place, 303)
