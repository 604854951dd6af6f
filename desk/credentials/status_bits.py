"""Which bits of an issuer's status lists are set: those of credentials that do not count, for whatever reason.

Here belongs the look-up. A bit is set while its award is revoked, or held ("this is not me"), and for good once the
credential was replaced. Only these rows are read (two partial indices), however long a list is.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlmodel import col, func, select

from badges.credential_tables import REPLACED, Credential
from badges.openbadges.status import LIST_LENGTH
from badges.tables import OUT_OF_FORCE, Assertion


def find_set_bits(connection: Connection, issuer_id: str, number: int) -> list[int]:
    """Return the bits that are set in an issuer's list of this number, counted from 0 within the list."""
    return sorted({index - number * LIST_LENGTH for index in _find_indices(connection, issuer_id, number)})


def count_lists(connection: Connection, issuer_id: str) -> int:
    """Return how many lists an issuer has; 0 if nothing was attested in its name."""
    query = select(func.max(col(Credential.status_index))).where(col(Credential.issuer_id) == issuer_id)
    highest = connection.execute(query).scalar_one()
    return 0 if highest is None else int(highest) // LIST_LENGTH + 1


def _find_indices(connection: Connection, issuer_id: str, number: int) -> Iterator[int]:
    first = number * LIST_LENGTH
    ours = (
        col(Credential.issuer_id) == issuer_id,
        col(Credential.status_index) >= first,
        col(Credential.status_index) < first + LIST_LENGTH,
    )
    index = select(col(Credential.status_index))
    yield from connection.execute(index.where(*ours, text(REPLACED))).scalars()
    joined = index.join(Assertion, col(Assertion.id) == col(Credential.assertion_id))
    yield from connection.execute(joined.where(*ours, text(OUT_OF_FORCE))).scalars()
