"""Whom a wish is about and what is to become of them: the values that looking for people comes to.

Here belong the values only. How people, names and addresses are found stands in `finding`.
"""

from dataclasses import dataclass
from enum import StrEnum

from badges.register import Holding, KnownEarner
from desk.words import Role


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a mail, as far as finding people asks for it."""

    role: Role
    address: str
    """The From address, folded; empty where there is none that is plain."""
    issuer_ids: tuple[str, ...] = ()
    """The issuers that a contact speaks for, or claims to: their earners are looked among first."""
    earner: KnownEarner | None = None
    """Whose address it is; None for a contact."""
    names: tuple[str, ...] = ()
    """What the writer is called: on record, and by the display name. They are not whom the mail is about."""


class Standing(StrEnum):
    """How well a person that a mail speaks of is told apart."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    """Named, but nobody on record bears that address or name."""
    AMBIGUOUS = "ambiguous"
    """Named by a name that several bear, and no badge tells them apart."""
    CONTRADICTORY = "contradictory"
    """The address is one person's and the name another's."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person that the mail asks something for."""

    said: str
    """How the mail names them, for staff."""
    standing: Standing
    earner: KnownEarner | None
    """Only where `standing` is FOUND."""
    candidates: tuple[KnownEarner, ...] = ()
    """Who it may be, where it is not told apart."""
    new_name: str | None = None
    """In full, spelled and cased as the mail gives it; None where none is given or it does not follow without doubt."""
    new_address: str | None = None
    holding: Holding | None = None
    """The badge that the mail names, where the person holds it."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """All people of one mail, each once. Empty: nobody is named."""

    people: tuple[Person, ...]
    loose_name: str | None = None
    """A new name that stands in the mail in full although nobody is named to bear it."""
    notes: tuple[str, ...] = ()
    """What was left out and why (a row without a name, a file too large), for staff."""
