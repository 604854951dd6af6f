"""Names of people, as rosters give them: any script, cleaned of what only machines see, or refused with a reason."""

import re
import unicodedata

from desk.roster.cells import CellFault, find_cell_fault

MAX_NAME = 200
"""Characters."""

_PLAIN = re.compile(r"[A-Za-z]+(?:[ .'-]{1,2}[A-Za-z]+)*\.?")
_LEFTOVERS = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphens, zero-width spaces, byte order marks: what copying from web pages leaves behind."""
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides, isolates (UAX 9): they can make a name show as another. Right-to-left scripts need none."""
_ADDRESS = re.compile(r"\S@\S+\.\S")
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def read_name(text: str) -> str | CellFault:
    """Return the name in NFC with single spaces, or why it is none."""
    if len(text) <= MAX_NAME and _PLAIN.fullmatch(text) and "  " not in text and "www." not in text.lower():
        return text
    if not text.strip():
        return CellFault("is missing")
    fault = find_cell_fault(text)
    if fault:
        return fault
    name = " ".join(unicodedata.normalize("NFC", _LEFTOVERS.sub("", text)).split())
    reason = refuse_characters(text) or _refuse_shape(name)
    return CellFault(reason) if reason else name


def refuse_characters(text: str) -> str | None:
    """Return why `text` holds a character that no line of text may hold; None if it holds none."""
    if "\ufffd" in text:
        return "holds the sign for a lost letter (\ufffd)"
    if text.isprintable():
        return None
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text) or BIDI_CONTROLS.search(text):
        return "holds a control character"
    return None


def _refuse_shape(name: str) -> str | None:
    if len(name) > MAX_NAME:
        return f"is longer than {MAX_NAME} characters"
    if _ADDRESS.search(name):
        return "looks like an address"
    if _LINK.search(name):
        return "holds a link"
    # So: a name of emoji alone is somebody's joke, but theirs.
    if not any(character.isalpha() or unicodedata.category(character) == "So" for character in name):
        return "holds no letter"
    return None
