"""Telling members by mail what was done to their account, and inviting them: letters in the service's own name.

Here belongs the letter, in the transaction of the act.
"""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from desk.mailing import Fact, Letter, write_letter
from desk.members.tables import Member
from desk.office import Office


def tell_member(  # noqa: PLR0913, PLR0917 - whom, of what, when
    connection: Connection, office: Office, member_id: str, kind: str, key: str, now: datetime, **facts: Fact
) -> None:
    """Mail a member; `key` is the letter's idempotency key after its kind."""
    query = select(col(Member.address), col(Member.name), col(Member.language)).where(col(Member.id) == member_id)
    member = connection.execute(query).one()
    letter = Letter(
        kind=kind,
        key=f"{kind}/{key}",
        issuer_id=None,
        earner_id=None,
        rcpt_to=member.address,
        language=member.language,
        facts={"name": member.name, "address": member.address, **facts},
    )
    write_letter(connection, office, letter, now)
