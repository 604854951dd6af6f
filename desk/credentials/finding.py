"""Finding credentials: what was attested, and what became of the award and of the credential since.

Here belong the look-ups. What a credential says is worded in `badges.openbadges`, answered in `web.openbadges`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select
from sqlmodel import col

from badges.assertions import AssertionState
from badges.credential_tables import Achievement, Credential
from badges.openbadges.achievement import Achieved
from badges.openbadges.credential import Attested
from badges.tables import Assertion


@dataclass(frozen=True)
class Recorded:
    """A credential with what became of it."""

    attested: Attested
    replaced_by: str | None
    replaced_at: datetime | None
    is_revoked: bool
    revocation_reason: str | None
    earner_id: str
    is_held: bool
    """Somebody said "this is not me"."""
    is_hidden: bool
    """Its owner shows it to nobody."""

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return not (self.is_held or self.is_hidden)


def find_credential(connection: Connection, credential_id: str) -> Recorded | None:
    """Return the credential with this id, whatever has become of it."""
    row = connection.execute(_credentials().where(col(Credential.id) == credential_id)).first()
    return None if row is None else _read(row)


def find_current(connection: Connection, assertion_id: str) -> Recorded | None:
    """Return the credential of an award that none has replaced."""
    query = _credentials().where(col(Credential.assertion_id) == assertion_id, col(Credential.replaced_by).is_(None))
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def find_attested(connection: Connection, credential_ids: Sequence[str]) -> dict[str, Attested]:
    """Return what those of these credentials attest that there are, by id."""
    rows = connection.execute(_ATTESTED_BY_ID, {"ids": list(credential_ids)})
    return {row[0]: _attest(row) for row in rows}


_ATTESTED: tuple[Any, ...] = (
    col(Credential.id),
    col(Credential.assertion_id),
    col(Credential.status_index),
    col(Credential.earner_name),
    col(Credential.address),
    col(Credential.salt),
    col(Assertion.issued_on),
    col(Assertion.expires_on),
    col(Assertion.evidence_url),
    col(Assertion.narrative),
    col(Credential.attested_at),
    col(Achievement.content),
)
"""In the order of `Attested`."""


def _select(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*_ATTESTED, *columns)
        .join(Assertion, col(Assertion.id) == col(Credential.assertion_id))
        .join(Achievement, col(Achievement.digest) == col(Credential.achievement_digest))
    )


_ATTESTED_BY_ID = _select().where(col(Credential.id).in_(bindparam("ids", expanding=True)))


def _credentials() -> Select[*tuple[Any, ...]]:
    return _select(
        col(Credential.replaced_by),
        col(Credential.replaced_at),
        col(Assertion.earner_id),
        col(Assertion.state),
        col(Assertion.revocation_reason),
        col(Assertion.held_at),
        col(Assertion.hidden_at),
    )


def _attest(row: Row[Any]) -> Attested:
    values: list[Any] = list(row[: len(_ATTESTED)])
    values[-1] = _read_achieved(values[-1])
    return Attested(*values)


def _read(row: Row[Any]) -> Recorded:
    return Recorded(
        attested=_attest(row),
        replaced_by=row.replaced_by,
        replaced_at=row.replaced_at,
        is_revoked=row.state == AssertionState.REVOKED,
        revocation_reason=row.revocation_reason,
        earner_id=row.earner_id,
        is_held=row.held_at is not None,
        is_hidden=row.hidden_at is not None,
    )


_read_achieved = lru_cache(maxsize=64)(Achieved.from_json)
"""Thousands of awards name the same one, and its digest is told from it again and again."""
