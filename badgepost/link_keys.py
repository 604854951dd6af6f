"""The keys that sign links: those in the settings, or one that is made at the first start and kept in `data_dir`.

Whoever knows or guesses one can open every account, so a file that does not hold a whole key is refused, never used.
"""

import secrets
from pathlib import Path

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
    path = settings.data_dir / "secret.key"
    try:
        return [_read_key(path)]
    except FileNotFoundError:
        keep_new_file(path, secrets.token_urlsafe(SHORTEST_KEY).encode("ascii"))
        return [_read_key(path)]


def _read_key(path: Path) -> str:
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY or not key.isascii():
        raise KeyFileError(
            f"{path} holds no key of at least {SHORTEST_KEY} characters; restore it, or remove it: "
            "another one is made then, and links that are under way stop working"
        )
    return key.decode("ascii")
