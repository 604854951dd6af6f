"""What an issuer offers and where it is reached; and, for administrators, what it is called and whose mail is its own.

Here belong the acts, and making an issuer. A change of the domain changes which mails count as authentically the
issuer's (docs/inbound.md), so no manager of the issuer makes it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.tables import Issuer
from badges.transactions import take_turn
from desk.issuers.branding import Saved
from desk.issuers.fields import FieldFault, FieldFaults, Identity, NewIssuer, Policy
from desk.issuers.versions import OutOfStep, find_changes, version_of
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.requests.answering import is_ours


@dataclass(frozen=True, slots=True)
class IssuerMade:
    """The issuer is on record."""

    issuer_id: str
    slug: str


def read_terms(connection: Connection, issuer_id: str, form: type[BaseModel]) -> dict[str, Any]:
    """Return what is on record of the fields of `form`. No such issuer is a fault."""
    columns = (Issuer.__table__.c[name] for name in form.model_fields)  # type: ignore[attr-defined]
    return dict(connection.execute(select(*columns).where(col(Issuer.id) == issuer_id)).one()._mapping)


def change_terms(  # noqa: PLR0913, PLR0917 - what, by whom, when
    office: Office, issuer_id: str, terms: Policy | Identity, version: str | None, actor: Actor, now: datetime
) -> Saved | OutOfStep | FieldFaults:
    """Put policy or identity on record, if what `version` names still stands. Who may, the caller has judged."""
    if isinstance(terms, Policy) and is_ours(office, terms.support_email):
        return FieldFaults({"support_email": FieldFault("ours", "is an address of this service")})
    after = terms.model_dump()
    with office.engine.begin() as connection:
        connection.execute(select(col(Issuer.id)).where(col(Issuer.id) == issuer_id).with_for_update())
        before = read_terms(connection, issuer_id, type(terms))
        if version is not None and version != version_of(before):
            return OutOfStep(before, version_of(before))
        if after == before:
            return Saved(version_of(before), changed=False)
        connection.execute(update(Issuer).where(col(Issuer.id) == issuer_id).values(after))
        subject, detail = Subject("issuer", issuer_id), find_changes(before, after)
        note_act(connection, actor, Act.ISSUER_CHANGED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return Saved(version_of(after))


def create_issuer(office: Office, words: NewIssuer, actor: Actor, now: datetime) -> IssuerMade | FieldFaults:
    """Make an issuer, with our colours until it has its own."""
    issuer_id = make_id()
    with office.engine.begin() as connection:
        take_turn(connection)
        if connection.execute(select(col(Issuer.id)).where(col(Issuer.slug) == words.slug)).first():
            return FieldFaults({"slug": FieldFault("taken", "is another issuer's")})
        issuer = Issuer(id=issuer_id, **words.model_dump())
        connection.execute(insert(Issuer).values(issuer.model_dump()))
        subject, detail = Subject("issuer", issuer_id), words.model_dump()
        note_act(connection, actor, Act.ISSUER_CREATED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return IssuerMade(issuer_id, words.slug)
