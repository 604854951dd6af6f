"""Secrets that must be read again: kept sealed, so that a leaked backup alone opens nothing.

Here belongs sealing a text and opening it. Whose secret it is (a second factor, a webhook's key) stands with the tables
that keep it; what never has to be read again (passwords, tokens) is hashed and not sealed.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"badgepost vault 1"


class SealBrokenError(Exception):
    """What was kept was not sealed with any of our keys: the keys were lost, or the row was changed."""


class Vault:
    """Seals with the newest of `keys`, the service's secret keys from oldest to newest, and opens with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a vault needs at least one secret key")
        every = [Fernet(_derive_key(key)) for key in reversed(keys)]
        self._newest, self._fernet = every[0], MultiFernet(every)

    def seal(self, secret: str) -> str:
        """Return `secret` as it may be kept: AES-128-CBC with HMAC-SHA256 (the Fernet format)."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return what was sealed. Raises `SealBrokenError`."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealBrokenError from error

    def seal_anew(self, sealed: str) -> str | None:
        """Return what was sealed with an older key, sealed with the newest; None: it is. Raises `SealBrokenError`."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None


def _derive_key(key: str) -> bytes:
    # RFC 5869: links are signed with the same secret, and neither key says anything of the other.
    return urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(key.encode()))
