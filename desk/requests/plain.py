"""Strangers' words on their way into the records: what a database cannot hold is left out, and lines have a length.

Here belongs the cleaning only; texts of several lines are tidied by `mailer.quoting`. Whoever shows words escapes
them. Pure.
"""

import re
from collections.abc import Iterable

LONGEST_LINE = 300
"""Characters of a subject or a name that are kept beside the mail itself."""
_LONGEST_MESSAGE_ID = 250
_MOST_MESSAGE_IDS = 50

# NUL ends a text in PostgreSQL, and halves of a pair cannot be written as UTF-8; controls act on a terminal, and marks
# of direction make a text show as another.
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MESSAGE_ID = re.compile(rf"[!-;=?-~]{{1,{_LONGEST_MESSAGE_ID}}}")


def clean_line(text: str) -> str:
    """Return `text` in one line with single spaces, cut to `LONGEST_LINE`."""
    return " ".join(_UNWRITABLE.sub("", text[: LONGEST_LINE * 4]).split())[:LONGEST_LINE]


def clean_message_ids(message_ids: Iterable[str]) -> tuple[str, ...]:
    """Return those that are printable, without blanks or angle brackets and not too long: each once, the last fifty."""
    sound = dict.fromkeys(each for each in message_ids if _MESSAGE_ID.fullmatch(each))
    return tuple(sound)[-_MOST_MESSAGE_IDS:]
