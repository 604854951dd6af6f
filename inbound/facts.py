"""The facts of a mail: everything that a rule may ask about, and nothing else.

Here belongs the one value that the rules decide on. It is put together in `inbound.deciding`; the words of a rules
file that ask about it are defined in `inbound.rules.vocabulary`. Plain values, so that it can be recorded with a
decision and decided on again (`badgepost rules replay`).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from desk.words import Intent, Role
from inbound.understanding.wish import Confidence


class Lack(StrEnum):
    """What a mail does not say and must: it is asked for."""

    EARNER = "earner"
    NEW_NAME = "new_name"
    NEW_ADDRESS = "new_address"
    BADGE = "badge"


class Problem(StrEnum):
    """Why the earner of a request cannot be told or is not the writer's: a person looks."""

    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    CONTRADICTORY = "contradictory"
    NOT_THEIRS = "not_theirs"
    """The earner holds no badge of the issuer that asks."""
    OTHER_EARNER = "other_earner"
    """An earner asks something for somebody else."""


class Doubt(StrEnum):
    """Why a change that could be made is put before staff first."""

    ANOTHER_NAME = "another_name"
    """The new name shares no part with the old one: the badge may be changing hands."""
    ODD_NAME = "odd_name"
    """The new name holds signs or letters that no name has: a slip, a joke, or a name made to look like another."""
    SHARED_EARNER = "shared_earner"
    """The earner also holds another issuer's badge, which would change with it."""
    ONE_OF_SEVERAL = "one_of_several"
    """Several people, one of whom fails a check."""
    DEFERRED = "deferred"
    """For a later day or under a condition."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One mail as the rules see it."""

    # What came
    recipient: str = "support"
    """support, reply (`reply+id@`), bounce (`bounce+id@`), postmaster or abuse."""
    report: str | None = None
    """failed, delayed, relayed or complaint, for a report; else None."""
    automatic: str | None = None
    """`wire.automatic.AutomaticKind`, or None."""
    is_repeat: bool = False
    """The same mail was processed before."""
    thread: str = "none"
    """none, ours (answers a mail of ours), ticket (belongs to an open request of the same writer)."""
    # Who
    role: Role = Role.UNKNOWN
    authentication: str = "none"
    """pass, fail, none, temperror, permerror or unclear: of the author's own domain."""
    sender: str = ""
    """The From address, folded; empty where From is not plain."""
    sender_name: str = ""
    issuer: str = ""
    """The slug of the issuer that the writer is, or claims to be, a contact of."""
    # What
    intent: Intent = Intent.OTHER
    confidence: Confidence = Confidence.UNSURE
    asked: tuple[Intent, ...] = ()
    language: str = "en"
    people: int = 0
    """How many people the mail asks something for."""
    lacks: frozenset[Lack] = frozenset()
    problems: frozenset[Problem] = frozenset()
    doubts: frozenset[Doubt] = frozenset()
    is_done_already: bool = False
    """What is asked for is so already."""
    offers_pdf: bool = False
    """An issuer of one of the writer's badges offers PDF certificates."""
    guess: str | None = None
    """What the learned opinion (`inbound.understanding.opinion`) takes the mail for; it never decides by itself."""
    guess_confidence: float = 0.0
    """Its probability, 0 to 1, as the opinion reckons."""
    # The words
    subject: str = ""
    text: str = ""
    """The writer's own new text."""
    full_text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    """File names, lower case."""
    size: int = field(default=0)
    """Bytes of the whole mail."""
