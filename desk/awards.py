"""Awards as mails tell about them: assertion, earner, account, badge class and issuer in one row.

Here belong the look-up that reminders, notices and resending share, and the facts that such a mail records.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlmodel import col

from badges.credential_tables import Credential
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress
from desk.mailing import Fact


@dataclass(frozen=True, slots=True)
class Award:
    """One award, with what a mail about it needs to know."""

    assertion_id: str
    credential_id: str
    """The one that none has replaced."""
    issued_on: date
    expires_on: date | None
    state: str
    badge_class_id: str
    issuer_id: str
    earner_id: str
    name: str
    language: str | None
    address: str
    """The earner's primary one."""
    account_id: str
    has_password: bool
    link_serial: int


Awards = Select[*tuple[Any, ...]]


def select_awards() -> Awards:
    """Return a query for awards that nobody has said "not me" to; callers narrow it down."""
    return (
        select(
            col(Assertion.id),
            func.coalesce(col(Credential.id), col(Assertion.id)),
            col(Assertion.issued_on),
            col(Assertion.expires_on),
            col(Assertion.state),
            col(Assertion.badge_class_id),
            col(BadgeClass.issuer_id),
            col(Earner.id),
            col(Earner.name),
            col(Earner.language),
            col(EarnerAddress.address),
            col(Account.id),
            col(Account.password_hash).is_not(None),
            col(Account.link_serial),
        )
        .select_from(Assertion)
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .join(Earner, col(Earner.id) == col(Assertion.earner_id))
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .join(Account, col(Account.earner_id) == col(Earner.id))
        # Outer, since an award of an older database may not have been attested yet; its first one will bear its id.
        .outerjoin(
            Credential, (col(Credential.assertion_id) == col(Assertion.id)) & col(Credential.replaced_by).is_(None)
        )
        .where(col(Assertion.held_at).is_(None))
    )


def read_awards(connection: Connection, query: Awards) -> list[Award]:
    """Return the awards that `query`, made by `select_awards`, finds."""
    return [Award(*row) for row in connection.execute(query)]


def facts_about(award: Award) -> dict[str, Fact]:
    """Return what every mail about an award records."""
    return {
        "name": award.name,
        "address": award.address,
        "issued": award.issued_on.isoformat(),
        "expires": award.expires_on.isoformat() if award.expires_on else None,
        "assertion": award.assertion_id,
        "credential": award.credential_id,
    }


def facts_with_link(award: Award, serial: int | None) -> dict[str, Fact]:
    """The same with a password link; `serial` None: the earner has a password and needs none."""
    return facts_about(award) | {"account": award.account_id, "serial": serial}
