"""Words by which a writer takes back, refuses or questions what their mail seems to ask for.

Here belongs looking for what only ever takes certainty away, whatever the clauses around it come to: "should we?",
"undo the change", "wait, not yet", "everybody except". What is done without a person is done on what is sure, so a
person reads such a mail. The words stand in `hesitation.yaml`, and in `retraction.yaml` those that take back any wish.
Pure, and linear in the length of the text: every repeat in them is bounded.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

import yaml

from inbound.understanding.concepts import bits_of
from inbound.understanding.hits import find_hits
from inbound.understanding.words import load_lexicon
from wire.letters import fold_letters

_LONGEST = 64 << 10
"""Characters that are looked at."""
_LONGEST_REPLY = 4_000
_WORD = re.compile(r"[^\W_]{1,60}")
_RESERVES = bits_of("NEGATION CONDITION LATER NEVER_MIND DONE NOT_ASKING REMINDER")
_REFUSALS = frozenset({
    "no", "not", "not yet", "nein", "non", "keep", "keep locked", "reject", "rejected", "refused", "declined", "denied",
    "pending", "hold", "on hold", "wait", "waiting", "later", "tbd", "tbc", "abgelehnt", "offen", "spater", "refuse",
    "en attente", "plus tard", "rechazado", "pendiente", "do not change", "no change", "unchanged", "cancelled",
})  # fmt: skip
_SENTENCE = r"(?:[^.!?]|\.(?=\S)){0,120}"
"""What "…" stands for in a pattern: more of the same sentence; a full stop within an address ends none."""
_CLAUSE = (
    r"(?:(?! (?:so|who|because|since|as|before|by|para que|porque|pues|car|pour qu|afin|damit|weil)\b)"
    r"(?:[^.,;:!?]|[.,](?=\S))){0,120}"
)
"""What "‥" stands for: more of the same clause."""
_SPACE = re.compile(r"\s+")


def is_hesitant(text: str) -> bool:
    """Whether the writer of `text`, in whatever language, takes back or questions a change of a record."""
    return says(text, "retraction") or says(text, "hesitation")


def is_reserved(text: str, language: str) -> bool:
    """Whether a short reply is more than the answer: it denies, asks, puts off, or says that it is over."""
    if "?" in text or is_hesitant(text):
        return True
    words = _WORD.findall(text[:_LONGEST_REPLY])
    return any(hit.concepts & _RESERVES for hit in find_hits(words, load_lexicon(language)))


def is_refused_in(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a cell below the head of a table is a refusal and nothing else: "no" beside a name."""
    return any(fold_letters(cell.strip(" .!?")) in _REFUSALS for row in rows[1:] for cell in row if len(cell) < 30)


def is_taken_back(text: str) -> bool:
    """Whether the writer of `text`, in whatever language, takes back what it asks, whatever that is."""
    return says(text, "retraction")


def announces_more(text: str) -> bool:
    """Whether the writer of `text`, in whatever language, says that there is a second wish."""
    return says(text, "second_wish")


def merely_inquires(text: str) -> bool:
    """Whether `text`, in whatever language, is a question after passwords or mails."""
    return says(text, "inquiry")


def says(text: str, name: str) -> bool:
    """Whether `text` holds one of the patterns of a shipped list, in whatever language."""
    folded = fold_text(text)
    return any(pattern.search(folded) for pattern in load_patterns(name).values())


def fold_text(text: str) -> str:
    """Return as much of `text` as is looked at, as the patterns of the shipped lists are written."""
    return _SPACE.sub(" ", fold_letters(text[:_LONGEST]).replace("\u2019", "'"))


@cache
def load_patterns(name: str) -> dict[str, re.Pattern[str]]:
    """Return the patterns of one of the shipped lists by language, each as one."""
    source = resources.files("inbound.understanding").joinpath(f"{name}.yaml").read_text("utf-8")
    document: dict[str, list[str]] = yaml.safe_load(source)
    return {
        language: re.compile("|".join(f"(?:{each})" for each in listed).replace("…", _SENTENCE).replace("‥", _CLAUSE))
        for language, listed in document.items()
    }
