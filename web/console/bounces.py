"""`/console/issuers/{issuer}/bounces`: whom no mail reached, why, and fixing many of them in one form.

Here belong the page and its form. Who is on it stands in `desk.recipients.bounces`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from desk.recipients.bounces import PAGE, make_digest
from desk.recipients.filters import read_cursor
from desk.recipients.fixing import Fixed, fix_unreached
from web.console.pages import show_console
from web.console.recipient import LONGEST_ADDRESS
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

_MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What the last form came to, as the address of the page says it."""

    made: int = 0
    asked: int = 0
    is_empty: bool = False
    """Nobody was chosen."""


@router.api_route("/console/issuers/{issuer}/bounces", methods=READ)
def show_bounces(  # noqa: PLR0913, PLR0917 - what every handler is given, and the query
    request: Request,
    service: Service,
    pages: Shown,
    managed: Managed,
    after: str = "",
    made: str = "",
    asked: str = "",
) -> Response:
    """Show who was not reached."""
    return _show(request, service, pages, managed, after, Told(_read_number(made), _read_number(asked)))


@router.post("/console/issuers/{issuer}/bounces")
async def take_fixes(request: Request, service: Service, pages: Shown, managed: ActingManaged) -> Response:
    """Correct and send again for everybody who is chosen."""
    form = await request.form()
    chosen = [str(value) for value in form.getlist("fix")][:PAGE]
    typed = {earner_id: str(form.get(f"to-{earner_id}", ""))[:LONGEST_ADDRESS].strip() for earner_id in chosen}
    after = str(form.get("after", ""))
    if not typed:
        return await run_in_threadpool(_show, request, service, pages, managed, after, Told(is_empty=True), status=422)
    actor, now = managed.colleague.actor, service.clock()
    fixed = await run_in_threadpool(fix_unreached, service.office, actor, managed.id, typed, now)
    if fixed.refused:
        told = Told(fixed.made, fixed.asked)
        return await run_in_threadpool(
            _show, request, service, pages, managed, after, told, fixed=fixed, typed=typed, status=422
        )
    path = f"{service.place.root}/console/issuers/{managed.slug}/bounces"
    return RedirectResponse(f"{path}?made={fixed.made}&asked={fixed.asked}", 303)


def _show(  # noqa: PLR0913, PLR0917 - what every handler is given, and what came of the form
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    after: str,
    told: Told,
    *,
    fixed: Fixed | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    digest = make_digest(service.office.engine, managed.id, read_cursor(after))
    values: dict[str, Any] = {
        "digest": digest,
        "told": told,
        "refused": fixed.refused if fixed else {},
        "typed": typed or {},
        "after": after if read_cursor(after) else "",
    }
    return show_console(request, pages, managed, "bounces.html", values, area="bounces", status=status)


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
