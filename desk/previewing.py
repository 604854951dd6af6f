"""A sample mail of one template, and the pictures that it has elsewhere: what `badgepost preview` shows."""

import base64
import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import BadgeClass
from desk.checking import image_loader
from desk.constants import Wanted
from desk.office import Office
from desk.publishing import PublishRefused
from mailer.dkim import Signer
from mailer.parts import Parts
from mailer.pictures import embed_images
from mailer.samples import Sample, compose_sample


def compose_preview(  # noqa: PLR0913, PLR0917 - everything that a mail depends on
    connection: Connection, office: Office, wanted: Wanted, sample: Sample, signer: Signer, now: datetime
) -> bytes | PublishRefused:
    """Return a whole, signed mail to nobody, whose links open nothing. Stores nothing."""
    published = office.publisher.prepare(connection, wanted)
    if isinstance(published, PublishRefused):
        return published
    if wanted.issuer_id is None:
        sample = replace(sample, on_record=False)
    if wanted.badge_class_id is not None:
        sample = replace(sample, valid_for=_months_valid(connection, wanted.badge_class_id))
    return compose_sample(published, image_loader(connection), office.site, sample, now, signer=signer)


def _months_valid(connection: Connection, badge_class_id: str) -> int | None:
    query = select(col(BadgeClass.expires_after_months)).where(col(BadgeClass.id) == badge_class_id)
    return connection.execute(query).scalar_one()


def find_hosted_images(connection: Connection, base_url: str, html: str) -> dict[str, str]:
    """Return a `data:` URL for each image of ours that `html` would fetch from `base_url`."""
    load = image_loader(connection)
    found = {}
    for url, digest in re.findall(rf'src="({re.escape(base_url)}/images/([0-9a-f]+)\.(?:png|jpg))"', html):
        image = load(digest)
        found[url] = f"data:{image.media_type};base64,{base64.b64encode(image.content).decode()}"
    return found


def embed_own_images(connection: Connection, base_url: str, parts: Parts) -> str:
    """Return the HTML of a mail with all of its pictures in it, as `data:` URLs: it fetches nothing."""
    html = parts.html or ""
    inline = {f"cid:{content_id}": url for content_id, url in parts.images.items()}
    return embed_images(html, {**find_hosted_images(connection, base_url, html), **inline})
