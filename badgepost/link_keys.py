"""The keys that sign links: those in the settings, or one that is made at the first start and kept in `data_dir`.

Whoever knows or guesses one can open every account, so a file that does not hold whole keys is refused, never used.

A new key comes in two steps, because processes are started again one after the other: first all must know it, then it
may sign. Meanwhile it lies in a file of its own.
"""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from badgepost.key_files import keep_new_file
from badgepost.settings import SHORTEST_KEY, Settings


class KeyFileError(Exception):
    """The file holds no key."""


def read_secret_keys(settings: Settings) -> list[str]:
    """Return the keys that sign links, oldest first; makes and keeps one (mode 0600) if none is set.

    Raises `KeyFileError`, and `OSError` for a file that cannot be read or made.
    """
    if settings.secret_keys:
        return [key.get_secret_value() for key in settings.secret_keys]
    path = path_of_keys(settings)
    # First: it may be about to join the others.
    coming = _read_coming(settings)
    try:
        return [*coming, *_read_keys(path)]
    except FileNotFoundError:
        keep_new_file(path, make_secret_key().encode("ascii"))
        return [*coming, *_read_keys(path)]


def announce_key(settings: Settings) -> bool:
    """Let a new key be known to every process that starts from now on, without signing; False: one is already."""
    if _read_coming(settings):
        return False
    keep_new_file(_path_of_coming(settings), make_secret_key().encode("ascii"))
    return True


def promote_key(settings: Settings) -> None:
    """Let the key that was announced sign, in every process that starts from now on. Safe to repeat."""
    path = path_of_keys(settings)
    keys = list(dict.fromkeys([*_read_keys(path), *_read_coming(settings)]))
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}-", delete=False) as file:  # mode 0600
        file.write("\n".join(keys).encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    _path_of_coming(settings).unlink(missing_ok=True)


def has_announced_key(settings: Settings) -> bool:
    """Tell whether a key is known that does not sign yet."""
    return bool(_read_coming(settings))


def when_announced(settings: Settings) -> datetime:
    """Return since when the key that does not sign yet is known to whoever starts. Raises `FileNotFoundError`."""
    return datetime.fromtimestamp(_path_of_coming(settings).stat().st_mtime, UTC)


def make_secret_key() -> str:
    """Return a new key."""
    return secrets.token_urlsafe(SHORTEST_KEY)


def path_of_keys(settings: Settings) -> Path:
    """Return the file of the keys that the settings do not name: one a line, oldest first."""
    return settings.data_dir / "secret.key"


def _path_of_coming(settings: Settings) -> Path:
    return settings.data_dir / "secret.key.next"


def _read_coming(settings: Settings) -> list[str]:
    try:
        return _read_keys(_path_of_coming(settings))
    except FileNotFoundError:
        return []


def _read_keys(path: Path) -> list[str]:
    lines = path.read_bytes().split()
    if not lines or any(len(key) < SHORTEST_KEY or not key.isascii() for key in lines):
        raise KeyFileError(
            f"{path} holds no key of at least {SHORTEST_KEY} characters; restore it, or remove it: "
            "another one is made then, and links that are under way stop working"
        )
    return [key.decode("ascii") for key in lines]
