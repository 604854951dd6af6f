"""Signed links: what a URL in a mail allows its bearer to ask for.

Here belong purposes, their salts and lifetimes, and signing and unsigning. What happens when a link is used stands in
`desk`; that GET changes nothing and POST acts, in `web`. Time is passed in.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer
from itsdangerous.encoding import base64_encode, int_to_bytes


class Purpose(StrEnum):
    """What a link is for. Each has a salt of its own, so a link for one purpose is worthless for another."""

    FIRST_PASSWORD = "first-password"
    """In an issuance mail or reminder: [account id, serial]."""
    PASSWORD = "password"
    """Asked for by the earner: [account id, serial]."""
    NOT_ME = "not-me"
    """[assertion id]"""
    UNSUBSCRIBE = "unsubscribe"
    """[message id]"""
    BROWSER = "browser"
    """View in browser: [message id]"""
    CONFIRM = "confirm"
    """To a contact, who confirms a change that was asked for in the issuer's name: [proposal id, contact id]"""
    GRANT = "grant"
    """To an issuer's support address, where an earner's request was relayed to: [proposal id]"""
    UNDO = "undo"
    """In the receipt for a change: [id of the group of changes]"""
    CONFIRM_ADDRESS = "confirm-address"
    """To an address that an earner has named: [pending address id]"""
    STOP_ADDRESS = "stop-address"
    """To the address on record, which is told of it: [pending address id]"""
    UNLOCK = "unlock"
    """To the owner of a locked account, where earners may unlock it themselves: [account id, moment of the lock]"""
    ASK_UNLOCK = "ask-unlock"
    """The same where the issuer unlocks: passes the wish on to it. [account id, moment of the lock]"""
    INVITE = "invite"
    """To somebody who is to work in the console, and sets a first password with it: [member id, serial]"""
    MEMBER_PASSWORD = "member-password"
    """Asked for by a member of the console: [member id, serial]"""


LIFETIMES: dict[Purpose, timedelta] = {
    Purpose.FIRST_PASSWORD: timedelta(days=7),
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.NOT_ME: timedelta(days=365),
    Purpose.UNSUBSCRIBE: timedelta(days=365 * 5),
    Purpose.BROWSER: timedelta(days=90),
    Purpose.CONFIRM: timedelta(days=30),
    Purpose.GRANT: timedelta(days=30),
    Purpose.UNDO: timedelta(days=7),
    Purpose.CONFIRM_ADDRESS: timedelta(days=3),
    Purpose.STOP_ADDRESS: timedelta(days=30),
    Purpose.UNLOCK: timedelta(days=1),
    Purpose.ASK_UNLOCK: timedelta(days=30),
    Purpose.INVITE: timedelta(days=7),
    Purpose.MEMBER_PASSWORD: timedelta(hours=1),
}

Payload = list[str | int]


@dataclass(frozen=True)
class Genuine:
    """Ours, for this purpose, and in time."""

    payload: Payload
    minted_at: datetime


@dataclass(frozen=True)
class Expired:
    """Ours and for this purpose, but too old. The payload is genuine: it may be used to offer a new link, no more."""

    payload: Payload
    minted_at: datetime


@dataclass(frozen=True)
class Forged:
    """Not ours, not for this purpose, or damaged on the way."""


class LinkMaker:
    """Mints and unsigns links. `keys` run from the oldest to the newest: the newest signs, all of them unsign.

    A token is what itsdangerous's `URLSafeTimedSerializer(keys, salt)` writes and reads, but for its compression, which
    never makes these short payloads shorter. Minting stands on the way of every mail, so the key for each purpose is
    derived once and the steps of signing are written out here; reading is left to the library.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("links need at least one secret key")
        self._serializer = URLSafeSerializer(list(keys))
        self._signers = {purpose: TimestampSigner(list(keys), salt=salt_of(purpose)) for purpose in Purpose}
        self._keys = {purpose: signer.derive_key() for purpose, signer in self._signers.items()}

    def mint(self, purpose: Purpose, payload: Payload, now: datetime) -> str:
        """Return a URL-safe token for `purpose`, signed at `now` (to the second)."""
        content = base64_encode(_encode_json(payload))
        signed = content + _SEPARATOR + _encode_time(int(now.timestamp()))
        signature = base64_encode(hmac.digest(self._keys[purpose], signed, "sha1"))
        return (signed + _SEPARATOR + signature).decode("ascii")

    def unsign(self, purpose: Purpose, token: str, now: datetime) -> Genuine | Expired | Forged:
        """Tell what `token` is at `now`. Never raises on what a stranger may send."""
        if not token.isascii():
            return Forged()
        try:
            content, minted_at = self._signers[purpose].unsign(token, return_timestamp=True)
            payload = self._serializer.load_payload(content)
        except BadData:
            return Forged()
        if not isinstance(payload, list):
            return Forged()
        verdict = Expired if now - minted_at > LIFETIMES[purpose] else Genuine
        return verdict(payload, minted_at.astimezone(UTC))


def salt_of(purpose: Purpose) -> str:
    """Return the salt that keeps the links of one purpose apart from all others."""
    return f"badgepost/{purpose}"


_SEPARATOR = b"."
_encode_json = json.JSONEncoder(separators=(",", ":")).encode


@lru_cache(maxsize=4)
def _encode_time(second: int) -> bytes:
    return base64_encode(int_to_bytes(second))
