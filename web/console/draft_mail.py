"""A draft's mail before it goes: shown as mail programs show it, judged, sent to oneself. Nothing here awards anything.

The mail is a page of its own in a sandboxed frame: it brings its styles, and no script, form or address of anybody's
gets anywhere from there. Its pictures are in it, so nothing is fetched.
"""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.drafts.keeping import Draft
from desk.drafts.report import Recipient
from desk.drafts.trying import (
    MailMeant,
    TestQueued,
    compose_meant,
    find_meant_mail,
    find_recipient,
    judge_meant,
    list_test_addresses,
    send_test,
)
from desk.publishing import PublishRefused
from desk.roster.languages import LANGUAGES
from web.console.found_draft import find_or_404, path_of, report_of, show_draft
from web.console.framed_mail import frame_html
from web.console.sent import SentToDoor, text_of
from web.console.visitors import ActingManaged, Managed
from web.context import READ, Service, Shown
from web.needs import WebService

router = APIRouter()


@dataclass(frozen=True)
class View:
    """How a mail is looked at, and whose."""

    width: str
    """`phone`, `desktop` or `text`."""
    is_dark: bool
    has_images: bool
    line: int
    """Of the roster; 0: the first row that is good."""
    language: str

    def query(self, **other: str) -> str:
        """Return the query of this view, or of one that differs."""
        own = {
            "view": self.width,
            "dark": "1" if self.is_dark else "",
            "images": "" if self.has_images else "off",
            "line": str(self.line or ""),
            "language": self.language,
        }
        return "?" + urlencode({name: value for name, value in (own | other).items() if value})


def _read_view(view: str = "", dark: str = "", images: str = "", line: str = "", language: str = "") -> View:
    return View(
        view if view in {"desktop", "text"} else "phone",
        dark == "1",
        images != "off",
        int(line) if line.isdecimal() and len(line) <= 9 else 0,
        language if language in LANGUAGES else "",
    )


Looked = Annotated[View, Depends(_read_view)]


@router.api_route("/console/issuers/{issuer}/issue/{draft}/preview", methods=READ)
def show_preview(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, service: Service, pages: Shown, managed: Managed, draft: str, view: Looked, said: str = ""
) -> Response:
    """Show the mail of one row, and what lint says of it."""
    found = find_or_404(service, managed, draft)
    recipient = _choose_recipient(service, found, view)
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        meant = find_meant_mail(connection, found, recipient, view.language or None, now)
        mail = None if meant is None else compose_meant(connection, service.office, meant, now)
        values = {
            "view": view,
            "recipient": recipient,
            "meant": meant,
            "mail": None if isinstance(mail, PublishRefused) else mail,
            "refused": mail.reason if isinstance(mail, PublishRefused) else "",
            "findings": [] if meant is None else judge_meant(connection, service.office, meant, now),
            "addresses": list_test_addresses(connection, managed.id, managed.colleague.actor),
            "said": said,
        }
    return show_draft(request, service, pages, managed, found, "draft_mail.html", values)


@router.api_route("/console/issuers/{issuer}/issue/{draft}/mail", methods=READ)
def send_frame(service: Service, managed: Managed, draft: str, view: Looked) -> Response:
    """Send what the frame shows."""
    found = find_or_404(service, managed, draft)
    with reading(service.office.engine).connect() as connection:
        meant = _find_meant(connection, service, found, view)
        mail = compose_meant(connection, service.office, meant, service.clock())
    if isinstance(mail, PublishRefused):
        raise HTTPException(404)
    answer = frame_html(mail.html, is_dark=view.is_dark, has_images=view.has_images, opens_links=True)
    answer.headers["content-language"] = meant.language
    return answer


@router.post("/console/issuers/{issuer}/issue/{draft}/test")
def send_to_oneself(service: Service, managed: ActingManaged, draft: str, form: SentToDoor) -> Response:
    """Send the mail to whoever asks, or to a contact of the issuer."""
    found = find_or_404(service, managed, draft)
    view = _read_view(*(text_of(form, name, 40) for name in ("view", "dark", "images", "line", "language")))
    with reading(service.office.engine).connect() as connection:
        meant = _find_meant(connection, service, found, view)
    actor, address = managed.colleague.actor, text_of(form, "address", 400)
    outcome = send_test(service.office, actor, managed.id, meant, address, service.clock())
    said = "tested" if isinstance(outcome, TestQueued) else f"test-{outcome.reason}"
    return RedirectResponse(path_of(service, managed, found, f"preview{view.query(said=said)}"), 303)


def _find_meant(connection: Connection, service: WebService, draft: Draft, view: View) -> MailMeant:
    recipient = _choose_recipient(service, draft, view)
    meant = find_meant_mail(connection, draft, recipient, view.language or None, service.clock())
    if meant is None:
        raise HTTPException(404)
    return meant


def _choose_recipient(service: WebService, draft: Draft, view: View) -> Recipient | None:
    recipients = report_of(service, draft).recipients
    if not view.line:
        return recipients[0] if recipients else None
    known = next((one for one in recipients if one.line == view.line), None)
    return known or find_recipient(service.office, draft, view.line, service.clock())
