"""Identifiers that strangers see: in URLs, in `bounce+id@` and `reply+id@`, as credential ids.

Here belongs how they are made. What they name stands in `tables`.

They are random, so they tell neither how many there are nor which comes next, and lower-case base32, because mail
systems fold the case of local parts and people read them out on the telephone.
"""

import secrets

ID_BYTES = 10
"""80 bits: guessing one of a million live ids at 1,000 tries a second takes some 19 million years on average."""

ID_LENGTH = 16

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
"""Ten bits each: a long roster needs millions of ids, and the standard library's base32 takes six times as long."""


def make_id() -> str:
    """Return a new identifier: 16 characters of `a-z2-7`, 80 random bits."""
    bits = int.from_bytes(secrets.token_bytes(ID_BYTES), "big")
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(70, -1, -10)])
