"""What is to be unlocked, where that is no account: "please unlock the room for Jane Roe".

Here belongs telling the thing that a verb of unlocking, or "is locked", is said of. The verbs and what the service can
unlock stand in `objects.yaml`. It only ever takes certainty away: a person reads such a mail. Pure, and linear in the
length of the text: every repeat is bounded.
"""

import re
from functools import cache
from importlib import resources

import yaml

_LONGEST = 64 << 10
_SPACE = re.compile(r"\s+")


def unlocks_something_else(text: str) -> bool:
    """Whether `text`, in whatever language, speaks of unlocking what is neither an account nor somebody."""
    plain = _SPACE.sub(" ", text[:_LONGEST])
    said, known = _load()
    shown = plain.lower() if plain.isupper() else plain
    return any(not known.search(found["what"]) for pattern in said for found in pattern.finditer(shown))


@cache
def _load() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    source = resources.files("inbound.understanding").joinpath("objects.yaml").read_text("utf-8")
    languages = yaml.safe_load(source).values()
    # Verbs that two languages share may be followed by a word of either.
    known = "|".join(language["known"].strip() for language in languages)
    said = tuple(re.compile(each) for language in languages for each in language["said"])
    return said, re.compile(rf"\b(?:{known})\b", re.IGNORECASE)
