"""A mail, read and understood as far as its own bytes allow: all the work on a stranger's text that needs no database.

Here belongs that one function. It is what runs in a process of its own (`inbound.processing.room`). Pure.
"""

from dataclasses import dataclass

from inbound.reading.mail import Reading
from inbound.reading.reader import read_mail
from inbound.understanding.opinion import load_model
from inbound.understanding.settling import settle_wish
from inbound.understanding.telling import tell_wish
from inbound.understanding.wish import Wish, Written


@dataclass(frozen=True, slots=True)
class Understood:
    """What a mail says, and what its writer wants."""

    reading: Reading
    wish: Wish | None
    """None for reports and automatic mail: nobody wrote them."""


def understand(content: bytes, mail_from: str | None) -> Understood:
    """Return what `content`, a whole mail, says. `mail_from` as in `read_mail`."""
    reading = read_mail(content, mail_from)
    if reading.report or reading.automatic:
        return Understood(reading, None)
    sections = reading.sections
    written = Written(
        subject=reading.subject,
        new_text=sections.new_text,
        quoted=sections.quoted,
        signature=sections.signature,
        has_table=bool(reading.tables),
    )
    opinion = load_model().judge(f"{written.subject}\n{written.new_text}")
    return Understood(reading, settle_wish(tell_wish(written), opinion))
