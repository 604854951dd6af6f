"""Changing an earner's name. Only an issuer may ask for it; who asked is the caller's to know.

Here belongs the act: the new name counts for everything at once, and the earner is told what it was before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, update
from sqlmodel import col

from badges.ids import make_id
from badges.names import make_name_key
from badges.tables import Earner
from badges.transactions import take_turn
from desk.credentials.replacing import replace_credentials
from desk.hooks.events import EventKind
from desk.hooks.telling import tell_of_earner
from desk.mailing import Letter, write_letter
from desk.office import Office
from desk.people import Person, find_by_id, find_issuer
from desk.roster.cells import CellFault
from desk.roster.names import read_name
from desk.waiting_mails import rewrite_waiting


@dataclass(frozen=True)
class Renamed:
    """Done; `old_name` is what it was before, `new_name` what it is, cleaned of what only machines see."""

    old_name: str
    new_name: str


@dataclass(frozen=True)
class NotRenamed:
    """There is no such earner, that is no name (`desk.roster.names`), or they bear it already."""

    reason: str


def rename_earner(
    office: Office, earner_id: str, new_name: str, now: datetime, issuer_id: str | None = None
) -> Renamed | NotRenamed:
    """Give an earner another name and mail them a notice in the name of `issuer_id` (None: who awarded last)."""
    name = read_name(new_name)
    if isinstance(name, CellFault):
        return NotRenamed(f"the name {name.reason}")
    with office.engine.begin() as connection:
        take_turn(connection)
        person = find_by_id(connection, earner_id)
        if person is None:
            return NotRenamed(f"there is no earner {earner_id}")
        if person.name == name:
            return NotRenamed(f"the name is {name} already")
        put_name(connection, earner_id, name, now)
        speaker = issuer_id or find_issuer(connection, earner_id)
        if speaker is not None:
            write_letter(connection, office, tell_of_name(person, name, speaker, now), now)
        return Renamed(person.name, name)


def put_name(connection: Connection, earner_id: str, name: str, now: datetime) -> None:
    """Write `name`, as `read_name` returned it, in the caller's transaction, who has everybody's turn. What is shown of
    an earner reads it there, what they hold is attested anew, and mails that wait bear the name."""
    values = {"name": name, "name_key": make_name_key(name)}
    connection.execute(update(Earner).where(col(Earner.id) == earner_id).values(values))
    replace_credentials(connection, earner_id, now)
    rewrite_waiting(connection, earner_id, lambda facts: facts | {"name": name})
    tell_of_earner(connection, earner_id, EventKind.EARNER_RENAMED, make_id(), {"name": name}, now)


def tell_of_name(person: Person, new_name: str, issuer_id: str, now: datetime) -> Letter:
    """Return the notice to `person`, who is as they were before, in the name of `issuer_id`."""
    changed = now.astimezone(UTC)
    return Letter(
        kind="name_changed",
        key=f"name-changed/{person.earner_id}/{changed.isoformat()}",
        issuer_id=issuer_id,
        earner_id=person.earner_id,
        rcpt_to=person.address,
        language=person.language,
        facts={
            "name": new_name,
            "address": person.address,
            "old_name": person.name,
            "changed": changed.strftime("%Y-%m-%dT%H:%MZ"),
        },
    )
