"""Text that shows as something else than it is: marks of direction, unseen characters, letters of two alphabets.

Here belongs making that visible to a reader. What of it is refused where is for others to say. Pure.
"""

import re
import unicodedata

_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN"})
"""Alphabets with letters that look alike (UTS 39 section 5.1)."""
LONGEST_LABEL = 63
"""Octets of a label of a host's name (RFC 1035 section 2.3.4)."""

_SIGNS = {
    "\u061c": "ALM", "\u200b": "ZWSP", "\u200e": "LRM", "\u200f": "RLM", "\u2028": "LS", "\u2029": "PS",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM", "\u00ad": "SHY",
    "\u180e": "MVS", "\u3164": "HF", "\uffa0": "HHF",
}  # fmt: skip
"""What turns the direction of a text (UAX 9) or is not seen at all, by its usual abbreviation. Joiners (ZWJ, ZWNJ) are
not among them: Persian and emoji need them."""
_HIDDEN = re.compile(f"[{''.join(_SIGNS)}\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def reveal(text: str) -> str:
    """Return `text` with every unseen character written out, such as `[RLO]`: nothing in it acts any more."""
    return _HIDDEN.sub(_name_sign, text)


def turns_direction(text: str) -> bool:
    """Tell whether marks of direction stand in `text`: a part of it may be shown in another order than it is read."""
    return _TURNING.search(text) is not None


def list_alphabets(word: str) -> set[str]:
    """Return the alphabets of `word` whose letters may be taken for each other; one or none for an honest word."""
    if word.isascii():
        return set()
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()} & _ALIKE


def mixes_alphabets(text: str) -> bool:
    """Tell whether a word of `text` is made of letters of two alphabets that look alike."""
    return any(len(list_alphabets(word)) > 1 for word in re.split(r"[\s.@<>()/:,\"-]+", text))


def write_host(host: str) -> str:
    """Return a host's name as the DNS has it, in ASCII (RFC 3492): what looks like another name does not here.

    A label that cannot be written so comes back with its signs revealed.
    """
    return ".".join(map(_write_label, re.split("[.\u3002\uff0e\uff61]", host)))


def _write_label(label: str) -> str:
    folded = unicodedata.normalize("NFKC", label[: 4 * LONGEST_LABEL]).casefold()
    if folded.isascii() or len(folded) > LONGEST_LABEL or _HIDDEN.search(folded):
        return reveal(folded)
    return f"xn--{folded.encode('punycode').decode('ascii')}"


def _name_sign(found: re.Match[str]) -> str:
    sign = found[0]
    return f"[{_SIGNS.get(sign) or f'U+{ord(sign):04X}'}]"
