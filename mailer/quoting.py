"""What somebody else wrote, made fit to stand in a mail of ours: several lines of text, a name that greets.

Here belongs cutting and cleaning. Where such text may stand in a mail is said by the form of its slot
(`mailer.notices`), what becomes of it there by `mailer.templates.published`. Pure.
"""

import re
import unicodedata

MOST_LINES = 200
MOST_CHARACTERS = 20_000
LONGEST_NAME = 60
MOST_PARTS = 5
"""Of a name that greets."""

CUT = "[…]"
"""The last line of a text that was cut off."""

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, marks that turn the direction of what follows them, and blanks that nobody sees."""
_NAME_PART = re.compile(r"[^\W\d_]+(?:['’ʼ`.-]{1,2}[^\W\d_]+){0,4}[.,]?")
_DOTTED = re.compile(r"\.[^\W\d_]{2}")
"""A dot before two letters: more likely a host's name than a person's."""


def tidy_lines(text: str) -> str:
    """Return `text` with plain line ends, no run of empty lines, nothing unseen, and cut where it is too long."""
    whole = text[:MOST_CHARACTERS]
    lines: list[str] = []
    for line in _LINE_END.split(_UNSEEN.sub("", whole)):
        line = line.replace("\t", "    ").rstrip()  # noqa: PLW2901 - the same line, tidied
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) > MOST_LINES or len(whole) < len(text):
        lines = [*lines[: MOST_LINES - 1], CUT]
    return "\n".join(lines)


def greet_by(display_name: str) -> str | None:
    """Return a display name if it can greet its bearer, else None.

    Whoever writes to us chooses it, and a forged From chooses who reads it. So that nobody can send a sentence or an
    address to a third party through us, only a few short words of letters count as a name.
    """
    name = unicodedata.normalize("NFC", _UNSEEN.sub("", display_name[: 4 * LONGEST_NAME]))
    parts = name.split()
    if not parts or len(parts) > MOST_PARTS or len(name) > LONGEST_NAME or _DOTTED.search(name):
        return None
    return " ".join(parts) if all(_is_name_part(part) for part in parts) else None


def _is_name_part(part: str) -> bool:
    # Letters alone, with the vowel signs and accents that some scripts write as marks of their own.
    letters = "".join(sign for sign in part if not unicodedata.category(sign).startswith("M"))
    return _NAME_PART.fullmatch(letters) is not None
