"""What a writer wants, told from the text."""

from desk.words import Intent
from inbound.understanding.wish import Confidence, Wish, Written


def tell_wish(written: Written) -> Wish:
    """Return what is asked for. Never raises on what a stranger may write."""
    return Wish(Intent.OTHER, Confidence.UNSURE, (), (), "en")
