"""`/console/mail/kinds`: every kind of mail in every language, as it would be made now; opens nothing."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, select
from sqlmodel import col
from starlette.exceptions import HTTPException

from badges.tables import BadgeClass, Issuer
from badges.transactions import reading
from desk.constants import Wanted
from desk.office import Office
from desk.previewing import compose_preview, embed_own_images
from desk.publishing import PublishRefused
from mailer.dkim import Signer
from mailer.notices import NOTICES
from mailer.parts import Parts, read_parts
from mailer.samples import samples_of
from web.console.framed_mail import Look, frame_mail
from web.console.pages import show_console
from web.console.visitors import Supporter
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.languages import LANGUAGES

router = APIRouter()

HERE = "/console/mail/kinds"
MOST_BADGES = 200
FIRST_KIND = "issuance"


@dataclass(frozen=True, slots=True)
class Badge:
    """Whose mail is shown."""

    slug: str
    name: str
    issuer: str


@router.api_route(HERE, methods=READ, dependencies=AT_THE_DOOR)
def show_kinds(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    service: Service,
    pages: Shown,
    supporter: Supporter,
    kind: str = FIRST_KIND,
    language: str = "",
    badge: str = "",
    sample: int = 0,
    look: Look = Look.LIGHT,
) -> Response:
    """Show one kind in one language, in a frame, and the way to all others."""
    _check(kind, language)
    chosen = language or supporter.standing.language
    with reading(service.office.engine).connect() as connection:
        badges = _list_badges(connection)
        mail = _compose(connection, service.office, kind, chosen, badge, sample, service.clock())
    values = {
        "kinds": NOTICES,
        "kind": kind,
        "chosen": chosen,
        "badges": badges,
        "badge": badge,
        "sample": sample,
        "samples": len(list(samples_of(kind))),
        "look": look,
        "looks": list(Look),
        "mail": mail if isinstance(mail, Parts) else None,
        "refused": mail.reason if isinstance(mail, PublishRefused) else "",
    }
    return show_console(request, pages, supporter, "mail_kinds.html", values, area="mail")


@router.api_route(f"{HERE}/frame", methods=READ, dependencies=AT_THE_DOOR)
def show_frame(  # noqa: PLR0913, PLR0917 - who looks, at what
    service: Service,
    supporter: Supporter,
    kind: str = FIRST_KIND,
    language: str = "",
    badge: str = "",
    sample: int = 0,
    look: Look = Look.LIGHT,
) -> Response:
    """Show the mail itself."""
    _check(kind, language)
    chosen = language or supporter.standing.language
    with reading(service.office.engine).connect() as connection:
        mail = _compose(connection, service.office, kind, chosen, badge, sample, service.clock())
        if not isinstance(mail, Parts):
            raise HTTPException(404)
        html = embed_own_images(connection, service.office.site.base_url, mail)
    return frame_mail(html, mail.text or "", look)


def _check(kind: str, language: str) -> None:
    if kind not in NOTICES or language not in {"", *LANGUAGES}:
        raise HTTPException(404)


def _compose(  # noqa: PLR0913, PLR0917 - whose mail, about what, to whom
    connection: Connection, office: Office, kind: str, language: str, slug: str, sample: int, now: datetime
) -> Parts | PublishRefused | None:
    """Return the mail, why there is none, or None where there is no badge that it could be of."""
    notice, samples = NOTICES[kind], list(samples_of(kind))
    query = select(col(BadgeClass.id), col(BadgeClass.issuer_id)).order_by(col(BadgeClass.slug)).limit(1)
    owner = connection.execute(query.where(col(BadgeClass.slug) == slug) if slug else query).first()
    if notice.only_service or (owner is None and notice.may_be_ours):
        wanted = Wanted(kind, None, None, language)
    elif owner is None:
        return None
    else:
        wanted = Wanted(kind, owner.issuer_id, owner.id if notice.shows_badge else None, language)
    meant = samples[sample] if 0 <= sample < len(samples) else samples[0]
    data = compose_preview(connection, office, wanted, meant, Signer([]), now)
    return data if isinstance(data, PublishRefused) else read_parts(data)


def _list_badges(connection: Connection) -> list[Badge]:
    query = (
        select(col(BadgeClass.slug), col(BadgeClass.name), col(Issuer.name))
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .order_by(col(BadgeClass.slug))
        .limit(MOST_BADGES)
    )
    return [Badge(*row) for row in connection.execute(query)]
