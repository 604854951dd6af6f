"""Credentials for awards that have none: those of a database from before there were any, and of imported programmes.

Here belongs attesting what stands now. It may be run as often as one likes.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select
from sqlmodel import col

from badges.credential_tables import Credential
from badges.tables import Assertion, Earner, EarnerAddress
from badges.transactions import take_turn
from desk.credentials.snapshots import keep_achievement
from desk.credentials.writing import NewCredential, write_credentials

PAGE = 1000
"""Awards that are attested in one transaction: others want to write too."""


def attest_missing(engine: Engine, now: datetime) -> int:
    """Attest every award that has no credential, page by page; return how many there were."""
    attested, after = 0, ""
    while True:
        with engine.begin() as connection:
            take_turn(connection)
            page = connection.execute(_awards_without().where(col(Assertion.id) > after).limit(PAGE)).all()
            _attest(connection, page, now)
        if not page:
            return attested
        attested, after = attested + len(page), page[-1].id


def attest_earner(connection: Connection, earner_id: str, now: datetime) -> None:
    """Attest what one earner holds without a credential. The caller has everybody's turn."""
    _attest(connection, connection.execute(_awards_without().where(col(Earner.id) == earner_id)).all(), now)


def _attest(connection: Connection, awards: Sequence[Row[Any]], now: datetime) -> None:
    by_badge = sorted(awards, key=lambda award: award.badge_class_id)
    for badge_class_id, group in groupby(by_badge, key=lambda award: award.badge_class_id):
        achieved = keep_achievement(connection, badge_class_id)
        first = [NewCredential(award.id, award.id, award.name, award.address) for award in group]
        write_credentials(connection, achieved, first, now)


def _awards_without() -> Select[*tuple[Any, ...]]:
    attested = select(col(Credential.id)).where(col(Credential.assertion_id) == col(Assertion.id))
    return (
        select(col(Assertion.id), col(Assertion.badge_class_id), col(Earner.name), col(EarnerAddress.address))
        .join(Earner, col(Earner.id) == col(Assertion.earner_id))
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .where(~attested.exists())
        .order_by(col(Assertion.id))
    )
