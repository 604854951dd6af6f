"""The vocabulary of `when:`: every fact that a rule may ask about, and the words it may be compared with.

Here belongs this closed list, each word with its meaning for docs/rules.md. How a condition is read from a file stands
in `reading`. A word that is not here is refused when a file is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from desk.words import Intent, Outcome, Role
from inbound.facts import Doubt, Lack, Problem
from inbound.understanding.wish import Confidence
from wire.automatic import AutomaticKind

NOTHING = "nothing"
ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Choice:
    """A fact that is one of a few words."""

    fact: str
    """The attribute of `Facts`."""
    words: tuple[str, ...]
    meaning: str
    is_optional: bool = False
    """It may be None: `nothing`; `anything` is any of the words."""
    is_ordered: bool = False
    """The words stand in order, the most first: `at_least` may be said."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A fact that is yes or no."""

    fact: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Several:
    """A fact that is a set of words: `nothing`, `anything`, or at least one of those that are listed."""

    fact: str
    words: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that a mail asks for: at least one of those that are listed."""

    words: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number: itself, or `at_least` and `at_most`."""

    fact: str
    most: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text: `contains`, `is`, `starts_with`, `ends_with`, `matches`."""

    meaning: str
    is_identity: bool = False
    """The value alone means `is`: for what identifies somebody, half of it must not be enough by accident."""
    can_lack: bool = False
    """There may be none: `nothing` and `anything` may be said."""


Word = Choice | Flag | Several | Wishes | Number | Words

THREADS = ("none", "ours", "ticket")
RECIPIENTS = ("support", "reply", "bounce", "postmaster", "abuse")
AUTHENTICATIONS = ("pass", "fail", "none", "temperror", "permerror", "unclear")
REPORTS = ("failed", "delayed", "relayed", "complaint")
LANGUAGES = ("en", "es", "fr", "de")
OPERATORS = ("contains", "is", "starts_with", "ends_with", "matches")
OUTCOME = "outcome"
"""A fact in the phase route alone: what was decided."""

_INTENTS = tuple(Intent)

VOCABULARY: Mapping[str, Word] = {
    "role": Choice("role", tuple(Role), "who wrote"),
    "authentication": Choice("authentication", AUTHENTICATIONS, "what was found of the author's own domain"),
    "sender": Words("the address in From, the whole of it", is_identity=True),
    "sender_domain": Words("what stands after the @ of it", is_identity=True),
    "sender_name": Words("the name beside it: whatever the sender likes to be called"),
    "issuer": Words("the short name of the issuer that the writer is, or claims to be, a contact of", is_identity=True),
    "intent": Choice("intent", _INTENTS, "what the mail wants"),
    "confidence": Choice("confidence", tuple(Confidence), "how sure that is", is_ordered=True),
    "asked": Wishes(_INTENTS, "everything that the mail asks for"),
    "language": Choice("language", LANGUAGES, "the language to answer in"),
    "people": Number("people", 1_000_000, "for how many people the mail asks something"),
    "lacks": Several("lacks", tuple(Lack), "what the mail does not say and must"),
    "problems": Several("problems", tuple(Problem), "why the earner cannot be told, or is not the writer's"),
    "doubts": Several("doubts", tuple(Doubt), "why a change that could be made is put before staff first"),
    "done_already": Flag("is_done_already", "what is asked for is so already"),
    "offers_pdf": Flag("offers_pdf", "an issuer of one of the writer's badges offers PDF certificates"),
    "recipient": Choice("recipient", RECIPIENTS, "which of our addresses the mail came to"),
    "thread": Choice(
        "thread", THREADS, "whether it answers a mail of ours, or belongs to an open ticket of the writer"
    ),
    "report": Choice("report", REPORTS, "a report of a mail system on a mail of ours", is_optional=True),
    "automatic": Choice("automatic", tuple(AutomaticKind), "how the mail was told to be automatic", is_optional=True),
    "repeated": Flag("is_repeat", "the same mail was dealt with before"),
    "subject": Words("the subject"),
    "text": Words("what the writer wrote: no quotes, no signature"),
    "full_text": Words("the whole text, with quotes and signature"),
    "attachment": Words("the name of an attached file, any of them", can_lack=True),
    "size": Number("size", 1_000_000_000, "bytes of the whole mail"),
    "guess": Choice(
        "guess", _INTENTS, "what the learned opinion takes the mail for, whatever its words tell", is_optional=True
    ),
    "guess_percent": Number("guess_percent", 100, "how likely that is, as it reckons, in percent"),
    OUTCOME: Choice("outcome", tuple(Outcome), "what is done (in the phase route only)"),
}
"""Every word but `header NAME` and those that join: `any`, `all`, `not`."""

HEADER = Words("a header field by its name; whatever the sender wrote there", can_lack=True)


def list_values(word: Choice | Flag | Several) -> frozenset[Any]:
    """Return every value that such a fact can have."""
    match word:
        case Flag():
            return frozenset({True, False})
        case Several(_, words):
            return frozenset(frozenset(some) for size in range(len(words) + 1) for some in combinations(words, size))
        case Choice(_, words):
            return frozenset((*words, None)) if word.is_optional else frozenset(words)


VALUES: Mapping[str, frozenset[Any]] = {
    word.fact: list_values(word) for word in VOCABULARY.values() if isinstance(word, Choice | Flag | Several)
}
"""Every value of every fact with few values, by the attribute of `Facts`."""
