"""A mail made again as a page, for view in browser.

Here belongs making it from its row, exactly as it was made for sending but without authority: people pass the address
on, so what a bearer could act with is left out or leads to a page that says so. Its images come from our own pages.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import Image
from mailer.filling import fill_slots
from mailer.queue.tables import Message, PublishedTemplate
from mailer.templates.published import Published
from web.images import path_of_image
from web.needs import WebService

_AUTHORITY = ("not_me_url", "unsubscribe_url")


@dataclass(frozen=True)
class MailCopy:
    """A mail as its recipient sees it."""

    language: str
    html: str


def copy_mail(connection: Connection, service: WebService, message_id: str, own_url: str) -> MailCopy | None:
    """Return the copy of a mail, which itself is found at `own_url`; None if there is no such message."""
    query = (
        select(col(Message.kind), col(Message.facts), col(PublishedTemplate.content))
        .join(PublishedTemplate, col(PublishedTemplate.digest) == col(Message.template_digest))
        .where(col(Message.id) == message_id)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    kind, facts, content = row
    published = Published.from_json(content)
    values = fill_slots(
        kind,
        json.loads(facts),
        published.traits,
        service.office.site,
        service.office.links,
        message_id,
        service.clock(),
        with_authority=False,
    )
    withheld = f"{service.place.base_url}/withheld"
    replaced: dict[str, str | None] = {name: withheld for name in _AUTHORITY if name in values}
    if "browser_url" in values:
        replaced["browser_url"] = own_url  # a fresh one would live longer than the one that was mailed
    html = published.render_html(values | replaced)
    return MailCopy(published.language, _fetch_image_from_here(connection, html, published, service))


def _fetch_image_from_here(connection: Connection, html: str, published: Published, service: WebService) -> str:
    digest, content_id = published.traits.image_digest, published.traits.content_id
    if digest is None or content_id is None:
        return html
    media_type = connection.execute(select(col(Image.media_type)).where(col(Image.digest) == digest)).scalar_one()
    return html.replace(f'src="cid:{content_id}"', f'src="{service.place.root}{path_of_image(digest, media_type)}"')
