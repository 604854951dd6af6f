"""What is known before a text is looked through for people: who asks, for what, and what names are none."""

from collections.abc import Mapping
from dataclasses import dataclass

from badges.register import Register
from desk.words import Intent
from inbound.understanding.particulars import Writer


@dataclass(frozen=True, slots=True)
class Asking:
    """One mail's circumstances."""

    intent: Intent
    language: str
    writer: Writer
    register: Register
    others: tuple[str, ...]
    """Names of people whom the mail is not about: the writer's own."""
    recipients: frozenset[str]
    """Addresses that the mail went to."""
    badges: Mapping[str, str]
    """Badge classes in question: id to name."""
    foreign: frozenset[str]
    """Folded words of issuers and badges: no parts of names."""
