"""An issuer's status lists, signed as they stand at a moment.

Here belongs putting them together: the bits come from `status_bits`, the wording from `badges.openbadges.status`.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from badges.openbadges.places import Places
from badges.openbadges.signing import CredentialKeys
from badges.openbadges.status import build_status_list, encode_bits
from desk.credentials.status_bits import count_lists, find_set_bits

_CLOCKS_DIFFER = timedelta(minutes=5)
"""A verifier whose clock is slow by so much must not take the list for one of the future."""


def sign_status_list(  # noqa: PLR0913, PLR0917 - whose, which, when, and with what
    connection: Connection, keys: CredentialKeys, places: Places, issuer_id: str, number: int, now: datetime
) -> str | None:
    """Return an issuer's list of this number as a JWS, the same all through the hour unless a bit changes; None if
    there is no such list."""
    if number >= count_lists(connection, issuer_id):
        return None
    encoded = encode_bits(find_set_bits(connection, issuer_id, number))
    as_of = (now - _CLOCKS_DIFFER).replace(minute=0, second=0, microsecond=0)
    url, issuer_url = places.status_list(issuer_id, number), places.issuer(issuer_id)
    claims = {"iss": issuer_url, "jti": url, "sub": f"{url}#list", "nbf": int(as_of.timestamp())}
    return keys.sign(build_status_list(url, issuer_url, encoded, as_of) | claims)
