"""Do the images say what they show, keep their place while blocked, and come from somewhere?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from mailer.lint.document import Document, place_of
from mailer.lint.findings import Finding
from mailer.lint.mail import RenderedMail

TELLING_WIDTH = 64
"""Pixels from which on an image is no ornament: its alternative text must not be empty."""


def check_images(mail: RenderedMail, document: Document) -> Iterator[Finding]:
    """Yield a finding for each fault of each `<img>`."""
    for image in document.named("img"):
        yield from _check_alt(image)
        if not (image.get("width", "").isdigit() and image.get("height", "").isdigit()):
            yield Finding("image-without-size", "give the image a width and a height, in pixels", place_of(image))
        yield from _check_source(mail, image)


def _check_alt(image: etree._Element) -> Iterator[Finding]:
    alt = image.get("alt")
    if alt is None:
        yield Finding("image-without-alt", 'give the image an alt text (alt="" if it is an ornament)', place_of(image))
    elif not alt.strip() and _tells_something(image):
        yield Finding(
            "badge-alt-empty", "say in the alt text what the image shows: the badge's caption or name", place_of(image)
        )


def _tells_something(image: etree._Element) -> bool:
    width = image.get("width", "")
    return image.get("src", "").startswith("cid:") or (width.isdigit() and int(width) >= TELLING_WIDTH)


def _check_source(mail: RenderedMail, image: etree._Element) -> Iterator[Finding]:
    source = image.get("src", "")
    if source.startswith("cid:"):
        if source.removeprefix("cid:") not in mail.content_ids:
            yield Finding("image-missing-part", f"no part of the mail has the Content-ID of {source}", place_of(image))
    elif source.startswith("data:"):
        pass  # that Gmail drops these is said by the check of what is shown
    elif not urlsplit(source).netloc:
        yield Finding("image-source", "the image needs an absolute https URL, or a cid: of the mail", place_of(image))
    elif not source.startswith("https:") and not source.startswith(mail.origin.base_url + "/"):
        yield Finding(
            "image-source", "fetch the image by https; mail programs do not show it otherwise", place_of(image)
        )
