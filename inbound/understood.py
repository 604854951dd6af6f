"""A mail, read and understood as far as its own bytes allow: all the work on a stranger's text that needs no database.

Here belongs that one function. It is what runs in a process of its own (`inbound.processing.room`). Pure.
"""

from dataclasses import dataclass, replace

from inbound.reading.faces import has_two_faces
from inbound.reading.mail import Reading
from inbound.reading.reader import read_taken_apart
from inbound.understanding.hesitation import is_refused_in
from inbound.understanding.opinion import load_model
from inbound.understanding.settling import settle_wish
from inbound.understanding.telling import tell_wish
from inbound.understanding.wish import Confidence, Wish, Written
from wire.dates import read_date_time
from wire.parts import read_message

_FIRM = frozenset({Confidence.SURE, Confidence.LIKELY})
_TWO_FACES = "the plain text and the HTML say different things"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a mail says, and what its writer wants."""

    reading: Reading
    wish: Wish | None
    """None for reports and automatic mail: nobody wrote them."""


def understand(content: bytes, mail_from: str | None) -> Understood:
    """Return what `content`, a whole mail, says. `mail_from` as in `read_mail`."""
    message = read_message(content)
    reading = read_taken_apart(message, mail_from)
    if reading.report or reading.automatic:
        return Understood(reading, None)
    sections = reading.sections
    written_at = read_date_time(message.header.first("date"))
    written = Written(
        subject=reading.subject,
        new_text=sections.new_text,
        quoted=sections.quoted,
        has_table=bool(reading.tables),
        written_on=written_at.date() if written_at else None,
    )
    opinion = load_model().judge(f"{written.subject}\n{written.new_text}")
    wish = settle_wish(tell_wish(written), opinion)
    if wish.confidence in _FIRM and has_two_faces(message, sections.new_text):
        # Staff would see one mail, and the rules judge another.
        wish = replace(wish, confidence=Confidence.GUESSED)
        reading = replace(reading, flaws=(*reading.flaws, _TWO_FACES))
    elif wish.confidence is Confidence.SURE and any(is_refused_in(table.rows) for table in reading.tables):
        wish = replace(wish, confidence=Confidence.LIKELY)
    return Understood(reading, wish)
