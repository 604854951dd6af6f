"""What a token may be used for. Pure.

Each scope is one word, kept with the token and shown where tokens are made. A new resource of the API takes one of
these; a new word is needed only where somebody would give the one and not the other.
"""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """What another system may do for the issuer of its token."""

    READ = "read"
    """Read everything of the issuer; every reading route asks for it."""
    ISSUE = "issue"
    """Award badges, and pause, cancel and repeat their mails."""
    RECIPIENTS = "recipients"
    """Correct addresses and names, unlock, send again, revoke; addresses that are not sent to."""
    PROGRAMME = "programme"
    """Make and change badges, branding, contacts and policy."""
    REQUESTS = "requests"
    """Grant and decline what earners ask for."""
    WEBHOOKS = "webhooks"
    """Say where events are told."""


def write_scopes(scopes: Iterable[Scope]) -> str:
    """Return `scopes` as they are kept: words in a fixed order."""
    given = set(scopes)
    return " ".join(scope.value for scope in Scope if scope in given)


def read_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes that `text` names. A word that is none any more gives nothing."""
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[word] for word in text.split() if word in known)
