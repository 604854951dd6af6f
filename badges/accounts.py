"""An earner's way in: what a password must be, how it is kept, and which password link still opens the form.

Pure but for the hashing, which draws a salt and waits for its turn. Rows stand in `tables`, signing of links in
`links`, the acts in `desk.passwords` and `desk.accounts`.

Serial numbers make links single-use without keeping the links: an account counts the links minted for it
(`link_serial`, only the newest opens) and remembers the highest that set a password (`link_spent_serial`).
"""

import unicodedata
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 12
"""Characters. The link proves the mailbox, so a password that is chosen after it is one of two safeguards."""

LONGEST_PASSWORD = 256
"""Characters: argon2 hashes any length, and a stranger must not be able to make us hash megabytes."""

_HASHER = PasswordHasher()
"""argon2id with the parameters of RFC 9106 section 4, second recommended option (64 MiB, 3 passes)."""

_HASHING = BoundedSemaphore(4)
"""Hashes at a time in this process: each takes 64 MiB, and strangers must not make us take them forty times at once."""


class LockoutPolicy(StrEnum):
    """Who opens an account that too many failed logins have locked. Staff can in any case."""

    ISSUER = "issuer"
    EARNER = "earner"
    """Also its owner, by a link in a mail or by setting a new password."""


@dataclass(frozen=True)
class PasswordFault:
    """Why a password is not taken, in words for the person who chose it. `code` names it for translation."""

    code: str
    reason: str


@dataclass(frozen=True)
class LinkLive:
    """The newest link, unused and in time."""


@dataclass(frozen=True)
class LinkSpent:
    """A password has been set with it."""


@dataclass(frozen=True)
class LinkVoid:
    """A newer link has taken its place."""


LinkVerdict = LinkLive | LinkSpent | LinkVoid


def judge_serial(serial: int, link_serial: int, link_spent_serial: int) -> LinkVerdict:
    """Tell what the link with number `serial` is worth to an account with these two counters.

    A serial that the account never reached is void too: a database that was restored from a copy has forgotten it.
    """
    if serial <= link_spent_serial:
        return LinkSpent()
    return LinkLive() if serial == link_serial else LinkVoid()


def judge_password(password: str, *own_words: str) -> PasswordFault | None:
    """Return why `password` cannot be taken, or None. `own_words` are the user name and the person's name."""
    text = unicodedata.normalize("NFKC", password)
    if len(text) < SHORTEST_PASSWORD:
        return PasswordFault("short", f"Choose at least {SHORTEST_PASSWORD} characters.")
    if len(text) > LONGEST_PASSWORD:
        return PasswordFault("long", f"Choose at most {LONGEST_PASSWORD} characters.")
    folded = _fold(text)
    if folded in {_fold(word) for word in _with_local_parts(own_words)}:
        return PasswordFault("own", "Choose something other than your name or address.")
    if len(set(folded)) < 5 or folded in _common_passwords():
        return PasswordFault("common", "This password is among the first that are tried. Choose another.")
    return None


def hash_password(password: str) -> str:
    """Return the argon2id hash to keep. Takes some 50 ms and 64 MiB on purpose: never hold a lock meanwhile."""
    with _HASHING:
        return _HASHER.hash(_encode(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Tell whether `password_hash` was made from `password`. False, too, if the hash cannot be read.

    None, for an account without a password or no account at all, is never right and takes as long (OWASP
    Authentication Cheat Sheet): the time tells nobody who has an account.
    """
    if len(password) > LONGEST_PASSWORD * 4:
        return False
    try:
        with _HASHING:
            return _HASHER.verify(password_hash or _NOBODYS, _encode(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's. Such a one is made anew at the next log-in."""
    return _HASHER.check_needs_rehash(password_hash)


def _encode(password: str) -> bytes:
    """Return the same bytes however a password was typed: full-width, or with accents of their own (NFKC)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _write_hash_of_nobody() -> str:
    """Return a hash with today's parameters that no known text has: salt and digest are all zeroes."""
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (_HASHER.salt_len, _HASHER.hash_len))
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


_NOBODYS = _write_hash_of_nobody()


def _with_local_parts(words: tuple[str, ...]) -> tuple[str, ...]:
    return words + tuple(word.partition("@")[0] for word in words if "@" in word)


def _fold(text: str) -> str:
    """Take away what people add to a common password so that it passes: case, spaces, digits and signs around it."""
    return "".join(text.casefold().split()).strip("0123456789!?.,-_*#$@&+")


@cache
def _common_passwords() -> frozenset[str]:
    lines = files("badges").joinpath("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset({_fold(line) for line in lines if line and not line.startswith("#")} | {""})
