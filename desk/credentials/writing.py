"""Writing the rows of new credentials in bulk, in the transaction of the act that makes them.

Here belong the rows. Why there is a new one is said where it is made: `desk.issuing`, `replacing`, `missing`.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text
from sqlmodel import col

from badges.columns import to_microseconds
from badges.credential_tables import Credential
from badges.openbadges.achievement import Achieved

SALT_BYTES = 16
"""128 bits: who guesses an address can test the guess, but only on this one credential."""

_CREDENTIAL = text("""
    INSERT INTO credential (
        id, assertion_id, issuer_id, status_index, achievement_digest, earner_name, address, salt, attested_at
    ) VALUES (
        :id, :assertion_id, :issuer_id, :status_index, :achievement_digest, :earner_name, :address, :salt, :attested_at
    )
""")


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential to be written."""

    id: str
    assertion_id: str
    earner_name: str
    address: str
    """The earner's primary one, folded."""


def write_credentials(
    connection: Connection, achieved: Achieved, credentials: Iterable[NewCredential], now: datetime
) -> None:
    """Write credentials that attest `achieved`, which is kept already. The caller has everybody's turn
    (`badges.transactions.take_turn`): status bits are given out one after the other."""
    first = _next_index(connection, achieved.issuer.id)
    common = {"issuer_id": achieved.issuer.id, "achievement_digest": achieved.digest}
    attested_at = to_microseconds(now)
    rows = [
        {
            **common,
            "id": credential.id,
            "assertion_id": credential.assertion_id,
            "status_index": index,
            "earner_name": credential.earner_name,
            "address": credential.address,
            "salt": secrets.token_hex(SALT_BYTES),
            "attested_at": attested_at,
        }
        for index, credential in enumerate(credentials, first)
    ]
    if rows:
        connection.execute(_CREDENTIAL, rows)


def _next_index(connection: Connection, issuer_id: str) -> int:
    query = select(func.max(col(Credential.status_index))).where(col(Credential.issuer_id) == issuer_id)
    highest = connection.execute(query).scalar_one()
    return 0 if highest is None else int(highest) + 1
