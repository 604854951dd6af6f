"""The PDF certificate: one page that says what was awarded to whom, with a QR code that leads to the badge's page.

Here belongs what it says. Who may have one stands in `web.papers`, how it looks in `templates/certificate.typ`.
"""

from badges.dates import write_date
from badges.rendering.subject import Pictures, Subject, draw_code, line_values, name_values, picture_values
from badges.rendering.typesetting import Value, set_pdf
from badges.rendering.words import words_in

TEMPLATE = "certificate.typ"
LONGEST_DESCRIPTION = 300
"""Characters: what fits under the badge's name. The page that the code leads to has it all."""
_BADGE_PIXELS = 800
_LOGO_PIXELS = 500


def set_certificate(subject: Subject, pictures: Pictures) -> bytes:
    """Return the certificate of a valid badge as PDF/UA-1."""
    return set_pdf(TEMPLATE, say_certificate(subject, pictures), subject.issued_on)


def say_certificate(subject: Subject, pictures: Pictures) -> dict[str, Value]:
    """Return everything that the certificate shows."""
    return {
        **name_values(subject),
        **picture_values(pictures, badge_pixels=_BADGE_PIXELS, logo_pixels=_LOGO_PIXELS),
        **_say_what(subject),
        **_say_where(subject),
    }


def _say_what(subject: Subject) -> dict[str, Value]:
    words, language = words_in(subject.language), subject.language
    return {
        **line_values("description", subject.description, LONGEST_DESCRIPTION),
        "facts": [
            [words.issued, write_date(subject.issued_on, language)],
            [words.expires, write_date(subject.expires_on, language) if subject.expires_on else words.never],
            [words.credential_id, subject.assertion_id],
        ],
    }


def _say_where(subject: Subject) -> dict[str, Value]:
    return {
        "url_shown": subject.url.partition("://")[2],
        "signed_url": f"{subject.url}/badge.png",
        "qr": draw_code(subject.url),
        "qr_alt": words_in(subject.language).scan_alt.format(url=subject.url),
    }
