"""Whom a mail is about, and what is to become of them."""

from badges.register import Register
from inbound.reading.mail import Reading
from inbound.understanding.particulars import Particulars, Writer
from inbound.understanding.wish import Wish


def find_particulars(reading: Reading, wish: Wish, writer: Writer, register: Register) -> Particulars:
    """Return the people that the mail asks something for, each once. Never raises on what a stranger may write."""
    return Particulars(())
