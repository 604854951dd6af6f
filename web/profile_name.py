"""`/profile/name`: asking the issuer for another name.

Nobody changes it here: it stands on what the issuer vouches for.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.accounts.asking_name import NameRefused, ask_for_name, find_wish, list_askable
from desk.roster.names import MAX_NAME
from web.context import READ, Service, Shown, source_of
from web.needs import WebService
from web.visitors import ActingOwner, Owner, Visitor

router = APIRouter()

Text = Annotated[str, Form()]


@router.api_route("/profile/name", methods=READ)
def show_name(request: Request, service: Service, pages: Shown, visitor: Owner) -> Response:
    """Show the form, and what became of the last wish."""
    return pages.show(request, "profile_name.html", _values(service, visitor), known=[visitor.owner.language])


@router.post("/profile/name")
def take_name(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request, service: Service, pages: Shown, visitor: ActingOwner, name: Text = "", badge: Text = ""
) -> Response:
    """Pass the wish on."""
    done = ask_for_name(service.office, visitor.owner, name, badge, source_of(request), service.clock())
    if isinstance(done, NameRefused):
        values = _values(service, visitor) | {"fault": done.code, "typed": name, "chosen": badge}
        return pages.show(request, "profile_name.html", values, status=422, known=[visitor.owner.language])
    return RedirectResponse(f"{service.place.root}/profile/name", 303)


def _values(service: WebService, visitor: Visitor) -> dict[str, Any]:
    with reading(service.office.engine).connect() as connection:
        badges = list_askable(connection, visitor.owner.earner_id)
    wish = find_wish(service.office, visitor.owner, service.clock())
    shown = {"owner": visitor.owner, "badges": badges, "wish": wish, "longest": MAX_NAME}
    return shown | {"fault": None, "typed": "", "chosen": ""}
