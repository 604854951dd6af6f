"""Putting new credentials in the place of those that no longer say what stands.

Here belongs the act: after a change of name, or an issuer's correction of the address, whatever an earner holds is
attested anew. What was attested of the achievement stays word for word; each old credential names the one that took its
place, so the history of an award is a line, also when a change is taken back. An earner who chooses another primary
address changes nothing: the old credential still is theirs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, update
from sqlmodel import col

from badges.credential_tables import Credential
from badges.ids import make_id
from badges.tables import Assertion, Earner, EarnerAddress
from desk.credentials.snapshots import find_achievement
from desk.credentials.writing import NewCredential, write_credentials
from desk.waiting_mails import rewrite_waiting


def replace_credentials(connection: Connection, earner_id: str, now: datetime) -> int:
    """Attest anew what `earner_id` holds, where name or primary address are others now; return how many credentials.

    The caller has everybody's turn (`badges.transactions.take_turn`). Mails about these awards that no worker has in
    hand yet bring the new ones.
    """
    stale = _find_stale(connection, earner_id)
    if not stale:
        return 0
    successors = {credential.id: make_id() for credential in stale}
    for digest, group in groupby(stale, key=lambda credential: credential.achievement_digest):
        achieved = find_achievement(connection, digest)
        assert achieved is not None  # a foreign key sees to it
        new = [NewCredential(successors[old.id], old.assertion_id, old.new_name, old.new_address) for old in group]
        write_credentials(connection, achieved, new, now)
    _note_successors(connection, successors, now)
    rewrite_waiting(connection, earner_id, lambda facts: _bring_successor(facts, successors))
    return len(successors)


def _find_stale(connection: Connection, earner_id: str) -> Sequence[Row[Any]]:
    """Return the current credentials that name or address have left behind, by achievement. Who has no address any
    more keeps the one that was attested."""
    new_address = func.coalesce(col(EarnerAddress.address), col(Credential.address))
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Credential.id),
            col(Credential.assertion_id),
            col(Credential.achievement_digest),
            col(Earner.name).label("new_name"),
            new_address.label("new_address"),
        )
        .join(Assertion, col(Assertion.id) == col(Credential.assertion_id))
        .join(Earner, col(Earner.id) == col(Assertion.earner_id))
        .outerjoin(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .where(
            col(Earner.id) == earner_id,
            col(Credential.replaced_by).is_(None),
            or_(col(Credential.earner_name) != col(Earner.name), col(Credential.address) != new_address),
        )
        .order_by(col(Credential.achievement_digest), col(Credential.id))
    )
    return connection.execute(query).all()


def _note_successors(connection: Connection, successors: Mapping[str, str], now: datetime) -> None:
    for old, new in successors.items():
        replaced = update(Credential).where(col(Credential.id) == old)
        connection.execute(replaced.values(replaced_by=new, replaced_at=now))


def _bring_successor(facts: dict[str, Any], successors: Mapping[str, str]) -> dict[str, Any]:
    successor = successors.get(facts.get("credential", ""))
    return facts | {"credential": successor} if successor else facts
