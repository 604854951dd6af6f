"""Telling owners by mail what was done to their account.

Here belongs the letter, in the transaction of the act, in the name of the issuer that awarded last.
"""

from datetime import datetime

from sqlalchemy import Connection

from desk.mailing import Fact, Letter, write_letter
from desk.office import Office
from desk.people import Person, find_issuer


def tell_owner(  # noqa: PLR0913, PLR0917 - whom, of what, where, when
    connection: Connection,
    office: Office,
    person: Person,
    kind: str,
    key: str,
    now: datetime,
    *,
    rcpt_to: str | None = None,
    **facts: Fact,
) -> None:
    """Mail `person` at the primary address, or at `rcpt_to`; `key` is the letter's idempotency key after its kind.

    Nobody is told to whom nobody has awarded anything: nobody's name could stand under it.
    """
    issuer_id = find_issuer(connection, person.earner_id)
    if issuer_id is None:
        return
    letter = Letter(
        kind=kind,
        key=f"{kind}/{key}",
        issuer_id=issuer_id,
        earner_id=person.earner_id,
        rcpt_to=rcpt_to or person.address,
        language=person.language,
        facts={"name": person.name, "address": person.address, **facts},
    )
    write_letter(connection, office, letter, now)
