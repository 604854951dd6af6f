"""New names from what a mail gives of them: in full, or a part that the rest of the old name completes.

Here belongs putting parts together, and only where the whole follows without doubt. Which words of a mail are a new
name is told in `new_names`.
"""

from enum import Enum

from badges.names import fold_name, is_particle, is_respelled, is_same_name
from inbound.understanding.people.runs import PARTICLES
from inbound.understanding.people.words import listed

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_SURNAMES_THAT_COME_FIRST = listed("surnames first")
"""After one of these the given name may follow: which part is the surname is in doubt."""


class Part(Enum):
    """Which part of a name is given."""

    WHOLE = "whole"
    SURNAME = "surname"
    GIVEN = "given name"
    MIDDLE = "middle name"
    UNTOLD = "one word that says nothing of its place"


def compose_name(old: str, given: str, part: Part) -> str | None:
    """Return the whole new name of somebody called `old`; None where it does not follow without doubt."""
    if part is Part.WHOLE or _holds_given_name(old, given) or is_same_name(old, given):
        return given
    if part is Part.MIDDLE and len(given.split()) > 1 and set(fold_name(given)) <= set(fold_name(old)):
        return given  # "without the middle name: Jane Roe"
    if part is Part.UNTOLD:
        return _replace_respelled(old, given)
    halves = split_name(old)
    if halves is None:
        return None
    first, last, suffix = halves
    words = {
        Part.SURNAME: (first, given, suffix),
        Part.GIVEN: (given, last, suffix),
        Part.MIDDLE: (first, given, last, suffix),
    }[part]
    return " ".join(word for word in words if word)


def split_name(name: str) -> tuple[str, str, str] | None:
    """Return given name, surname and suffix of a name of just these; None where there may be more, or another order."""
    words = name.split()
    suffix = words.pop() if words and words[-1].strip(".,").lower() in _SUFFIXES else ""
    if len(words) < 2 or "".join(fold_name(words[0])) in _SURNAMES_THAT_COME_FIRST or "," in name:
        return None
    between = words[1:-1]
    if not all(word.lower() in PARTICLES for word in between) or len(words[0].strip(".")) < 2:
        return None
    return words[0], " ".join(words[1:]), suffix


def restore_case(name: str, old: str) -> str:
    """Return a name typed all in capitals or all in small letters as names are written, with the parts of `old` as they
    stand there; any other name as it is."""
    if not (name.islower() or (name.isupper() and len(name.replace(".", "").replace(" ", "")) > 3)):
        return name
    known = {fold_name(word): word for word in old.split()}
    words = [known.get(fold_name(word)) or _capitalise(word, at) for at, word in enumerate(name.split())]
    return " ".join(words)


def is_respelled_part(old: str, given: str) -> bool:
    """Whether `given` corrects the spelling of a word of `old`."""
    folded = "".join(fold_name(given))
    return any(_is_correction("".join(fold_name(word)), folded) for word in old.split())


def shares_given_name(old: str, new: str) -> bool:
    """Whether the given name on record stands in another name, spelling corrected perhaps."""
    return any(is_respelled(part, other) for part in _given_name(old) for other in fold_name(new) if len(part) > 1)


def _capitalise(word: str, at: int) -> str:
    lowered = word.lower()
    if at and lowered in PARTICLES:
        return lowered
    letters = []
    begins = True
    for letter in lowered:
        letters.append(letter.upper() if begins else letter)
        begins = letter in "-'’‐"
    return "".join(letters)


def _holds_given_name(old: str, given: str) -> bool:
    """Whether what is given as a part is the whole: the old given name stands in it, and more."""
    first = _given_name(old)
    return len(given.split()) > 1 and bool(first) and set(first[:1]) <= set(fold_name(given))


def _given_name(name: str) -> tuple[str, ...]:
    """Return the folded parts of the first word of a name, of the second where the surname may come first."""
    words = name.split()
    if len(words) > 1 and "".join(fold_name(words[0])) in _SURNAMES_THAT_COME_FIRST:
        return fold_name(" ".join(words[1:]))
    return fold_name(words[0]) if words else ()


def _replace_respelled(old: str, given: str) -> str | None:
    """Put a word in the place of the one that it corrects; a name of one word is replaced as it is."""
    words = old.split()
    folded = "".join(fold_name(given))
    if len(words) == 1 or not folded:
        return given if len(words) == 1 else None
    places = [
        at
        for at, word in enumerate(words)
        if _is_correction("".join(fold_name(word)), folded)
        or (at and _is_half("".join(fold_name(word)), given))
        or (at and _is_half(folded, word))
    ]
    if len(places) != 1:
        return None
    words[places[0]] = given
    return " ".join(words)


def _is_half(folded: str, name: str) -> bool:
    """Whether a folded word is one half of a hyphenated name."""
    return "-" in name and folded in fold_name(name)


def _is_correction(old: str, new: str) -> bool:
    return bool(old) and not is_particle(old) and is_respelled(old, new)
