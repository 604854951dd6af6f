"""Who is told that changes were taken back: the earners, and the issuer on whose word they had been made.

Here belong these letters. Each earner is told of their own record alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import col

from badges.tables import Issuer, IssuerContact
from desk.mailing import Letter
from desk.people import find_by_id, find_issuer
from desk.requests.case import Docket
from desk.requests.requester import first_facts
from desk.requests.told import MOST_TOLD, Told

_KIND = "change_undone"


def tell_undone(
    docket: Docket, group_id: str, earner_ids: Sequence[str], issuer_id: str | None, told: Sequence[Told]
) -> Iterator[Letter]:
    """Yield a letter to everybody concerned; `told` has a place for each of `earner_ids`."""
    own: dict[str, list[Told]] = {}
    for earner_id, change in zip(earner_ids, told, strict=True):
        own.setdefault(earner_id, []).append(change)
    for earner_id, changes in own.items():
        person = find_by_id(docket.connection, earner_id)
        speaker = issuer_id or find_issuer(docket.connection, earner_id)
        if person is not None and speaker is not None:
            yield Letter(
                kind=_KIND,
                key=f"undone/{group_id}/{earner_id}",
                issuer_id=speaker,
                earner_id=earner_id,
                rcpt_to=person.address,
                language=person.language,
                facts={**first_facts(person.name, docket.reference), "changes": changes},
            )
    for contact in _list_contacts(docket, issuer_id) if issuer_id else ():
        yield Letter(
            kind=_KIND,
            key=f"undone/{group_id}/{contact.address}",
            issuer_id=issuer_id,
            earner_id=None,
            rcpt_to=contact.address,
            facts={**first_facts(contact.name or "", docket.reference), "changes": list(told)[:MOST_TOLD]},
        )


def _list_contacts(docket: Docket, issuer_id: str) -> Sequence[Row[Any]]:
    """Return the registered contacts; an issuer without any has its support address."""
    of_issuer = _CONTACTS.where(col(IssuerContact.issuer_id) == issuer_id).order_by(col(IssuerContact.address))
    found = docket.connection.execute(of_issuer).all()
    return found or docket.connection.execute(_OFFICES.where(col(Issuer.id) == issuer_id)).all()


_CONTACTS: Select[*tuple[Any, ...]] = select(col(IssuerContact.address), col(IssuerContact.name))
_OFFICES: Select[*tuple[Any, ...]] = select(col(Issuer.support_email).label("address"), col(Issuer.name))
