"""`/not-me/{token}`: a mail about a badge reached the wrong person. GET explains, POST acts; no data is shown."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.not_me import NotMeRefused, read_not_me_link, report_not_me
from web.context import READ, Service, Shown
from web.pages import Pages

router = APIRouter()


@router.api_route("/not-me/{token}", methods=READ)
def explain(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Say what the button does. Looks at no record and changes nothing."""
    found = read_not_me_link(service.office.links, token, service.clock())
    if isinstance(found, NotMeRefused):
        return _refuse(request, pages, found)
    return pages.show(request, "not_me.html")


@router.post("/not-me/{token}")
def report(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Hold the award and tell its issuer."""
    done = report_not_me(service.office, token, service.clock())
    if isinstance(done, NotMeRefused):
        return _refuse(request, pages, done)
    return pages.show(request, "not_me_done.html")


def _refuse(request: Request, pages: Pages, refused: NotMeRefused) -> Response:
    values = {"expired": refused.expired, "offers_password": False}
    return pages.show(request, "dead_link.html", values, status=410 if refused.expired else 404)
