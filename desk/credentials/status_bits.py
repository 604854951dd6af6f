"""Which bits of an issuer's status lists are set: those of credentials that do not count, for whatever reason.

Here belongs the look-up. A bit is set while its award is revoked, or held ("this is not me"), and for good once the
credential was replaced. Only these rows are read (two partial indices), however long a list is.
"""

from sqlalchemy import Connection, func, select, text
from sqlmodel import col

from badges.credential_tables import REPLACED, Credential
from badges.openbadges.status import LIST_LENGTH
from badges.tables import OUT_OF_FORCE

_IN_LIST = "credential.issuer_id = :issuer_id AND status_index >= :first AND status_index < :end"
_REPLACED = text(f"SELECT status_index FROM credential WHERE {_IN_LIST} AND {REPLACED}")  # noqa: S608 - constants
# SQLite keeps the order of a CROSS JOIN, and uses no index where an expression is compared: so the few awards out of
# force come first, each leads to its credentials, and the list itself is not gone through.
_OUT_OF_FORCE = text(
    "SELECT status_index FROM assertion CROSS JOIN credential"  # noqa: S608 - constants
    f" WHERE {OUT_OF_FORCE} AND credential.assertion_id = assertion.id"
    " AND credential.issuer_id || '' = :issuer_id AND status_index + 0 >= :first AND status_index + 0 < :end"
)


def find_set_bits(connection: Connection, issuer_id: str, number: int) -> list[int]:
    """Return the bits that are set in an issuer's list of this number, counted from 0 within the list."""
    first = number * LIST_LENGTH
    which = {"issuer_id": issuer_id, "first": first, "end": first + LIST_LENGTH}
    found = {index for query in (_REPLACED, _OUT_OF_FORCE) for index in connection.execute(query, which).scalars()}
    return sorted(index - first for index in found)


def count_lists(connection: Connection, issuer_id: str) -> int:
    """Return how many lists an issuer has; 0 if nothing was attested in its name."""
    query = select(func.max(col(Credential.status_index))).where(col(Credential.issuer_id) == issuer_id)
    highest = connection.execute(query).scalar_one()
    return 0 if highest is None else int(highest) // LIST_LENGTH + 1
