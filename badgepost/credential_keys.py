"""The keys that sign credentials: those in the settings, or a pair made at the first start and kept in `data_dir`.

Whoever holds one can attest anything in the name of every issuer here. One that is lost takes with it what every
verifier needs to believe the credentials that it signed, so a file that does not hold a whole key is refused.
"""

from pathlib import Path

from badgepost.key_files import keep_new_file
from badgepost.settings import Settings
from badges.openbadges.signing import PrivateKey
from mailer.keys import KeyType, make_key, parse_pem, to_pem

_OWN: tuple[tuple[str, KeyType], ...] = (("credentials-rsa.pem", "rsa"), ("credentials-ed25519.pem", "ed25519"))


class CredentialKeyError(Exception):
    """A file holds no key that can sign."""


def read_credential_keys(settings: Settings) -> list[PrivateKey]:
    """Return the keys, oldest first; makes and keeps one of each kind (mode 0600) if none is set.

    Raises `CredentialKeyError`, and `OSError` for a file that cannot be read or made.
    """
    if settings.credential_keys:
        return [_read_key(path) for path in settings.credential_keys]
    return [_read_own(settings.data_dir / name, kind) for name, kind in _OWN]


def _read_own(path: Path, kind: KeyType) -> PrivateKey:
    try:
        return _read_key(path)
    except FileNotFoundError:
        keep_new_file(path, to_pem(make_key(kind)))
        return _read_key(path)


def _read_key(path: Path) -> PrivateKey:
    key = parse_pem(path.read_bytes())
    if isinstance(key, str):
        raise CredentialKeyError(f"{path}: {key}")
    return key
