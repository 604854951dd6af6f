"""Names of people: when two are the same, and when two have a part in common (docs/support-policy.md, section 4).

Here belong folding and comparing. Finding a name in a text is the business of `inbound.understanding`, and whether a
text may be a name at all that of `desk.roster.names`. Pure.
"""

import re
import unicodedata

from wire.letters import fold_letters
from wire.lookalikes import list_alphabets

_LONGEST_KEY = 300
"""Characters: folding may lengthen a name, and an index entry has its limits (2,700 bytes in PostgreSQL)."""

_APOSTROPHES = re.compile("['’‘‛ʼʹʻ′´`＇ʾʿ]")
_HONORIFICS = frozenset({
    "dr", "dra", "drs", "mr", "mrs", "ms", "miss", "mx", "sir", "dame", "madam", "prof", "profa", "professor", "rev",
    "reverend", "fr", "sr", "sra", "srta", "senor", "senora", "senorita", "ing", "lic", "licda", "mme", "mlle",
    "monsieur", "madame", "mademoiselle", "herr", "herrn", "frau", "dipl", "hr", "sig", "signor", "signora", "dott",
    "engr", "arq", "docteur", "doktor", "doctor", "doctora",
})  # fmt: skip
"""Before a name."""
_DEGREES = frozenset({
    "pe", "phd", "md", "rn", "bsn", "msn", "dnp", "mba", "msc", "bsc", "meng", "beng", "esq", "cpa", "pmp", "cfa", "jd",
    "llm", "llb", "dds", "dvm", "edd", "dphil", "mphil", "facs", "frcs", "fnp", "lpn", "aprn", "pharmd", "ceng", "dr",
    "prof", "dpt", "mph", "mfa", "eit", "obe", "mbe",
})  # fmt: skip
"""After a name: where a comma stands before, or in capitals (PE, PhD)."""
_DEGREES_OR_NAMES = frozenset({"ma", "ba", "ms", "bs", "do", "np", "pa", "pt", "se", "med"})
"""Likewise, but not in a name that is in capitals throughout: there they may well be a part of it."""
_ALL_DEGREES = _DEGREES | _DEGREES_OR_NAMES
_TWO_PART_DEGREES = re.compile(
    r"(?<=[\s,(])(?:p\. ?e|ph\. ?d|m\. ?d|r\. ?n|dipl\.-ing|m\. ?sc|b\. ?sc)\.?(?![^\s,)])", re.IGNORECASE
)
_PARTICLES = frozenset({
    "a", "abu", "af", "al", "ap", "as", "av", "aw", "bat", "ben", "bin", "bint", "bte", "d", "da", "dal", "das", "de",
    "degli", "dei", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "e", "een", "el", "i", "ibn", "in",
    "la", "las", "le", "les", "lo", "los", "op", "t", "te", "ten", "ter", "to", "und", "van", "vande", "vander", "vom",
    "von", "vonder", "y", "zu", "zum", "zur",
})  # fmt: skip
_ODD = re.compile(r"[<>{}\[\]|\\/=+*^%$#@~_&;:?!\d\"]|\b(?:tbd|tba|tbc|xx+|unknown|n/?a)\b", re.IGNORECASE)
_NO_ASCII_WORD = re.compile("[^A-Za-z0-9]+")
_PLAIN_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŀ": "l",
})  # fmt: skip
"""Letters that are marked without a combining mark, so that decomposing leaves them as they are."""


def fold_name(text: str) -> tuple[str, ...]:
    """Return the parts of a name, folded, in the order of speaking ("González, María" begins with "maria").

    Case, accents, the shape of apostrophes, punctuation, titles before and degrees after the name do not count; parts
    are split at spaces and hyphens. Of a text without a letter nothing is left.
    """
    first, *others = _fold_segments(text)
    others = [segment for segment in others if any(word.rstrip("!") not in _ALL_DEGREES for word in segment)]
    segments = [part for segment in (first, *others) if (part := _drop_titles(segment))]
    if len(segments) == 2:
        segments.reverse()
    return tuple(part for segment in segments for part in segment)


def make_name_key(name: str) -> str:
    """Return by which `earner.name_key` a name is looked up: equal for names that match. Empty for one without letters.

    Accents and hyphens are gone from it: whether a name is written so *already* must be asked of the name itself.
    """
    return " ".join(sorted(fold_name(name)))[:_LONGEST_KEY].rstrip()


def is_same_name(one: str, other: str) -> bool:
    """Whether two names match, by the rules of `fold_name` and in any order of their parts."""
    key = make_name_key(one)
    return bool(key) and key == make_name_key(other)


def shares_part(old: str, new: str) -> bool:
    """Whether a part of `old` stands in `new`, small corrections of spelling allowed.

    Particles (van, de, al, …) and initials are no parts. Where nothing is left, nothing is shared.
    """
    parts = weighty_parts(new)
    return any(is_respelled(part, other) for part in weighty_parts(old) for other in parts)


def weighty_parts(name: str) -> tuple[str, ...]:
    """Return the folded parts of a name that are neither particles nor initials."""
    return tuple(part for part in fold_name(name) if part not in _PARTICLES and not _is_initial(part))


def is_odd_name(name: str) -> bool:
    """Tell whether a name holds signs, figures or a stopgap such as "TBD", or a word of letters of two alphabets that
    look alike (UTS 39 section 5.1): nobody is called so, and some such names show as another's."""
    return bool(_ODD.search(name)) or any(len(list_alphabets(word)) > 1 for word in name.split())


def is_particle(part: str) -> bool:
    """Whether a folded part is a particle, such as the `van der` in "van der Berg"."""
    return part in _PARTICLES


def is_respelled(part: str, other: str) -> bool:
    """Whether two folded parts are the same but for a small correction of spelling.

    One letter from four on, or one put in or left out from three on ("Jon", "John"); two from seven on ("Kristina",
    "Christina"). Shorter ones are too close together to be told from other names.
    """
    if part == other:
        return True
    shorter, longer = sorted((len(part), len(other)))
    if longer - shorter > 2 or shorter < 3:
        return False
    slips = 2 if shorter >= 7 else 1
    if shorter == 3 and longer == 3:
        return False
    return _is_within(part[:50], other[:50], slips)


def _fold_segments(text: str) -> list[list[str]]:
    """Return the folded words between the commas; one with capitals within ends in `!` until titles are told."""
    cleaned = _APOSTROPHES.sub("", _TWO_PART_DEGREES.sub(" ", text))
    return [[_fold_word(word) for word in _split_words(segment)] for segment in cleaned.split(",")]


def _split_words(segment: str) -> list[str]:
    if segment.isascii():
        return _NO_ASCII_WORD.sub(" ", segment).split()
    kept = (
        character if _is_letter(character) else "" if unicodedata.category(character) == "Cf" else " "
        for character in segment
    )
    return "".join(kept).split()


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def fold_word(word: str) -> str:
    """Return a word without case, accents and compatibility forms; letters with a stroke lose it ("Ø" is "o")."""
    folded = fold_letters(word)
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFKC", folded.casefold().translate(_PLAIN_LETTERS))


def _fold_word(word: str) -> str:
    folded = fold_word(word)
    return f"{folded}!" if word[1:].lower() != word[1:] else folded


def _drop_titles(segment: list[str]) -> list[str]:
    """Leave out titles and degrees, but never the last word that is left."""
    words = [word.rstrip("!") for word in segment]
    start, end = 0, len(words)
    while end - start > 1 and words[start] in _HONORIFICS:
        start += 1
    degrees = _DEGREES if segment and segment[start].endswith("!") else _ALL_DEGREES
    while end - start > 1 and segment[end - 1].endswith("!") and words[end - 1] in degrees:
        end -= 1
    return words[start:end]


def _is_initial(part: str) -> bool:
    return len(part) == 1 and unicodedata.category(part) == "Ll"


def _is_within(one: str, other: str, slips: int) -> bool:
    """Whether so many letters put in, left out, replaced or swapped with the next lead from one to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        following = [at]
        for place, wanted in enumerate(other, 1):
            best = min(following[-1] + 1, row[place] + 1, row[place - 1] + (letter != wanted))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == wanted:
                best = min(best, before[place - 2] + 1)
            following.append(best)
        before, row = row, following
    return row[-1] <= slips
