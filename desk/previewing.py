"""A sample mail of one template, and the pictures that it has elsewhere: what `badgepost preview` shows."""

import base64
import re
from datetime import datetime

from sqlalchemy import Connection

from desk.checking import image_loader
from desk.constants import Wanted
from desk.office import Office
from desk.publishing import PublishRefused
from mailer.dkim import Signer
from mailer.samples import Sample, compose_sample


def compose_preview(  # noqa: PLR0913, PLR0917 - everything that a mail depends on
    connection: Connection, office: Office, wanted: Wanted, sample: Sample, signer: Signer, now: datetime
) -> bytes | PublishRefused:
    """Return a whole, signed mail to nobody, whose links open nothing. Stores nothing."""
    published = office.publisher.prepare(connection, wanted)
    if isinstance(published, PublishRefused):
        return published
    return compose_sample(published, image_loader(connection), office.site, sample, now, signer=signer)


def find_hosted_images(connection: Connection, base_url: str, html: str) -> dict[str, str]:
    """Return a `data:` URL for each image of ours that `html` would fetch from `base_url`."""
    load = image_loader(connection)
    found = {}
    for url, digest in re.findall(rf'src="({re.escape(base_url)}/images/([0-9a-f]+)\.(?:png|jpg))"', html):
        image = load(digest)
        found[url] = f"data:{image.media_type};base64,{base64.b64encode(image.content).decode()}"
    return found
