"""The register (`badges.register`), answered from the database: whose address, who bears a name, who speaks for whom.

Here belong the questions that a mail is judged by, in a few bounded queries each, however many earners there are.
Changing anything is the acts' own business.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select
from sqlmodel import col

from badges.assertions import AssertionState
from badges.register import MOST_BEARERS, Holding, KnownContact, KnownEarner, KnownIssuer
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress, Issuer, IssuerContact

_AT_ONCE = 500
"""Values in one `IN`: SQLite has room for a thousand and more, and one plan serves all."""


def _some(name: str) -> BindParameter[Any]:
    """Any number of values: the statements are built once, for building them costs more than running them."""
    return bindparam(name, expanding=True)


_CONTACTS = select(col(IssuerContact.issuer_id), col(IssuerContact.address), col(IssuerContact.name)).where(
    col(IssuerContact.address).in_(_some("addresses"))
)
_OWNERS = select(col(EarnerAddress.address), col(EarnerAddress.earner_id)).where(
    col(EarnerAddress.address).in_(_some("addresses"))
)
_NUMBERED = (
    select(
        col(Earner.id),
        col(Earner.name_key),
        func.row_number().over(partition_by=col(Earner.name_key), order_by=col(Earner.id)).label("place"),
    )
    .where(col(Earner.name_key).in_(_some("keys")))
    .subquery()
)
_BEARERS = (
    select(_NUMBERED.c.id, _NUMBERED.c.name_key).where(_NUMBERED.c.place <= MOST_BEARERS).order_by(_NUMBERED.c.id)
)
_BADGES = (
    select(col(BadgeClass.id), col(BadgeClass.name))
    .where(col(BadgeClass.issuer_id) == bindparam("issuer_id"))
    .order_by(col(BadgeClass.slug))
)
_EARNERS = (
    select(col(Earner.id), col(Earner.name), col(Earner.language), col(Account.locked_at))
    .outerjoin(Account, col(Account.earner_id) == col(Earner.id))
    .where(col(Earner.id).in_(_some("ids")))
)
_ADDRESSES = (
    select(col(EarnerAddress.earner_id), col(EarnerAddress.address))
    .where(col(EarnerAddress.earner_id).in_(_some("ids")))
    .order_by(col(EarnerAddress.is_primary).desc(), col(EarnerAddress.address))
)
_HOLDINGS: Select[*tuple[Any, ...]] = (
    select(
        col(Assertion.id),
        col(Assertion.earner_id),
        col(BadgeClass.id).label("badge_class_id"),
        col(BadgeClass.slug),
        col(BadgeClass.name),
        col(BadgeClass.issuer_id),
    )
    .join(BadgeClass, col(Assertion.badge_class_id) == col(BadgeClass.id))
    .where(col(Assertion.earner_id).in_(_some("ids")), col(Assertion.state) != AssertionState.REVOKED.value)
    .order_by(col(Assertion.issued_on), col(Assertion.id))
)
_ISSUERS: Select[*tuple[Any, ...]] = select(
    col(Issuer.id),
    col(Issuer.slug),
    col(Issuer.name),
    col(Issuer.domain),
    col(Issuer.support_email),
    col(Issuer.pdf_certificates),
    col(Issuer.language),
).where(col(Issuer.id).in_(_some("ids")))


class Directory:
    """A `badges.register.Register` over one connection. Issuers are read once, earners each time they are asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._issuers: dict[str, KnownIssuer] = {}

    def find_contacts(self, addresses: Collection[str]) -> tuple[KnownContact, ...]:
        """Return every registered contact with one of these addresses, by issuer."""
        rows = [
            row for some in _in_batches(addresses) for row in self._connection.execute(_CONTACTS, {"addresses": some})
        ]
        issuers = self._read_issuers({row.issuer_id for row in rows})
        contacts = [KnownContact(issuers[row.issuer_id], row.address, row.name) for row in rows]
        return tuple(sorted(contacts, key=lambda contact: (contact.issuer.slug, contact.address)))

    def find_by_addresses(self, addresses: Collection[str]) -> Mapping[str, KnownEarner]:
        """Return whose address each is, primary or alternate; unknown ones are left out."""
        owners: dict[str, str] = {}
        for some in _in_batches(addresses):
            rows = self._connection.execute(_OWNERS, {"addresses": some})
            owners.update((row.address, row.earner_id) for row in rows)
        earners = self._read_earners(owners.values())
        return {address: earners[owner] for address, owner in owners.items() if owner in earners}

    def find_by_ids(self, earner_ids: Collection[str]) -> Mapping[str, KnownEarner]:
        """Return the earners with these ids; unknown ones are left out."""
        return self._read_earners(earner_ids)

    def find_by_names(self, name_keys: Collection[str]) -> Mapping[str, tuple[KnownEarner, ...]]:
        """Return who bears each name, at most `MOST_BEARERS` each, the same ones every time."""
        bearers: dict[str, list[str]] = defaultdict(list)
        for some in _in_batches(key for key in name_keys if key):
            for row in self._connection.execute(_BEARERS, {"keys": some}):
                bearers[row.name_key].append(row.id)
        earners = self._read_earners(earner_id for ids in bearers.values() for earner_id in ids)
        found = {
            key: tuple(earners[earner_id] for earner_id in ids if earner_id in earners) for key, ids in bearers.items()
        }
        return {key: those for key, those in found.items() if those}

    def list_badges(self, issuer_id: str) -> tuple[tuple[str, str], ...]:
        """Return (badge class id, name) of everything that an issuer awards."""
        return tuple((row.id, row.name) for row in self._connection.execute(_BADGES, {"issuer_id": issuer_id}))

    def _read_earners(self, earner_ids: Iterable[str]) -> dict[str, KnownEarner]:
        earners: dict[str, KnownEarner] = {}
        for some in _in_batches(earner_ids):
            addresses = self._read_addresses(some)
            holdings = self._read_holdings(some)
            for row in self._connection.execute(_EARNERS, {"ids": some}):
                theirs = addresses.get(row.id)
                if theirs:  # Somebody without an address cannot be told of a change.
                    is_locked = row.locked_at is not None
                    held = tuple(holdings[row.id])
                    earners[row.id] = KnownEarner(row.id, row.name, theirs[0], theirs, row.language, is_locked, held)
        return earners

    def _read_addresses(self, earner_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the addresses of each, the primary one first."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self._connection.execute(_ADDRESSES, {"ids": earner_ids}):
            found[row.earner_id].append(row.address)
        return {earner_id: tuple(addresses) for earner_id, addresses in found.items()}

    def _read_holdings(self, earner_ids: Sequence[str]) -> dict[str, list[Holding]]:
        rows = self._connection.execute(_HOLDINGS, {"ids": earner_ids}).all()
        issuers = self._read_issuers({row.issuer_id for row in rows})
        found: dict[str, list[Holding]] = defaultdict(list)
        for row in rows:
            holding = Holding(row.id, issuers[row.issuer_id], row.badge_class_id, row.slug, row.name)
            found[row.earner_id].append(holding)
        return found

    def _read_issuers(self, issuer_ids: Collection[str]) -> Mapping[str, KnownIssuer]:
        missing = sorted(set(issuer_ids) - self._issuers.keys())
        for some in _in_batches(missing):
            for row in self._connection.execute(_ISSUERS, {"ids": some}):
                self._issuers[row.id] = KnownIssuer(*row)
        return self._issuers


def _in_batches(values: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield each value once, in batches that fit into one query."""
    once = list(dict.fromkeys(values))
    return (once[start : start + _AT_ONCE] for start in range(0, len(once), _AT_ONCE))
