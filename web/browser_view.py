"""`/mail/{token}`: a mail as a page, for those whose mail program shows it badly.

People pass such addresses on, so nothing in the page may act in the earner's name: links that carry authority lead
to a page that says so (`mail_copy`). The mail brings its own styles within, so its policy allows those, but no
script, no form and no frame; and it is sandboxed into an origin of its own.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from badges.links import Expired, Genuine, Purpose
from badges.transactions import reading
from web.context import READ, Service, Shown
from web.mail_copy import copy_mail
from web.needs import Place
from web.pages import Pages

router = APIRouter()


def mail_policy(place: Place) -> str:
    """Return the content security policy of a mail that is shown as a page."""
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {place.origin}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    )


@router.api_route("/mail/{token}", methods=READ)
def show_mail(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Show the mail that the link names."""
    match service.office.links.unsign(Purpose.BROWSER, token, service.clock()):
        case Genuine([str() as message_id]):
            own_url = f"{service.place.base_url}/mail/{token}"
        case Expired():
            return _refuse(request, pages, expired=True)
        case _:
            return _refuse(request, pages, expired=False)
    with reading(service.office.engine).connect() as connection:
        mail = copy_mail(connection, service, message_id, own_url)
    if mail is None:
        return _refuse(request, pages, expired=True)
    headers = {"content-security-policy": mail_policy(service.place), "content-language": mail.language}
    return HTMLResponse(mail.html, 200, headers)


@router.api_route("/withheld", methods=READ)
def say_withheld(request: Request, pages: Shown) -> Response:
    """Say why a link of the shown mail does nothing here."""
    return pages.show(request, "withheld.html")


def _refuse(request: Request, pages: Pages, *, expired: bool) -> Response:
    values = {"expired": expired, "offers_password": False}
    return pages.show(request, "dead_link.html", values, status=410 if expired else 404)
