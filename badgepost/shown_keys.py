"""The keys in force, for people: what each is for, its algorithm, its fingerprint, its age; never a private part."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from badgepost.credential_keys import CredentialKeyError, read_credential_keys
from badgepost.link_keys import KeyFileError, path_of_keys, read_secret_keys
from badgepost.settings import Settings
from mailer.dkim import PrivateKey
from mailer.keys import KeyFault, load_key, record_name, record_value, warn_of_readers
from web.operation import KeyUse, ShownKey

_OWN_CREDENTIALS = ("credentials-rsa.pem", "credentials-ed25519.pem")


def list_keys(settings: Settings) -> list[ShownKey]:
    """Return every key that the settings name, or that was made at the first start."""
    return [*_list_dkim(settings), *_list_credentials(settings), *_list_links(settings)]


def _list_dkim(settings: Settings) -> Iterator[ShownKey]:
    for file in settings.dkim:
        name = record_name(file.selector, file.domain)
        loaded = load_key(file.file, file.selector, file.domain)
        if isinstance(loaded, KeyFault):
            yield ShownKey(KeyUse.DKIM, name, "", "", signs=False, fault=loaded.reason)
            continue
        key = loaded.key.private_key
        yield ShownKey(
            KeyUse.DKIM,
            name,
            _name_algorithm(key),
            _fingerprint(key),
            _age(file.file),
            record=(name, record_value(key)),
            fault=loaded.warning or "",
        )


def _list_credentials(settings: Settings) -> Iterator[ShownKey]:
    files = settings.credential_keys or [settings.data_dir / name for name in _OWN_CREDENTIALS]
    try:
        keys = read_credential_keys(settings)
    except (CredentialKeyError, OSError) as error:
        yield ShownKey(KeyUse.CREDENTIALS, "", "", "", signs=False, fault=str(error))
        return
    wanted = "rsa" if settings.credential_algorithm == "RS256" else "ed25519"
    signing = [key for key in keys if _name_algorithm(key).startswith(wanted)][-1:]
    for key, file in zip(keys, files, strict=True):
        fault = warn_of_readers(file) or ""
        name, is_signing = file.name, any(key is one for one in signing)
        yield ShownKey(
            KeyUse.CREDENTIALS, name, _name_algorithm(key), _fingerprint(key), _age(file), is_signing, fault=fault
        )


def _list_links(settings: Settings) -> Iterator[ShownKey]:
    file = None if settings.secret_keys else path_of_keys(settings)
    try:
        keys = read_secret_keys(settings)
    except (KeyFileError, OSError) as error:
        yield ShownKey(KeyUse.LINKS, "", "", "", signs=False, fault=str(error))
        return
    for number, key in enumerate(keys, start=1):
        # Of what the key makes, and 32 bits of it: enough to tell two machines' keys apart, no help in guessing one.
        fingerprint = hmac.digest(key.encode(), b"badgepost fingerprint", "sha256").hex()[:8]
        name = file.name if file else f"secret_keys[{number - 1}]"
        age = _age(file) if file else None
        yield ShownKey(KeyUse.LINKS, name, "HMAC", fingerprint, age, signs=number == len(keys))


def _name_algorithm(key: PrivateKey) -> str:
    return f"rsa {key.key_size}" if isinstance(key, RSAPrivateKey) else "ed25519"


def _fingerprint(key: PrivateKey) -> str:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def _age(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
