"""Settings that belong together, each group a table of the settings file. docs/settings.md explains them.

Here belong the groups, with defaults and what a value may be. Where they are read from, and the settings that stand
alone, is said in `settings`.
"""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_PAGE_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!#-;=?-~]*)?")
"""The address of somebody else's page: printable ASCII without quotes, blanks and angle brackets."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Relay(_Part):
    """A next hop that takes our mail."""

    name: str = "relay"
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    """Certificates to trust instead of the system's, for a relay with a certificate of its own making."""
    user: str | None = None
    password: SecretStr | None = None
    connections: int = Field(default=8, ge=1, le=500)
    messages_per_connection: int = Field(default=500, ge=1)
    rate: float | None = Field(default=None, gt=0)
    """Messages a second, over all connections of one worker."""


class DomainLimit(_Part):
    """How fast mail for one recipient domain may leave one worker."""

    concurrency: int | None = Field(default=None, ge=1)
    rate: float | None = Field(default=None, gt=0)


class Retry(_Part):
    """When a deferred message is tried again."""

    first: timedelta = Field(default=timedelta(minutes=5), gt=timedelta(0))
    factor: float = Field(default=2.0, ge=1)
    longest: timedelta = Field(default=timedelta(hours=6), gt=timedelta(0))
    give_up_after: timedelta = Field(default=timedelta(days=3), gt=timedelta(0))


class Timeouts(_Part):
    """Seconds that a relay may take (RFC 5321 section 4.5.3.2 gives the defaults of `command` and `reply`)."""

    connect: float = Field(default=30, gt=0)
    command: float = Field(default=300, gt=0)
    reply: float = Field(default=600, gt=0)
    idle: float = Field(default=10, gt=0)
    """How long a connection waits for another message before it is closed."""


class DkimKeyFile(_Part):
    """A private key that signs, as `badgepost keys new` made it."""

    selector: str
    domain: str
    file: Path


class ListenerLimits(_Part):
    """What one client, and all of them together, may take (`inbound.listener.limits`)."""

    connections: int = Field(default=500, ge=1)
    connections_per_address: int = Field(default=50, ge=0)
    commands: int = Field(default=1000, ge=10)
    errors: int = Field(default=20, ge=1)
    recipients: int = Field(default=100, ge=100)
    """RFC 5321 section 4.5.3.1.8 asks for no less."""
    message_bytes: int = Field(default=25 << 20, ge=64 << 10)
    bytes_in_flight: int = Field(default=256 << 20, ge=64 << 10)
    idle_seconds: float = Field(default=300, gt=0, allow_inf_nan=False)
    transaction_seconds: float = Field(default=900, gt=0, allow_inf_nan=False)
    proxy_seconds: float = Field(default=10, gt=0, allow_inf_nan=False)


class Listener(_Part):
    """Where and how mail to us is taken."""

    enabled: bool = True
    """`badgepost serve` starts it."""
    host: str = "127.0.0.1"
    port: int = Field(default=2525, ge=0, le=65535)
    protocol: Literal["smtp", "lmtp"] = "smtp"
    tls_certificate: Path | None = None
    """PEM, the chain with the own certificate first. None: STARTTLS is not offered."""
    tls_key: Path | None = None
    """PEM. None: it stands in the same file as the certificate."""
    proxies: list[IPv4Network | IPv6Network] = []
    """Networks that must begin with a PROXY header (v1 or v2); nobody else may."""
    limits: ListenerLimits = ListenerLimits()


class Tracing(_Part):
    """Where traces of mails go (OpenTelemetry); docs/monitoring.md."""

    endpoint: str = ""
    """Empty: nowhere, and nothing of OpenTelemetry is loaded."""
    ratio: float = Field(default=0.01, ge=0, le=1)
    """The share of mails that are traced."""

    @field_validator("endpoint")
    @classmethod
    def _is_page(cls, value: str) -> str:
        return check_page(value)


class Guides(_Part):
    """Web pages of the operator's own that answers lead to. An answer says nothing of one that is not there."""

    logging_in: str = ""
    managing_badges: str = ""
    sharing: str = ""

    @field_validator("logging_in", "managing_badges", "sharing")
    @classmethod
    def _is_page(cls, value: str) -> str:
        return check_page(value)


def check_page(value: str) -> str:
    """Return the address of a page, or an empty text. Raises `ValueError` for anything else."""
    if value and not _PAGE_URL.fullmatch(value):
        raise ValueError("must be empty or a web address that starts with https:// (or http:// for a trial)")
    return value
