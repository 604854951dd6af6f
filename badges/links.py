"""Signed links: what a URL in a mail allows its bearer to ask for.

Here belong purposes, their salts and lifetimes, and signing and unsigning. What happens when a link is used stands in
`desk`; that GET changes nothing and POST acts, in `web`. Time is passed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner


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


LIFETIMES: dict[Purpose, timedelta] = {
    Purpose.FIRST_PASSWORD: timedelta(days=7),
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.NOT_ME: timedelta(days=365),
    Purpose.UNSUBSCRIBE: timedelta(days=365 * 5),
    Purpose.BROWSER: timedelta(days=90),
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


class _Signer(TimestampSigner):
    """itsdangerous reads the clock itself; here the moment is an argument, so that a mail can be made again."""

    now: int = 0

    def get_timestamp(self) -> int:
        return self.now


class LinkMaker:
    """Mints and unsigns links. `keys` run from the oldest to the newest: the newest signs, all of them unsign."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("links need at least one secret key")
        self._serializers = {
            purpose: URLSafeTimedSerializer(list(keys), salt=f"badgepost/{purpose}", signer=_Signer)
            for purpose in Purpose
        }
        self._signers = {
            purpose: serializer.make_signer(serializer.salt) for purpose, serializer in self._serializers.items()
        }

    def mint(self, purpose: Purpose, payload: Payload, now: datetime) -> str:
        """Return a URL-safe token for `purpose`, signed at `now` (to the second)."""
        signer = self._signers[purpose]
        signer.now = int(now.timestamp())  # type: ignore[attr-defined]
        signed = signer.sign(self._serializers[purpose].dump_payload(payload))
        return signed.decode("ascii")

    def unsign(self, purpose: Purpose, token: str, now: datetime) -> Genuine | Expired | Forged:
        """Tell what `token` is at `now`. Never raises on what a stranger may send."""
        signer = self._serializers[purpose].make_signer(self._serializers[purpose].salt)
        signer.now = int(now.timestamp())  # type: ignore[attr-defined]
        age = LIFETIMES[purpose].total_seconds()
        try:
            value, minted_at = signer.unsign(token, max_age=int(age), return_timestamp=True)  # type: ignore[call-overload]
        except SignatureExpired as late:
            if late.payload is None or late.date_signed is None:
                return Forged()
            return self._read(purpose, late.payload, late.date_signed, Expired)
        except BadSignature:
            return Forged()
        return self._read(purpose, value, minted_at, Genuine)

    def _read(
        self, purpose: Purpose, value: bytes, minted_at: datetime, verdict: type[Genuine] | type[Expired]
    ) -> Genuine | Expired | Forged:
        try:
            payload = self._serializers[purpose].load_payload(value)
        except BadSignature:
            return Forged()
        if not isinstance(payload, list):
            return Forged()
        return verdict(payload, minted_at.astimezone(UTC))
