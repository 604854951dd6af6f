"""What mails and pages are told of a change: names and addresses as on record, never as somebody wrote them.

Here belongs turning changes into the facts that `mailer.request_words` puts into words.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import Assertion, BadgeClass
from desk.people import Person, find_by_id
from desk.requests.authority import list_awards
from desk.requests.orders import Change
from desk.requests.recorded import Planned, State
from desk.requests.records import SUBJECT
from desk.words import Intent

Told = dict[str, str | None]
"""`kind`, and as far as they are known `name`, `address`, `new_name`, `new_address` and `badge`."""

MOST_TOLD = 190
"""Changes that one mail lists; `tidy_lines` would cut it soon after."""


def tell_change(connection: Connection, change: Change) -> Told:
    """Return a change that is proposed, or understood so far."""
    person = find_by_id(connection, change.earner_id) if change.earner_id else None
    return {
        "kind": change.kind.value,
        "name": person.name if person else None,
        "address": person.address if person else None,
        "new_name": change.new_name,
        "new_address": change.new_address,
        "badge": name_badge(connection, change.assertion_id) if change.assertion_id else None,
    }


def tell_asker(connection: Connection, changes: Iterable[Change], issuer_id: str | None) -> list[Told]:
    """Return several, no more than a mail can list, as `issuer_id` may know them.

    Of who holds no badge of it is told what was written and no more: the same as of somebody who is not on record.
    """
    listed = list(changes)[:MOST_TOLD]
    known = [change if _is_known_to(connection, change, issuer_id) else _forget(change) for change in listed]
    return [tell_change(connection, change) for change in known]


def tell_plan(connection: Connection, plan: Iterable[Planned]) -> list[Told]:
    """Return what a proposal is about, with names and addresses as they were when it was made."""
    return [_tell_planned(connection, planned) for planned in list(plan)[:MOST_TOLD]]


def _is_known_to(connection: Connection, change: Change, issuer_id: str | None) -> bool:
    return issuer_id is not None and bool(change.earner_id and list_awards(connection, change.earner_id, issuer_id))


def _forget(change: Change) -> Change:
    return replace(change, earner_id="", assertion_id=None)


def _tell_planned(connection: Connection, planned: Planned) -> Told:
    told, before = tell_change(connection, planned.change), planned.before or {}
    return told | {"name": before.get("name") or told["name"], "address": before.get("primary") or told["address"]}


def tell_made(connection: Connection, kind: Intent, person: Person, before: State, after: State) -> Told:
    """Return a change that was made: what the record was and what it became."""
    is_award = kind is Intent.REVOKE
    return {
        "kind": kind.value,
        "name": before.get("name") or person.name,
        "address": before.get("primary") or person.address,
        "new_name": after.get("name"),
        "new_address": None if is_award else after.get(SUBJECT),
        "badge": name_badge(connection, after[SUBJECT]) if is_award else None,
    }


def name_badge(connection: Connection, assertion_id: str) -> str | None:
    """Return the name of the badge that was awarded."""
    query = (
        select(col(BadgeClass.name))
        .join(Assertion, col(Assertion.badge_class_id) == col(BadgeClass.id))
        .where(col(Assertion.id) == assertion_id)
    )
    return connection.execute(query).scalar_one_or_none()
