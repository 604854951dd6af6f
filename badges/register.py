"""What is on record about issuers, their contacts and their earners, as a mail is judged by it.

Here belong the values and the questions that may be asked; `desk.directory` answers them from the database, tests from
memory. Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

MOST_BEARERS = 100
"""How many bearers of one name an answer holds. One that holds so many may lack others, even of one issuer: such a
name tells nobody apart."""


@dataclass(frozen=True, slots=True)
class KnownIssuer:
    """An issuer."""

    issuer_id: str
    slug: str
    name: str
    domain: str
    support_email: str
    offers_pdf: bool
    language: str


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A registered contact of an issuer. One address may be a contact of several issuers."""

    issuer: KnownIssuer
    address: str
    """Folded (`wire.address.fold_address`)."""
    name: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """One badge that an earner holds. Revoked ones are never among an earner's holdings, expired ones are."""

    assertion_id: str
    issuer: KnownIssuer
    badge_class_id: str
    badge_slug: str
    badge_name: str


@dataclass(frozen=True, slots=True)
class KnownEarner:
    """An earner with everything that a decision needs."""

    earner_id: str
    name: str
    address: str
    """The primary address, folded."""
    addresses: tuple[str, ...]
    """Primary and alternates, folded."""
    language: str | None
    is_locked: bool
    holdings: tuple[Holding, ...]

    def holds_of(self, issuer_id: str) -> tuple[Holding, ...]:
        """Return what they hold of one issuer."""
        return tuple(holding for holding in self.holdings if holding.issuer.issuer_id == issuer_id)


class Register(Protocol):
    """The questions. Addresses are folded; a name key is `badges.names.make_name_key` of a name."""

    def find_contacts(self, addresses: Collection[str]) -> tuple[KnownContact, ...]:
        """Return every registered contact with one of these addresses."""
        ...

    def find_by_addresses(self, addresses: Collection[str]) -> Mapping[str, KnownEarner]:
        """Return whose address each is, primary or alternate; unknown ones are left out."""
        ...

    def find_by_names(self, name_keys: Collection[str]) -> Mapping[str, tuple[KnownEarner, ...]]:
        """Return who bears each name, of whatever issuer; names that nobody bears are left out.

        At most `MOST_BEARERS` for each name.
        """
        ...

    def list_badges(self, issuer_id: str) -> tuple[tuple[str, str], ...]:
        """Return (badge class id, name) of everything that an issuer awards."""
        ...
