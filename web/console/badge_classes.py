"""`/console/issuers/{issuer}/badges`: an issuer's badge classes: listed, made, changed, taken out of use.

Here belong the pages. What may be written, and what follows from it, stands in `desk.issuers`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from badges.images import MAX_BYTES
from badges.transactions import reading
from desk.issuers.badge_classes import (
    BadgeChange,
    BadgeClassSaved,
    NoBadgeClass,
    change_badge_class,
    create_badge_class,
    restore_badge_class,
    retire_badge_class,
)
from desk.issuers.badge_list import MOST_COUNTED, ListedBadge, find_badge, list_badges
from desk.issuers.fields import BadgeWords, FieldFault, FieldFaults, read_form
from desk.issuers.pictures import Upload
from desk.issuers.versions import OutOfStep
from web.console.pages import show_console
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

PAGE = 50
Text = Annotated[str, Form()]
_NOTHING: Mapping[str, Any] = {
    "name": "",
    "description": "",
    "criteria": "",
    "image_caption": None,
    "expires_after_months": None,
}


@router.api_route("/console/issuers/{issuer}/badges", methods=READ)
def show_badges(request: Request, service: Service, pages: Shown, managed: Managed, after: str = "") -> Response:
    """List the badge classes."""
    with reading(service.office.engine).connect() as connection:
        found = list_badges(connection, managed.id, after[:100], PAGE + 1)
    next_query = f"?after={found[PAGE - 1].slug}" if len(found) > PAGE else ""
    values = {"badges": found[:PAGE], "most": MOST_COUNTED, "next_query": next_query, "after": after}
    return show_console(request, pages, managed, "badges.html", values, area="badges")


@router.api_route("/console/issuers/{issuer}/new-badge", methods=READ)
def show_new_badge(request: Request, pages: Shown, managed: Managed) -> Response:
    """Show the form of a badge class that is to be made."""
    return _show(request, pages, managed, None, _NOTHING)


@router.api_route("/console/issuers/{issuer}/badges/{slug}", methods=READ)
def show_badge(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, slug: str, service: Service, pages: Shown, managed: Managed, said: str = ""
) -> Response:
    """Show one badge class, to be changed."""
    badge = _find(service, managed, slug)
    return _show(request, pages, managed, badge, badge.record, said=said)


@router.post("/console/issuers/{issuer}/new-badge", dependencies=AT_THE_DOOR)
def make_badge(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    name: Text = "",
    description: Text = "",
    criteria: Text = "",
    image_caption: Text = "",
    expires_after_months: Text = "",
    picture: Text = "emblem",
    square: Text = "",
    image: UploadFile | None = None,
) -> Response:
    """Make a badge class."""
    sent = _sent(name, description, criteria, image_caption, expires_after_months)
    words = read_form(BadgeWords, sent)
    if isinstance(words, FieldFaults):
        return _show(request, pages, managed, None, sent, words, picture=picture)
    upload = _read_upload(image, square) if picture == "upload" else None
    outcome = create_badge_class(service.office, managed.id, words, upload, managed.colleague.actor, service.clock())
    if isinstance(outcome, FieldFaults):
        return _show(request, pages, managed, None, sent, outcome, picture=picture)
    return _lead_to(service, managed, f"badges/{outcome.slug}?said=made")


@router.post("/console/issuers/{issuer}/badges/{slug}", dependencies=AT_THE_DOOR)
def change_badge(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    slug: str,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    version: Text,
    name: Text = "",
    description: Text = "",
    criteria: Text = "",
    image_caption: Text = "",
    expires_after_months: Text = "",
    picture: Text = "keep",
    square: Text = "",
    image: UploadFile | None = None,
) -> Response:
    """Change a badge class."""
    sent = _sent(name, description, criteria, image_caption, expires_after_months)
    words = read_form(BadgeWords, sent)
    badge = _find(service, managed, slug)
    if isinstance(words, FieldFaults):
        return _show(request, pages, managed, badge, sent, words, version=version, picture=picture)
    upload = _read_upload(image, square) if picture == "upload" else None
    change = BadgeChange(words, upload, picture == "emblem", version)
    match change_badge_class(service.office, managed.id, slug, change, managed.colleague.actor, service.clock()):
        case FieldFaults() as faults:
            return _show(request, pages, managed, badge, sent, faults, version=version, picture=picture)
        case OutOfStep() as other:
            return _show(request, pages, managed, badge, sent, version=other.version, other=other, picture=picture)
        case NoBadgeClass():
            raise HTTPException(404)
        case BadgeClassSaved(changed=changed):
            return _lead_to(service, managed, f"badges/{slug}?said={'saved' if changed else 'same'}")


@router.post("/console/issuers/{issuer}/badges/{slug}/retire")
def retire_badge(slug: str, service: Service, managed: ActingManaged) -> Response:
    """Take a badge class out of use."""
    outcome = retire_badge_class(service.office, managed.id, slug, managed.colleague.actor, service.clock())
    if isinstance(outcome, NoBadgeClass):
        raise HTTPException(404)
    return _lead_to(service, managed, f"badges/{slug}?said=retired")


@router.post("/console/issuers/{issuer}/badges/{slug}/restore")
def restore_badge(slug: str, service: Service, managed: ActingManaged) -> Response:
    """Put a badge class to use again."""
    outcome = restore_badge_class(service.office, managed.id, slug, managed.colleague.actor, service.clock())
    if isinstance(outcome, NoBadgeClass):
        raise HTTPException(404)
    return _lead_to(service, managed, f"badges/{slug}?said=restored")


def _find(service: WebService, managed: ManagedIssuer, slug: str) -> ListedBadge:
    with reading(service.office.engine).connect() as connection:
        badge = find_badge(connection, managed.id, slug)
    if badge is None:
        raise HTTPException(404)
    return badge


def _sent(name: str, description: str, criteria: str, caption: str, months: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "criteria": criteria,
        "image_caption": caption,
        "expires_after_months": months.strip(),
    }


def _read_upload(file: UploadFile | None, square: str) -> Upload:
    # One byte more than may be, to tell what is too long.
    return Upload(file.file.read(MAX_BYTES + 1) if file else b"", is_square=bool(square))


def _show(  # noqa: PLR0913, PLR0917 - what was typed, and what became of it
    request: Request,
    pages: Pages,
    managed: ManagedIssuer,
    badge: ListedBadge | None,
    sent: Mapping[str, Any],
    faults: FieldFaults | None = None,
    *,
    said: str = "",
    version: str = "",
    other: OutOfStep | None = None,
    picture: str = "",
) -> Response:
    by_field: Mapping[str, FieldFault] = faults.by_field if faults else {}
    values = {
        "badge": badge,
        "sent": sent,
        "faults": by_field,
        "said": said,
        "version": version or (badge.version if badge else ""),
        "other": other,
        "picture": picture or ("keep" if badge else "emblem"),
        "most": MOST_COUNTED,
    }
    status = 422 if by_field else 409 if other else 200
    return show_console(request, pages, managed, "badge.html", values, area="badges", status=status)


def _lead_to(service: WebService, managed: ManagedIssuer, page: str) -> Response:
    return RedirectResponse(f"{service.place.root}/console/issuers/{managed.slug}/{page}", 303)
