"""`/portfolio/{id}/signature`: a mail signature with the badge, to be copied, and the steps for each mail program.

The signature brings its own styles, as mail programs need them, and the pages' policy allows none: so it is shown in
a frame of its own, under the policy of mails that are shown (`browser_view`). What it says stands in
`badges.rendering.signature`.
"""

from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from badges.branding import derive_palette, read_brand
from badges.rendering.signature import DENSITY, LinkedBadge, Signer, write_plain_signature, write_signature
from badges.transactions import reading
from desk.accounts.profile import read_profile
from web.asked_awards import OwnAward
from web.awards import Award
from web.browser_view import mail_policy
from web.context import READ, Service, Shown
from web.guards import PAGE_POLICY
from web.needs import Place, WebService
from web.sized_images import path_of_sized_image
from web.visitors import Owner

router = APIRouter()

_PAGE_POLICY = f"{PAGE_POLICY}; frame-src 'self'"
_SHEET = Markup(
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title><base target="_blank">'
    '<body style="margin:16px;background:#fff">{signature}</body></html>'
)


class Size(StrEnum):
    """How large the badge stands in the signature."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


_SHOWN = {Size.SMALL: 60, Size.MEDIUM: 80, Size.LARGE: 100}
"""Pixels a side; pictures of twice that are among `badges.rendering.sizes`."""


@router.api_route("/portfolio/{assertion_id}/signature", methods=READ)
def show_signature(  # noqa: PLR0913, PLR0917 - what the framework passes in
    request: Request, service: Service, pages: Shown, visitor: Owner, badge: OwnAward, size: Size = Size.MEDIUM
) -> Response:
    """Show the signature and how to use it. A badge that cannot be shared has none: its own page says why."""
    if not badge.can_share:
        return RedirectResponse(f"{service.place.root}/portfolio/{badge.id}", 303)
    signer = _read_signer(service, visitor.owner.earner_id, badge)
    linked = link_badge(badge, service.place, _SHOWN[size])
    values = {
        "badge": badge,
        "signer": signer,
        "size": size,
        "sizes": list(Size),
        "source": write_signature(signer, linked),
        "plain": write_plain_signature(signer, linked),
        "picture_size": _SHOWN[size] * DENSITY,
    }
    page = pages.show(request, "signature.html", values, known=[visitor.owner.language])
    page.headers["content-security-policy"] = _PAGE_POLICY
    return page


@router.api_route("/portfolio/{assertion_id}/signature/preview", methods=READ)
def show_preview(  # noqa: PLR0913, PLR0917 - what the framework passes in
    request: Request, service: Service, pages: Shown, visitor: Owner, badge: OwnAward, size: Size = Size.MEDIUM
) -> Response:
    """Show the signature alone, for the frame in the page."""
    linked = link_badge(badge, service.place, _SHOWN[size])
    sheet = _SHEET.format(
        language=pages.language_of(request, [visitor.owner.language]),
        title=badge.name,
        signature=write_signature(_read_signer(service, visitor.owner.earner_id, badge), linked),
    )
    return HTMLResponse(sheet, headers={"content-security-policy": mail_policy(service.place)})


def link_badge(badge: Award, place: Place, shown_size: int) -> LinkedBadge:
    """Return the badge as a picture that links to its page."""
    color = derive_palette(read_brand(badge.brand_color)).link_color
    return LinkedBadge(
        name=badge.name,
        issuer_name=badge.issuer_name,
        url=badge.url,
        picture_url=place.base_url + path_of_sized_image(badge.id, shown_size * DENSITY, "png"),
        picture_alt=badge.image_alt,
        shown_size=shown_size,
        color=color,
    )


def _read_signer(service: WebService, earner_id: str, badge: Award) -> Signer:
    """Return who signs: the name as the issuer knows it, and what the earner says of themselves."""
    with reading(service.office.engine).connect() as connection:
        told = read_profile(connection, earner_id).details
    return Signer(badge.earner_name, told.title, told.employer, told.phone, told.website)
