"""`/console/issuers/{issuer}/access`: tokens by which other systems act for the issuer. No token is shown twice.

Here belong the tokens; what a token may do and how it is made stands in `desk.access`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.access.scopes import Scope
from desk.access.tokens import LONGEST_NAME, TokenMade, TokenRefused, list_tokens, make_token, revoke_token
from web.console.pages import show_console
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

HERE = "/console/issuers/{issuer}/access"
LIVES = (30, 90, 365, 730)
"""Days that a token may be made to last; or until it is revoked."""
USUAL_LIFE = 365


@router.api_route(HERE, methods=READ)
def show_access(request: Request, service: Service, pages: Shown, managed: Managed, said: str = "") -> Response:
    """Show the tokens, and the form for another."""
    return _show(request, service, pages, managed, {"said": said})


@router.post(f"{HERE}/tokens")
def add_token(  # noqa: PLR0913, PLR0917 - the form, and who sends it
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    name: Annotated[str, Form()] = "",
    scopes: Annotated[Sequence[str], Form()] = (),
    days: Annotated[str, Form()] = "",
) -> Response:
    """Make a token and show it, here and now. Sent again by a reload, it is refused: its name is taken."""
    now = service.clock()
    wanted = [scope for scope in Scope if scope.value in scopes]
    expires_at = now + timedelta(days=int(days)) if days in map(str, LIVES) else None
    made = make_token(service.office, managed.id, name, wanted, expires_at, managed.colleague.actor, now)
    match made:
        case TokenMade(_, token):
            return _show(request, service, pages, managed, {"token": token, "made": name})
        case TokenRefused():
            sent = {"name": name[: LONGEST_NAME * 2], "scopes": wanted, "days": days}
            return _show(request, service, pages, managed, {"sent": sent, "refused": made}, status=422)


@router.post(f"{HERE}/tokens/{{token_id}}/revoke")
def end_token(service: Service, managed: ActingManaged, token_id: str) -> Response:
    """Have a token open nothing any more."""
    if not revoke_token(service.office, managed.id, token_id, managed.colleague.actor, service.clock()):
        raise HTTPException(404)
    return RedirectResponse(f"{service.place.root}/console/issuers/{managed.slug}/access?said=revoked", 303)


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    values: dict[str, Any],
    status: int = 200,
) -> Response:
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        tokens = list_tokens(connection, managed.id)
    shared = {
        "said": "",
        "token": "",
        "made": "",
        "refused": None,
        "sent": {"name": "", "scopes": [Scope.READ], "days": str(USUAL_LIFE)},
        "scopes": list(Scope),
        "lives": LIVES,
        "in_use": [token for token in tokens if not token.is_over(now)],
        "over": [token for token in tokens if token.is_over(now)],
        "base_url": service.place.base_url,
    }
    return show_console(request, pages, managed, "access.html", shared | values, area="access", status=status)
