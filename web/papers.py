"""`/portfolio/{id}/certificate.pdf` and `/badge.pdf`: documents for the badge's owner alone.

Here belongs who gets which, and what is said to those who do not. What they are stands in `badges.rendering`.
"""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Engine

from badges.assertions import Standing
from badges.rendering.certificate import set_certificate
from badges.rendering.linked_badge import set_linked_badge
from badges.rendering.subject import Pictures, Subject
from web.asked_awards import OwnAward
from web.awards import Award
from web.context import READ, Drawn, Service, Shown
from web.subjects import make_subject, read_pictures
from web.visitors import Owner

router = APIRouter()

_STATUS = {"not_offered": 404, "hidden": 409, "expired": 410, "revoked": 410}
"""Why there is no document, and the status that says so (RFC 9110 section 15.5)."""


@router.api_route("/portfolio/{assertion_id}/certificate.pdf", methods=READ)
async def send_certificate(  # noqa: PLR0913, PLR0917 - what the framework passes in
    request: Request, service: Service, pages: Shown, studio: Drawn, visitor: Owner, badge: OwnAward
) -> Response:
    """Send the certificate of a badge that counts, if its issuer offers certificates."""
    reason = _why_none(badge) if badge.offers_certificate else "not_offered"
    if reason is None and badge.standing is Standing.EXPIRED:
        reason = "expired"
    if reason is not None:
        return _refuse(request, pages, visitor, badge, reason)
    subject = make_subject(badge, pages.language_of(request, [visitor.owner.language]))
    made = partial(_make, service.office.engine, subject, set_certificate)
    return _send(await studio.make(subject.digest("certificate"), made), f"certificate-{badge.id}.pdf")


@router.api_route("/portfolio/{assertion_id}/badge.pdf", methods=READ)
async def send_linked_badge(  # noqa: PLR0913, PLR0917 - what the framework passes in
    request: Request, service: Service, pages: Shown, studio: Drawn, visitor: Owner, badge: OwnAward
) -> Response:
    """Send the badge's picture as a PDF that links to its page."""
    reason = _why_none(badge)
    if reason is not None:
        return _refuse(request, pages, visitor, badge, reason)
    subject = make_subject(badge, pages.language_of(request, [visitor.owner.language]))
    made = partial(_make, service.office.engine, subject, set_linked_badge)
    return _send(await studio.make(subject.digest("linked badge"), made), f"badge-{badge.id}.pdf")


def _why_none(badge: Award) -> str | None:
    if badge.standing is Standing.REVOKED:
        return "revoked"
    return "hidden" if badge.is_hidden else None


def _refuse(request: Request, pages: Shown, visitor: Owner, badge: Award, reason: str) -> Response:
    values = {"badge": badge, "reason": reason}
    return pages.show(request, "no_paper.html", values, status=_STATUS[reason], known=[visitor.owner.language])


def _make(engine: Engine, subject: Subject, set_paper: Callable[[Subject, Pictures], bytes]) -> bytes:
    return set_paper(subject, read_pictures(engine, subject))


def _send(paper: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(paper, 200, headers, "application/pdf")
