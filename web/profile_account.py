"""`/profile/password`, `/profile/sessions`, `/profile/data`, `/profile/delete`: keeping, taking and leaving an account.

Changing the password and leaving ask for the present password; the answers to a wrong one are those of the log-in page.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from badges.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordFault
from desk.accounts.changing_password import PasswordChanged, change_password
from desk.accounts.leaving import Left, delete_account
from desk.accounts.own_data import take_own_data
from desk.accounts.sessions import log_out_elsewhere
from web.context import READ, Later, Service, Shown, source_of
from web.door import AT_THE_DOOR
from web.pages import Pages
from web.present_password import name_refusal
from web.visitors import COOKIE, ActingOwner, Owner, Visitor

router = APIRouter()

Text = Annotated[str, Form()]

DATA_NAME = "badgepost-my-data.json"


@router.api_route("/profile/password", methods=READ)
def show_password(request: Request, pages: Shown, visitor: Owner) -> Response:
    """Show the form."""
    return _show_password(request, pages, visitor)


@router.post("/profile/password", dependencies=AT_THE_DOOR)
def take_password(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    later: Later,
    visitor: ActingOwner,
    present: Text = "",
    password: Text = "",
    repeated: Text = "",
) -> Response:
    """Change the password; every other session ends."""
    if password != repeated:
        return _show_password(request, pages, visitor, differs=True)
    done = change_password(service.office, visitor.owner, present, password, source_of(request), service.clock())
    match done:
        case PasswordChanged():
            return RedirectResponse(f"{service.place.root}/profile?said=password#password", 303)
        case PasswordFault():
            return _show_password(request, pages, visitor, fault=done.code)
        case _:
            return _show_password(request, pages, visitor, present=name_refusal(service, later, visitor, done))


@router.post("/profile/sessions")
def take_log_out_elsewhere(request: Request, service: Service, visitor: ActingOwner) -> Response:
    """End every session but this."""
    log_out_elsewhere(service.office, visitor.owner, source_of(request), service.clock())
    return RedirectResponse(f"{service.place.root}/profile?said=elsewhere#sessions", 303)


@router.post("/profile/data")
def take_data(request: Request, service: Service, visitor: ActingOwner) -> Response:
    """Give everything that is kept about the visitor, as a file."""
    data = take_own_data(service.office, visitor.owner, source_of(request), service.clock())
    headers = {"content-disposition": f'attachment; filename="{DATA_NAME}"'}
    return Response(data, media_type="application/json", headers=headers)


@router.api_route("/profile/delete", methods=READ)
def show_leaving(request: Request, pages: Shown, visitor: Owner) -> Response:
    """Say what leaving means, and ask."""
    return _show_leaving(request, pages, visitor)


@router.post("/profile/delete", dependencies=AT_THE_DOOR)
def take_leaving(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    later: Later,
    visitor: ActingOwner,
    password: Text = "",
    hide: Text = "",
) -> Response:
    """Delete the account."""
    source, now = source_of(request), service.clock()
    done = delete_account(service.office, visitor.owner, password, hide == "yes", source, now)
    if not isinstance(done, Left):
        refusal = name_refusal(service, later, visitor, done)
        return _show_leaving(request, pages, visitor, fault=refusal, hides=hide == "yes")
    response = RedirectResponse(f"{service.place.root}/account-deleted", 303)
    COOKIE.take(response, service.place)
    return response


@router.api_route("/account-deleted", methods=READ)
def show_left(request: Request, pages: Shown) -> Response:
    """Say that it is done. Tells nobody whose account it was."""
    return pages.show(request, "account_deleted.html")


def _show_password(  # noqa: PLR0913 - what may be wrong
    request: Request,
    pages: Pages,
    visitor: Visitor,
    *,
    present: str | None = None,
    fault: str | None = None,
    differs: bool = False,
) -> Response:
    values = {
        "owner": visitor.owner,
        "shortest": SHORTEST_PASSWORD,
        "longest": LONGEST_PASSWORD,
        "present": present,
        "fault": fault,
        "differs": differs,
    }
    status = 422 if present or fault or differs else 200
    return pages.show(request, "profile_password.html", values, status=status, known=[visitor.owner.language])


def _show_leaving(
    request: Request, pages: Pages, visitor: Visitor, *, fault: str | None = None, hides: bool = False
) -> Response:
    values = {"owner": visitor.owner, "fault": fault, "hides": hides}
    status = 422 if fault else 200
    return pages.show(request, "profile_delete.html", values, status=status, known=[visitor.owner.language])
