"""Settings: a TOML file and `BADGEPOST_…` variables, checked at start. docs/settings.md explains each.

Here belong names, defaults and what a value may be. A variable overrides the file; `__` goes one level down
(`BADGEPOST_LIMITS__DEFAULT__CONCURRENCY=4`). Every command reads the file that `BADGEPOST_CONFIG` or `--config`
names, else `badgepost.toml` in the current folder if there is one.
"""

import os
import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from wire.address import Address, parse_address

CONFIG_VARIABLE = "BADGEPOST_CONFIG"
DEFAULT_CONFIG = Path("badgepost.toml")
LONGEST_NAME = 100
SHORTEST_KEY = 32
"""Characters of a key that signs links."""


_BASE_URL = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[A-Za-z0-9._~/-]*)?")
"""Everything that is put behind it must stay a path: no query, no fragment, no user name; hosts in ASCII."""
_PAGE_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!#-;=?-~]*)?")
"""The address of somebody else's page: printable ASCII without quotes, blanks and angle brackets."""
_HELO_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]*")


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


class Guides(_Part):
    """Web pages of the operator's own that answers lead to. An answer says nothing of one that is not there."""

    logging_in: str = ""
    managing_badges: str = ""
    sharing: str = ""

    @field_validator("logging_in", "managing_badges", "sharing")
    @classmethod
    def _is_page(cls, value: str) -> str:
        return _check_page(value)


class Settings(BaseSettings):
    """All settings in force."""

    model_config = SettingsConfigDict(env_prefix="BADGEPOST_", env_nested_delimiter="__", extra="forbid")

    data_dir: Path = Path("var")
    database_url: str = ""
    """Empty: SQLite at `data_dir/badgepost.db`."""
    base_url: str = "http://127.0.0.1:8000"
    """Where the links in the mails lead. Never taken from a request."""
    secret_keys: list[SecretStr] = []
    """Keys that sign links, oldest first. Empty: one is made at the first start and kept in `data_dir`."""

    mail_domain: str = "badgepost.example"
    """The domain of `bounce+id@`, `reply+id@` and of Message-IDs."""
    service_name: str = "Badge support"
    """What the service calls itself where it speaks for no issuer."""
    login_page: str = ""
    """Where earners log in. Empty: `base_url`."""
    guides: Guides = Guides()
    support_address: str = "support@badgepost.example"
    account_from: str = "badges@badgepost.example"
    notices_from: str = "notices@badgepost.example"
    feedback_id: str = "badgepost"

    transport: Literal["outbox", "smtp", "memory"] = "outbox"
    relays: list[Relay] = []
    helo_name: str = ""
    """What we call ourselves to a relay (RFC 5321 section 4.1.1.1). Empty: this machine's full name."""
    limits: dict[str, DomainLimit] = {}
    """By recipient domain; `default` for all others."""
    retry: Retry = Retry()
    timeouts: Timeouts = Timeouts()
    unknown_account: Literal["resend", "hold"] = "resend"
    unknown_notices: Literal["resend", "hold"] = "hold"

    dkim: list[DkimKeyFile] = []

    listener: Listener = Listener()
    authserv_id: str = ""
    """The mail server in front of us whose Authentication-Results are believed (RFC 8601 section 2.5); several with
    blanks or commas between them. Empty: we check senders ourselves."""
    arc_sealers: list[str] = []
    """Domains of forwarders whose ARC seals are believed (RFC 8617)."""

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=0, le=64)
    processors: int = Field(default=1, ge=0, le=64)
    log_format: Literal["console", "json"] = "console"
    chromium: str | None = None
    """The browser that `preview` takes pictures with. Empty: the first of chromium, chromium-browser, google-chrome."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=find_config())

    @field_validator("support_address", "account_from", "notices_from")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parsed = parse_address(value)
        if not isinstance(parsed, Address):
            raise ValueError(f"not an e-mail address: {parsed.reason}")
        return value

    @field_validator("service_name")
    @classmethod
    def _is_name(cls, value: str) -> str:
        name = value.strip()
        if not name or not name.isprintable() or len(name) > LONGEST_NAME:
            raise ValueError(f"must be 1 to {LONGEST_NAME} characters in one line")
        return name

    @field_validator("login_page")
    @classmethod
    def _is_page(cls, value: str) -> str:
        return _check_page(value)

    @field_validator("helo_name")
    @classmethod
    def _is_helo_name(cls, value: str) -> str:
        if not _HELO_NAME.fullmatch(value):
            raise ValueError("must be a host name, or an address in square brackets")
        return value

    @field_validator("mail_domain")
    @classmethod
    def _is_domain(cls, value: str) -> str:
        parsed = parse_address(f"postmaster@{value}")
        if not isinstance(parsed, Address):
            raise ValueError(f"not a domain: postmaster@{value} {parsed.reason}")
        return parsed.domain

    @field_validator("feedback_id")
    @classmethod
    def _is_feedback_part(cls, value: str) -> str:
        # Google's Feedback-ID: four parts between colons, the last one 5 to 15 characters long.
        if not re.fullmatch(r"[A-Za-z0-9._-]{5,15}", value):
            raise ValueError("must be 5 to 15 letters, digits, dots, hyphens or underscores")
        return value

    @field_validator("secret_keys")
    @classmethod
    def _are_long(cls, keys: list[SecretStr]) -> list[SecretStr]:
        # They sign links that open accounts; whoever guesses one holds them all.
        if any(len(key.get_secret_value()) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a key is shorter than {SHORTEST_KEY} characters; `openssl rand -base64 32` makes one")
        return keys

    @field_validator("base_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// (or http:// for a trial on this machine)")
        if not _BASE_URL.fullmatch(value) or not _has_port(value):
            raise ValueError("must be a host, perhaps a port and a path, such as https://badges.school.example")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _relays_for_smtp(self) -> Self:
        if self.transport == "smtp" and not self.relays:
            raise ValueError('transport = "smtp" needs at least one [[relays]] with a host')
        names = [relay.name for relay in self.relays]
        if len(set(names)) < len(names):
            raise ValueError("two relays bear the same name; give each its own")
        return self

    def authserv_ids(self) -> tuple[str, ...]:
        """Return the servers whose Authentication-Results are believed."""
        return tuple(self.authserv_id.replace(",", " ").split())

    def outbox_dir(self) -> Path:
        """Return the folder of the local outbox."""
        return self.data_dir / "outbox"

    def url_of_database(self) -> str:
        """Return the SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'badgepost.db').absolute()}"


def _check_page(value: str) -> str:
    if value and not _PAGE_URL.fullmatch(value):
        raise ValueError("must be empty or a web address that starts with https:// (or http:// for a trial)")
    return value


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def find_config() -> Path | None:
    """Return the settings file to read, or None. Raises `FileNotFoundError` if the one that is named is missing."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        path = Path(named)
        if not path.is_file():
            raise FileNotFoundError(f"{CONFIG_VARIABLE} names {named}, which is not there")
        return path
    return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None
