"""Pictures of badges and logos that managers hand in: checked, made square where asked for, stored by their digest.

Here belongs storing. What is taken stands in `badges.images`.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from badges.images import CheckedImage, ImageFault, check_image, crop_square, draw_badge
from badges.tables import Image
from desk.issuers.fields import FieldFault, FieldFaults


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody has chosen."""

    content: bytes
    is_square: bool = False
    """Whether its middle alone is wanted."""


def read_picture(upload: Upload, field: str) -> CheckedImage | FieldFaults:
    """Return the picture, or why it is not taken."""
    image = check_image(upload.content)
    if isinstance(image, CheckedImage) and upload.is_square:
        image = crop_square(image)
    if isinstance(image, ImageFault):
        code = "missing" if not upload.content else "invalid"
        return FieldFaults({field: FieldFault(code, image.reason)})
    return image


def draw_emblem(badge_name: str, issuer_name: str, color: str) -> CheckedImage:
    """Return the emblem of a badge that has no picture of its own."""
    image = check_image(draw_badge(badge_name, issuer_name, color))
    assert isinstance(image, CheckedImage), image.reason
    return image


def store_picture(connection: Connection, image: CheckedImage) -> str:
    """Store a picture unless it is there already; return its digest."""
    there = select(col(Image.digest)).where(col(Image.digest) == image.digest)
    if connection.execute(there).first() is None:
        connection.execute(insert(Image).values(**asdict(image)))
    return image.digest
