"""What documents and cards are about: one badge of one earner, and the two pictures that go with it.

Here belong the values that every one of them is made from, and how these are handed to a template. Where they are
looked up stands in `web.subjects`.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO

import segno

from badges.assertions import Standing
from badges.branding import derive_palette, read_brand
from badges.rendering.sizes import draw_for_page
from badges.rendering.typesetting import Value, clean, digest_of_templates, reads_right_to_left
from badges.rendering.words import label_all

LONGEST_NAME = 200
LONGEST_ALT = 400
"""Characters. What is longer is cut: it would not fit a page in letters that can be read."""
_QUIET_ZONE = 2
"""Modules around the code. ISO/IEC 18004 wants four; the plate that it stands on has the rest."""


@dataclass(frozen=True)
class Subject:
    """A badge as it is put on paper."""

    assertion_id: str
    language: str
    """In which the document speaks: one of `words.LANGUAGES`."""
    standing: Standing
    badge_name: str
    description: str
    image_alt: str
    """What the picture shows, in the issuer's words."""
    earner_name: str
    issuer_name: str
    brand_color: str
    issued_on: date
    expires_on: date | None
    url: str
    """The public badge page."""
    image_digest: str
    logo_digest: str | None

    def digest(self, kind: str) -> str:
        """Return a digest of everything that a document of this `kind` may show, and of how it looks."""
        return digest_of(kind, list(asdict(self).values()))


@dataclass(frozen=True)
class Pictures:
    """The bytes behind the digests of a subject, as `badges.images` has checked them."""

    badge: bytes
    logo: bytes | None


def digest_of(kind: str, shown: list[object]) -> str:
    """Return a digest of `shown`, and of how documents look."""
    return sha256(json.dumps([kind, digest_of_templates(), shown], default=str).encode()).hexdigest()


def name_values(subject: Subject) -> dict[str, Value]:
    """Return names, colours, phrases and the address, as every template takes them."""
    palette = derive_palette(read_brand(subject.brand_color))
    badge, earner = clean(subject.badge_name, LONGEST_NAME), clean(subject.earner_name, LONGEST_NAME)
    return {
        "title": f"{badge} – {earner}",
        "badge_alt": clean(subject.image_alt, LONGEST_ALT),
        "url": subject.url,
        "language": subject.language,
        "words": label_all(subject.language),
        "color": palette.color,
        "color_text": palette.color_text,
        "link_color": palette.link_color,
        **line_values("badge_name", subject.badge_name, LONGEST_NAME),
        **line_values("earner_name", subject.earner_name, LONGEST_NAME),
        **line_values("issuer_name", subject.issuer_name, LONGEST_NAME),
    }


def line_values(name: str, text: str, limit: int) -> dict[str, Value]:
    """Return somebody's words under `name`, and beside them whether they run from right to left."""
    line = clean(text, limit)
    return {name: line, f"{name}_rtl": reads_right_to_left(line)}


def picture_values(
    pictures: Pictures, *, badge_pixels: int, logo_pixels: int = 0, gray: bool = False
) -> dict[str, Value]:
    """Return the pictures at the size that is needed, as lists of bytes: a template can open no file.

    Without `logo_pixels` there is no logo.
    """
    logo = draw_for_page(pictures.logo, logo_pixels) if pictures.logo and logo_pixels else None
    return {
        "badge": list(draw_for_page(pictures.badge, badge_pixels, gray=gray)),
        "logo": list(logo) if logo else None,
    }


def draw_code(url: str) -> str:
    """Return a QR code (ISO/IEC 18004) of `url` as SVG. Error correction M: a seventh of it may be smudged."""
    buffer = BytesIO()
    segno.make(url, error="m", micro=False).save(buffer, kind="svg", border=_QUIET_ZONE, xmldecl=False)
    return buffer.getvalue().decode("ascii")
