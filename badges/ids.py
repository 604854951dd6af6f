"""Identifiers that strangers see: in URLs, in `bounce+id@` and `reply+id@`, as credential ids.

Here belongs how they are made. What they name stands in `tables`.

They are random, so they tell neither how many there are nor which comes next, and lower-case base32, because mail
systems fold the case of local parts and people read them out on the telephone.
"""

import base64
import secrets

ID_BYTES = 10
"""80 bits: guessing one of a million live ids at 1,000 tries a second takes some 38 million years on average."""

ID_LENGTH = 16


def make_id() -> str:
    """Return a new identifier: 16 characters of `a-z2-7`, 80 random bits."""
    return base64.b32encode(secrets.token_bytes(ID_BYTES)).decode("ascii").lower()
