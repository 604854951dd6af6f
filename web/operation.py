"""What an operator sees of the running service: keys, settings in force, findings about its health.

Here belong the values. The program that knows settings and files makes them (`badgepost.operating`); `web` asks for
them through `needs.WebService`. None of them holds a secret.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network


class KeyUse(StrEnum):
    """What a key is for."""

    DKIM = "dkim"
    CREDENTIALS = "credentials"
    LINKS = "links"


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key without its private part."""

    use: KeyUse
    name: str
    """Selector and domain, the key's published id, or its place in the list."""
    algorithm: str
    fingerprint: str
    """SHA-256 of the public key (RFC 5280 section 4.2.1.2's form apart), or of what only the key gives."""
    made_at: datetime | None = None
    """When its file was written, as far as there is one."""
    signs: bool = True
    """Whether it signs what is made now; others are kept for what they have signed."""
    record: tuple[str, str] | None = None
    """Name and value of the TXT record that belongs into the DNS."""
    fault: str = ""
    """Why it cannot be used, or what is wrong with its file."""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting in force."""

    name: str
    """As docs/settings.md has it, such as `relays[0].host`."""
    value: str
    """In the form of the settings file; secrets masked."""
    is_default: bool
    is_secret: bool = False


class Verdict(StrEnum):
    """What came of a check."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """It cannot be told from here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. What it means, and what to do, the pages say by its name and verdict."""

    check: str
    verdict: Verdict
    told: Mapping[str, str] = field(default_factory=dict)
    """Values for the words."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests should come to this process."""

    is_ready: bool
    checks: Mapping[str, str]
    """A word on each: `ok`, or why not, without names or numbers."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What the pages of operation ask."""

    list_keys: Callable[[], Sequence[ShownKey]]
    list_settings: Callable[[], Sequence[ShownSetting]]
    check_health: Callable[[datetime], Sequence[Finding]]
    check_ready: Callable[[], Readiness]
    """Quick, and safe to be asked often."""
    readyz_allow: Sequence[IPv4Network | IPv6Network] = ()
    """Networks that are told more than yes or no."""
