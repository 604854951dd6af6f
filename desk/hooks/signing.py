"""Signatures of webhooks, as https://www.standardwebhooks.com has them. Pure.

Here belong keys and the three headers. A key is symmetric: whoever receives an event has it too.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
KEY_BYTES = 32
"""The specification asks for 24 to 64."""


def make_secret() -> str:
    """Return a new key as people paste it: 256 random bits in base64 after `whsec_`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def sign_event(event_id: str, payload: bytes, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers of one attempt. With several `keys` there are several signatures, and any of them will do."""
    seconds = str(int(now.timestamp()))
    signed = b".".join((event_id.encode("ascii"), seconds.encode("ascii"), payload))
    signatures = (_sign(key, signed) for key in keys)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def _sign(key: str, signed: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(raw, signed, "sha256")).decode("ascii")
