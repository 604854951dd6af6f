"""`/console/mail`: what waits to go out and why, live; what was held or left in doubt; finding one mail.

Here belongs the page of the queue. One mail stands in `outgoing_message`, addresses that are not sent to in
`suppressions`, every kind of mail in `mail_kinds`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.outgoing.looking import find_messages
from mailer.queue.glance import MOST_COUNTED, MOST_SHOWN, glance_at_queue, list_set_aside, list_waiting
from mailer.queue.leases import DEAD_AFTER
from web.console.pages import show_console
from web.console.visitors import Supporter
from web.context import READ, Service, Shown

router = APIRouter()

LONGEST_WORDS = 320


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
def find_mail(request: Request, service: Service, pages: Shown, supporter: Supporter, q: str = "") -> Response:
    """Lead to the one mail that is meant, or list those to an address."""
    words = q.strip()[:LONGEST_WORDS]
    found = []
    if words:
        with reading(service.office.engine).connect() as connection:
            found = find_messages(connection, service.office, words)
    if len(found) == 1:
        return RedirectResponse(f"{service.place.root}/console/mail/messages/{found[0].id}", 303)
    return show_console(request, pages, supporter, "mail_found.html", {"found": found, "q": words}, area="mail")
