"""`/console/canned`: canned answers, written in each language, changed and removed.

Here belong the handlers. What may be in one is said by `desk.requests.canned`.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.requests.canned import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    PLACEHOLDERS,
    CannedRefused,
    CannedSet,
    list_canned_sets,
    remove_canned,
    save_canned,
)
from web.console.pages import show_console
from web.console.visitors import ActingSupporter, Colleague, Supporter
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Typed = Annotated[str, Form()]
_SAID = frozenset({"saved", "removed"})


@router.api_route("/console/canned", methods=READ)
def show_canned(request: Request, service: Service, pages: Shown, who: Supporter, said: str = "") -> Response:
    """Show all of them."""
    values = {"answers": _list(service), "said": said if said in _SAID else ""}
    return show_console(request, pages, who, "canned.html", values, area="canned")


@router.api_route("/console/canned/edit", methods=READ)
def show_form(request: Request, service: Service, pages: Shown, who: Supporter, title: str = "") -> Response:
    """Show one to be changed; without a title, an empty form."""
    found = next((each for each in _list(service) if each.title == title), None)
    if title and found is None:
        raise HTTPException(404)
    return _show_form(request, pages, who, title, title, found.texts if found else {}, None)


@router.post("/console/canned")
def save(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    title: Typed = "",
    former: Typed = "",
    en: Typed = "",
    es: Typed = "",
    fr: Typed = "",
    de: Typed = "",
) -> Response:
    """Write one in all its languages."""
    texts = {"en": en, "es": es, "fr": fr, "de": de}
    done = save_canned(service.office, title, texts, who.actor, service.clock(), former or None)
    if isinstance(done, CannedRefused):
        return _show_form(request, pages, who, title, former, texts, done)
    return _lead_back(service, "saved")


@router.post("/console/canned/remove")
def remove(service: Service, who: ActingSupporter, title: Typed = "") -> Response:
    """Remove one; one that is gone already is gone."""
    remove_canned(service.office, title, who.actor, service.clock())
    return _lead_back(service, "removed")


def _list(service: WebService) -> list[CannedSet]:
    with reading(service.office.engine).connect() as connection:
        return list_canned_sets(connection)


def _lead_back(service: WebService, said: str) -> Response:
    return RedirectResponse(f"{service.place.root}/console/canned?{urlencode({'said': said})}", 303)


def _show_form(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    pages: Pages,
    who: Colleague,
    title: str,
    former: str,
    texts: Mapping[str, str],
    refused: CannedRefused | None,
) -> Response:
    values: dict[str, Any] = {
        "name": title,
        "former": former,
        "texts": texts,
        "refused": refused,
        "placeholders": sorted(PLACEHOLDERS),
        "longest_title": LONGEST_TITLE,
        "longest_text": LONGEST_TEXT,
    }
    status = 422 if refused else 200
    return show_console(request, pages, who, "canned_edit.html", values, area="canned", status=status)
