"""The badge alone as a PDF, a small page whose picture is a link to the badge's page: for résumés.

Here belongs what it says; how it looks stands in `templates/linked_badge.typ`.
"""

from badges.rendering.subject import Pictures, Subject, name_values, picture_values
from badges.rendering.typesetting import set_pdf

_BADGE_PIXELS = 600


def set_linked_badge(subject: Subject, pictures: Pictures) -> bytes:
    """Return the picture of the badge as PDF/UA-1."""
    values = {
        **name_values(subject),
        **picture_values(pictures, badge_pixels=_BADGE_PIXELS),
    }
    return set_pdf("linked_badge.typ", values, subject.issued_on)
