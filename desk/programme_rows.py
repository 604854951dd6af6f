"""Writing a programme's rows so that doing it twice changes nothing: what is new, what differs, what is as it was.

Here belong the rows of each kind of entry. What the entries may say was settled in `programme_document`; the act, its
transaction and the pictures stand in `programme`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import SQLModel, col

from badges.assertions import expiry_of
from badges.ids import make_id
from badges.names import make_name_key
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress, Issuer, IssuerContact
from desk.credentials.missing import attest_earner
from desk.programme_document import AwardEntry, BadgeEntry, EarnerEntry, IssuerEntry
from desk.renaming import put_name


@dataclass(frozen=True)
class KnownBadge:
    """What an award needs of its badge class."""

    id: str
    expires_after_months: int | None


class ProgrammeRows:
    """The rows of one import, in one transaction, counted by table."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.created: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self._connection = connection
        self._now = now

    def write_issuer(self, entry: IssuerEntry, logo_digest: str | None) -> str:
        """Write an issuer with its contacts; return its id. Contacts that the file does not name lose their say."""
        values = {
            **entry.model_dump(include={"name", "domain", "support_email"}),
            **entry.model_dump(include={"linkedin_organization_id", "pdf_certificates"}),
            **entry.branding.model_dump(exclude={"logo"}),
            "logo_digest": logo_digest,
        }
        issuer_id = self._write(Issuer, {"slug": entry.slug}, values)
        named = [contact.email for contact in entry.contacts]
        others = (col(IssuerContact.issuer_id) == issuer_id, col(IssuerContact.address).not_in(named))
        self.changed["contacts"] += self._connection.execute(delete(IssuerContact).where(*others)).rowcount
        for contact in entry.contacts:
            self._write(IssuerContact, {"issuer_id": issuer_id, "address": contact.email}, {"name": contact.name})
        return issuer_id

    def write_badge(self, entry: BadgeEntry, issuer_id: str, image_digest: str) -> str:
        """Write a badge class; return its id."""
        own = {"name", "description", "criteria", "image_caption", "expires_after_months"}
        values = {**entry.model_dump(include=own), "issuer_id": issuer_id, "image_digest": image_digest}
        return self._write(BadgeClass, {"slug": entry.slug}, values)

    def write_earner(self, entry: EarnerEntry, badges: Mapping[str, KnownBadge]) -> None:
        """Write an earner with addresses, account and awards. `badges` is by slug."""
        owner = select(col(EarnerAddress.earner_id)).where(col(EarnerAddress.address) == entry.email)
        earner_id = self._connection.execute(owner).scalar_one_or_none() or make_id()
        values = {"name": entry.name, "name_key": make_name_key(entry.name)} | (
            {"language": entry.language} if entry.language else {}
        )
        self._write(Earner, {"id": earner_id}, values, {"created_at": self._now})
        for address in (entry.email, *entry.alternate_emails):
            born = {"earner_id": earner_id, "is_primary": address == entry.email}
            self._write(EarnerAddress, {"address": address}, {}, born)
        self._write_account(earner_id, entry.locked)
        for award in entry.awards:
            self._write_award(earner_id, award, badges[award.badge])
        # As after any other change of name: what is held already is attested anew, and mails that wait bear the name.
        put_name(self._connection, earner_id, entry.name, self._now)
        attest_earner(self._connection, earner_id, self._now)

    def _write_account(self, earner_id: str, locked: bool) -> None:
        self._write(Account, {"earner_id": earner_id}, {}, {"locked_at": self._now if locked else None})
        if locked:
            lock = update(Account).where(col(Account.earner_id) == earner_id, col(Account.locked_at).is_(None))
            self.changed["accounts"] += self._connection.execute(lock.values(locked_at=self._now)).rowcount

    def _write_award(self, earner_id: str, award: AwardEntry, badge: KnownBadge) -> None:
        key = {"earner_id": earner_id, "badge_class_id": badge.id, "issued_on": award.awarded_on}
        expires_on = expiry_of(award.awarded_on, badge.expires_after_months)
        self._write(Assertion, key, {}, {"expires_on": expires_on, "created_at": self._now})

    def _write(
        self,
        table: type[SQLModel],
        key: dict[str, Any],
        values: dict[str, Any],
        born: Mapping[str, Any] | None = None,
    ) -> str:
        """Insert the row that `key` names, or update what differs in it; `born` holds only for a new row.

        Returns its id; the empty string if the table has none.
        """
        rows = SQLModel.metadata.tables[str(table.__tablename__)]
        word = _WORDS[rows.name]
        found = self._connection.execute(rows.select().filter_by(**key)).first()
        if found is None:
            row = {**key, **values, **(born or {})}
            if "id" in rows.c:
                row.setdefault("id", make_id())
            self._connection.execute(insert(rows).values(row))
            self.created[word] += 1
            return str(row.get("id", ""))
        differing = {name: value for name, value in values.items() if getattr(found, name) != value}
        if differing:
            self._connection.execute(update(rows).filter_by(**key).values(differing))
        (self.changed if differing else self.unchanged)[word] += 1
        return str(getattr(found, "id", ""))


_WORDS = {
    "issuer": "issuers",
    "issuer_contact": "contacts",
    "badge_class": "badges",
    "earner": "earners",
    "earner_address": "addresses",
    "account": "accounts",
    "assertion": "awards",
}
