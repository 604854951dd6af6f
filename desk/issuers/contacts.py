"""The people and offices that may speak for an issuer by mail: named and taken off by its managers.

Here belong the acts. Whoever is a contact has names changed and accounts unlocked with a mail, so every contact is told
of each one that comes or goes, and one cannot be put among them unnoticed. One address may be a contact of several
issuers (`desk.directory`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.tables import Issuer, IssuerContact
from badges.transactions import take_turn_for
from desk.issuers.fields import ContactWords, FieldFault, FieldFaults
from desk.mailing import Letter, write_letters
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.tables import AuditEvent
from desk.office import Office
from desk.requests.answering import is_ours

MOST_CONTACTS = 50
"""Of one issuer: each is written to about each change."""
MOST_A_DAY = 20
"""New contacts of one issuer: each is a mail to whatever address was typed."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who may speak for the issuer."""

    contact_id: str
    address: str
    name: str | None


@dataclass(frozen=True, slots=True)
class NoContact:
    """The issuer has no such contact."""


def list_contacts(connection: Connection, issuer_id: str) -> list[Contact]:
    """Return an issuer's contacts by address."""
    query = select(col(IssuerContact.id), col(IssuerContact.address), col(IssuerContact.name))
    of_issuer = query.where(col(IssuerContact.issuer_id) == issuer_id).order_by(col(IssuerContact.address))
    return [Contact(*row) for row in connection.execute(of_issuer)]


def add_contact(
    office: Office, issuer_id: str, words: ContactWords, actor: Actor, now: datetime
) -> Contact | FieldFaults:
    """Let an address speak for the issuer, and tell it and all others."""
    with office.engine.begin() as connection:
        contacts = _take_contacts(connection, issuer_id)
        if any(contact.address == words.address for contact in contacts):
            return FieldFaults({"address": FieldFault("taken", "is a contact already")})
        if not _may_add(connection, issuer_id, now):
            return FieldFaults({"address": FieldFault("often", f"no more than {MOST_A_DAY} contacts are added a day")})
        if len(contacts) >= MOST_CONTACTS:
            return FieldFaults({"address": FieldFault("many", f"an issuer has at most {MOST_CONTACTS} contacts")})
        if is_ours(office, words.address):
            # What comes in is never from there, and what we send there would come back to us as a request.
            return FieldFaults({"address": FieldFault("ours", "is an address of this service")})
        contact = Contact(make_id(), words.address, words.name)
        row = {"id": contact.contact_id, "issuer_id": issuer_id, "address": contact.address, "name": contact.name}
        connection.execute(insert(IssuerContact).values(row))
        detail = {"address": contact.address, "name": contact.name}
        subject = Subject("contact", contact.contact_id)
        note_act(connection, actor, Act.CONTACT_ADDED, now, issuer_id=issuer_id, subject=subject, detail=detail)
        told = _tell("contact_added", issuer_id, contact, [*contacts, contact], actor, now)
        write_letters(connection, office, told, now)
    return contact


def rename_contact(  # noqa: PLR0913, PLR0917 - whose, whom, by whom, when
    office: Office, issuer_id: str, contact_id: str, name: str | None, actor: Actor, now: datetime
) -> Contact | NoContact:
    """Change what a contact is called. It gives nobody a say, so nobody is written to."""
    with office.engine.begin() as connection:
        found = _find(_take_contacts(connection, issuer_id), contact_id)
        if found is None:
            return NoContact()
        if found.name != name:
            connection.execute(update(IssuerContact).where(col(IssuerContact.id) == contact_id).values(name=name))
            detail = {"address": found.address, "before": {"name": found.name}, "after": {"name": name}}
            subject = Subject("contact", contact_id)
            note_act(connection, actor, Act.CONTACT_CHANGED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return Contact(contact_id, found.address, name)


def remove_contact(office: Office, issuer_id: str, contact_id: str, actor: Actor, now: datetime) -> Contact | NoContact:
    """Let an address speak for the issuer no more, and tell it and all others. What it has asked for stays done."""
    with office.engine.begin() as connection:
        contacts = _take_contacts(connection, issuer_id)
        found = _find(contacts, contact_id)
        if found is None:
            return NoContact()
        connection.execute(delete(IssuerContact).where(col(IssuerContact.id) == contact_id))
        detail = {"address": found.address, "name": found.name}
        subject = Subject("contact", contact_id)
        note_act(connection, actor, Act.CONTACT_REMOVED, now, issuer_id=issuer_id, subject=subject, detail=detail)
        write_letters(connection, office, _tell("contact_removed", issuer_id, found, contacts, actor, now), now)
    return found


def _take_contacts(connection: Connection, issuer_id: str) -> list[Contact]:
    """Return the contacts, which nobody else changes until this transaction ends."""
    take_turn_for(connection, f"contacts/{issuer_id}")
    connection.execute(select(col(Issuer.id)).where(col(Issuer.id) == issuer_id)).one()
    return list_contacts(connection, issuer_id)


def _may_add(connection: Connection, issuer_id: str, now: datetime) -> bool:
    added = select(col(AuditEvent.id)).where(
        col(AuditEvent.issuer_id) == issuer_id,
        col(AuditEvent.made_at) > now - timedelta(days=1),
        col(AuditEvent.act) == Act.CONTACT_ADDED.value,
    )
    return len(connection.execute(added.limit(MOST_A_DAY)).all()) < MOST_A_DAY


def _find(contacts: Iterable[Contact], contact_id: str) -> Contact | None:
    return next((contact for contact in contacts if contact.contact_id == contact_id), None)


def _tell(  # noqa: PLR0913, PLR0917
    kind: str, issuer_id: str, whom: Contact, contacts: Sequence[Contact], actor: Actor, now: datetime
) -> Iterator[Letter]:
    event = make_id()
    field = "new_address" if kind == "contact_added" else "old_address"
    for contact in contacts:
        yield Letter(
            kind=kind,
            key=f"contact/{event}/{contact.contact_id}",
            issuer_id=issuer_id,
            earner_id=None,
            rcpt_to=contact.address,
            facts={
                "name": contact.name or "",
                "address": contact.address,
                field: whom.address,
                "writer": actor.name,
                "changed": now.strftime("%Y-%m-%dT%H:%MZ"),
            },
        )
