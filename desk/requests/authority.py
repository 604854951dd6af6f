"""Who may have what changed: an issuer has a say over the earners who hold a badge of it, and over nobody else.

Here belong these questions. They are asked again whenever a change is made, whoever has looked before: an order, a
signed link and a click of staff all come through here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from badges.assertions import AssertionState
from badges.tables import Assertion, BadgeClass
from desk.people import find_by_id
from desk.requests.orders import Change
from desk.requests.records import Unfit
from desk.words import Intent


@dataclass(frozen=True, slots=True)
class Authority:
    """On whose word changes are made, and what shows it."""

    issuer_id: str | None
    """None: earners ask for themselves, which `check_change` allows for notices alone."""
    asked_by: str
    """The address that asked, or the member of staff."""
    evidence: Mapping[str, Any]
    ticket_id: str | None = None
    proposal_id: str | None = None


def check_change(connection: Connection, change: Change, issuer_id: str | None) -> Change | Unfit:
    """Return the change with its award named, or why `issuer_id` cannot have it made."""
    if not change.earner_id or find_by_id(connection, change.earner_id) is None:
        return Unfit("nobody on record is named")
    if issuer_id is None:
        is_own = change.kind is Intent.UNSUBSCRIBE
        return change if is_own else Unfit("only an issuer can ask for this")
    if change.kind is Intent.REVOKE:
        return _name_award(connection, change, issuer_id)
    if not list_awards(connection, change.earner_id, issuer_id):
        return Unfit("this earner holds no badge of the issuer that asks")
    return change


def list_awards(connection: Connection, earner_id: str, issuer_id: str) -> list[str]:
    """Return the ids of what the earner holds of the issuer; expired ones count, revoked ones do not."""
    query = select_held(earner_id).where(col(BadgeClass.issuer_id) == issuer_id)
    return list(connection.execute(query.with_only_columns(col(Assertion.id))).scalars())


def is_shared(connection: Connection, earner_id: str, issuer_id: str) -> bool:
    """Tell whether the earner also holds another issuer's badge, which a new name would change with it."""
    query = select_held(earner_id).where(col(BadgeClass.issuer_id) != issuer_id)
    return connection.execute(query.limit(1)).first() is not None


def select_held(earner_id: str) -> Select[*tuple[Any, ...]]:
    """Return a query for what the earner holds: (assertion id, issuer id), the newest first."""
    return (
        select(col(Assertion.id), col(BadgeClass.issuer_id))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.earner_id) == earner_id, col(Assertion.state) != AssertionState.REVOKED)
        .order_by(col(Assertion.issued_on).desc(), col(Assertion.created_at).desc(), col(Assertion.id))
    )


def _name_award(connection: Connection, change: Change, issuer_id: str) -> Change | Unfit:
    if change.assertion_id is not None:
        query = (
            select(col(BadgeClass.issuer_id))
            .join(Assertion, col(Assertion.badge_class_id) == col(BadgeClass.id))
            .where(col(Assertion.id) == change.assertion_id, col(Assertion.earner_id) == change.earner_id)
        )
        is_theirs = connection.execute(query).scalar_one_or_none() == issuer_id
        return change if is_theirs else Unfit("the badge is not this earner's, or not of the issuer that asks")
    held = list_awards(connection, change.earner_id, issuer_id)
    return replace(change, assertion_id=held[0]) if len(held) == 1 else Unfit("it is not said which badge")
