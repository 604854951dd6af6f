"""A mail made again as a page, for view in browser.

Here belongs making it from its row, exactly as it was made for sending but without authority: people pass the address
on, so what a bearer could act with is left out or leads to a page that says so. Its images come from our own pages.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.images import path_of_image
from badges.tables import Image
from desk.constants import Wanted
from desk.mailing import BrokenTemplateError, Letter
from desk.publishing import PublishRefused
from mailer.compose import choose_subject
from mailer.filling import Facts, fill_slots
from mailer.notices import NOTICES
from mailer.queue.tables import Message, PublishedTemplate
from mailer.templates.published import Published
from web.needs import WebService

UNSENT = "unsent2345"
"""In place of the id of a message that is in no ledger."""
_AUTHORITY = (
    "not_me_url",
    "unsubscribe_url",
    "confirm_url",
    "grant_url",
    "undo_url",
    "unlock_url",
    "ask_unlock_url",
    "confirm_address_url",
    "stop_url",
)


@dataclass(frozen=True)
class MailCopy:
    """A mail as its recipient sees it."""

    language: str
    html: str
    subject: str = ""
    """Of one that has not gone yet."""


def copy_mail(connection: Connection, service: WebService, message_id: str, own_url: str) -> MailCopy | None:
    """Return the copy of a mail, which itself is found at `own_url`; None if there is no such message."""
    query = (
        select(col(Message.facts), col(PublishedTemplate.content))
        .join(PublishedTemplate, col(PublishedTemplate.digest) == col(Message.template_digest))
        .where(col(Message.id) == message_id)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    published = Published.from_json(row.content)
    values = _fill_without_authority(service, published, json.loads(row.facts), message_id)
    if "browser_url" in values:
        values["browser_url"] = own_url  # a fresh one would live longer than the one that was mailed
    html = _fetch_image_from_here(connection, published.render_html(values), published, service)
    return MailCopy(published.language, html)


def copy_letter(connection: Connection, service: WebService, letter: Letter) -> MailCopy:
    """Return what a letter would look like that nobody has sent: stores nothing, mints nothing. Raises
    `BrokenTemplateError`."""
    wanted = Wanted(letter.kind, letter.issuer_id, letter.badge_class_id, letter.language)
    published = service.office.publisher.prepare(connection, wanted)
    if isinstance(published, PublishRefused):
        raise BrokenTemplateError(published.reason)
    facts = json.loads(json.dumps(letter.facts))  # as the ledger would give them back
    values = _fill_without_authority(service, published, facts, UNSENT)
    html = _fetch_image_from_here(connection, published.render_html(values), published, service)
    own = published.fill(values).subject
    return MailCopy(published.language, html, choose_subject(NOTICES[letter.kind], facts, own))


def _fill_without_authority(
    service: WebService, published: Published, facts: Facts, message_id: str
) -> dict[str, str | None]:
    office = service.office
    values = fill_slots(
        published.kind,
        facts,
        published.traits,
        office.site,
        office.links,
        message_id,
        service.clock(),
        with_authority=False,
    )
    values |= {name: f"{office.site.base_url}/withheld" for name in _AUTHORITY if values.get(name)}
    if "password_url" in values and facts.get("serial") is not None:
        # Without any link the mail would read as if there were a password already.
        values["password_url"] = office.site.request_password_url
    return values


def _fetch_image_from_here(connection: Connection, html: str, published: Published, service: WebService) -> str:
    digest, content_id = published.traits.image_digest, published.traits.content_id
    if digest is None or content_id is None:
        return html
    media_type = connection.execute(select(col(Image.media_type)).where(col(Image.digest) == digest)).scalar_one()
    return html.replace(f'src="cid:{content_id}"', f'src="{service.place.root}{path_of_image(digest, media_type)}"')
