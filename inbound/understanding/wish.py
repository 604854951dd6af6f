"""What a writer wants, as far as the text tells: the values that telling an intent comes to.

Here belong the values only. How they are found stands in `telling`; whom the wish is about, in `particulars`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desk.words import Intent


class Confidence(StrEnum):
    """How sure an intent is. Only on `sure` is a record changed."""

    SURE = "sure"
    LIKELY = "likely"
    """The words tell it, but could be meant otherwise: what goes to an address on record may be sent."""
    GUESSED = "guessed"
    """The words alone do not tell it, but the mail reads like others of that kind: it may be answered."""
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer wrote: all that an intent is told from."""

    subject: str
    """Decoded, reply and forward prefixes included."""
    new_text: str
    """The writer's own new text (`inbound.reading.sections`)."""
    quoted: str = ""
    """What is quoted or forwarded below or between; read only where the new text points to it ("see below")."""
    has_table: bool = False
    """A list of people is attached (`inbound.reading.tables`)."""
    written_on: date | None = None
    """By the mail's own Date, where it has a plain one: what "on 3 December" is reckoned from."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The intent of a mail, by the support policy's rules for mails that ask for several things."""

    intent: Intent
    confidence: Confidence
    asked: tuple[Intent, ...]
    """Everything that is asked for, in the order of the text; `intent` is made of these."""
    because: tuple[str, ...]
    """The writer's words that told it, for staff: at most a line each."""
    language: str
    """en, es, fr or de: the one to answer in."""
    is_deferred: bool = False
    """It asks for a later day, or under a condition ("once she has paid")."""
    guess: Intent | None = None
    """What the learned opinion takes the mail for; it alone leads to nothing."""
    guess_confidence: float = 0.0
    """The probability of `guess`, 0 to 1, as the model reckons."""
    points_below: bool = False
    """The new text asks for what the quoted or forwarded text says ("the change Laura asks for below")."""
