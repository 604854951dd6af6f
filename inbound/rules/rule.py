"""A rule, and what deciding by rules comes to: the values that the engine speaks in.

Here belong values only. How a mail is decided stands in `deciding`, how a file becomes rules in `loading`.
"""

from dataclasses import dataclass
from enum import StrEnum

from desk.words import Intent, Outcome
from inbound.facts import Facts
from inbound.rules.conditions import Condition
from inbound.understanding.wish import Confidence


class Phase(StrEnum):
    """When a rule is asked. In each phase the first rule that matches counts, in the order of the file."""

    GUARD = "guard"
    """Before anything else: what must not be answered. A match ends the deciding."""
    CLASSIFY = "classify"
    """What the mail wants, where the text alone tells it wrong."""
    ACT = "act"
    """What is done."""
    ROUTE = "route"
    """Who of the staff sees it, once it is known what is done."""


@dataclass(frozen=True, slots=True)
class Example:
    """A mail that a rule is tried on whenever the file is loaded."""

    facts: Facts
    outcome: Outcome
    is_match: bool
    """Whether this rule is meant to take it; otherwise it is an example of what the rule leaves alone."""
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file."""

    id: str
    phase: Phase
    when: Condition
    line: int
    examples: tuple[Example, ...] = ()
    outcome: Outcome | None = None
    """For guard and act."""
    intent: Intent | None = None
    """For classify: what the mail wants."""
    confidence: Confidence | None = None
    """For classify: how sure that is at most."""
    reply: Intent | None = None
    """For answer: the guide to answer from, where it is not the intent's own."""
    queue: str = ""
    priority: int | None = None
    note: str = ""
    """For the staff who see the ticket."""
    why: str = ""
    """The reason in the words of whoever wrote the rule."""


@dataclass(frozen=True, slots=True)
class Considered:
    """One rule in the account of a decision."""

    phase: Phase
    rule: str
    is_match: bool
    because: str
    """What matched, or the first thing that did not."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What is done with one mail, and why."""

    outcome: Outcome
    intent: Intent
    """After the classify rules."""
    rule: str
    """The id of the rule that decided; empty: none matched."""
    reason: str
    """In words that staff can read, with what was looked at."""
    reply: Intent
    """Which guide an answer is taken from."""
    queue: str = ""
    priority: int = 0
    note: str = ""
    matched: tuple[str, ...] = ()
    """The ids of all rules that had a part in it, one a phase at most."""
    fault: str | None = None
    """A rule broke: somebody must be told, the mail became a ticket."""
