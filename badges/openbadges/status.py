"""Status lists: one bit for each credential that says whether it still counts. Pure.

Here belong the encoding and the wording of a list; which bits are set is found by `desk.credentials`.

https://www.w3.org/TR/vc-bitstring-status-list/ (version 1.0).
"""

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

LIST_LENGTH = 131_072
"""Bits in one list: the least that the standard allows (16 KB), so that looking one up does not tell which is meant."""

TRUSTED_FOR = timedelta(days=1)
"""How long a copy of a list counts: who keeps an old one back cannot show it for a current one for ever."""

REFRESH_AFTER = timedelta(minutes=1)
"""How long verifiers may keep a list before they look again."""


def encode_bits(set_bits: Iterable[int]) -> str:
    """Return the list with these bits set (section 3.3): from the left, GZIP, base64url with its multibase prefix.

    Raises `IndexError` for a bit that the list does not have. The same bits give the same text.
    """
    bits = bytearray(LIST_LENGTH // 8)
    for index in set_bits:
        if not 0 <= index < LIST_LENGTH:
            raise IndexError(index)
        bits[index // 8] |= 0x80 >> index % 8
    packed = gzip.compress(bytes(bits), 9, mtime=0)
    return "u" + urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def build_status_list(url: str, issuer_url: str, encoded: str, as_of: datetime) -> dict[str, Any]:
    """Return the BitstringStatusListCredential, unsigned, as it stands from `as_of` on."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_url,
        "validFrom": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "validUntil": (as_of + TRUSTED_FOR).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded,
            "ttl": REFRESH_AFTER // timedelta(milliseconds=1),
        },
    }
