"""Settings: a TOML file and `BADGEPOST_…` variables, checked at start. docs/settings.md explains each.

Here belong names, defaults and what a value may be. A variable overrides the file; `__` goes one level down
(`BADGEPOST_LIMITS__DEFAULT__CONCURRENCY=4`). Every command reads the file that `BADGEPOST_CONFIG` or `--config`
names, else `badgepost.toml` in the current folder if there is one.
"""

import os
import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from badgepost.setting_groups import (
    DkimKeyFile,
    DomainLimit,
    Guides,
    Listener,
    Relay,
    Retry,
    Timeouts,
    Tracing,
    check_page,
)
from badges.accounts import LockoutPolicy
from wire.address import Address, parse_address

ApprovedByTwo = Literal["name_change", "email_change", "unlock", "revoke", "password_reset", "resend"]

CONFIG_VARIABLE = "BADGEPOST_CONFIG"
DEFAULT_CONFIG = Path("badgepost.toml")
LONGEST_NAME = 100
SHORTEST_KEY = 32
"""Characters of a key that signs links."""


_BASE_URL = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[A-Za-z0-9._~/-]*)?")
"""Everything that is put behind it must stay a path: no query, no fragment, no user name; hosts in ASCII."""
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9][0-9]{0,4}")
_HELO_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]*")


_OWN_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""This machine, and networks that nobody outside has (RFC 1918, RFC 4193)."""


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
    credential_keys: list[Path] = []
    """PEM files of keys that sign credentials, oldest first. Empty: made at the first start and kept in `data_dir`."""
    credential_algorithm: Literal["RS256", "EdDSA"] = "RS256"

    mail_domain: str = "badgepost.example"
    """The domain of `bounce+id@`, `reply+id@` and of Message-IDs."""
    service_name: str = "Badge support"
    """What the service calls itself where it speaks for no issuer."""
    login_page: str = ""
    """Where earners log in. Empty: at `base_url` and `/login`."""
    lockout: LockoutPolicy = LockoutPolicy.ISSUER
    """Who unlocks an account after ten failed logins: its issuer, or also its owner."""
    second_approval: list[ApprovedByTwo] = []
    """Kinds of change that support staff make only when two members have agreed."""
    guides: Guides = Guides()
    support_address: str = "support@badgepost.example"
    account_from: str = "badges@badgepost.example"
    notices_from: str = "notices@badgepost.example"
    feedback_id: str = "badgepost"

    transport: Literal["outbox", "smtp", "memory"] = "outbox"
    relays: list[Relay] = []
    helo_name: str = ""
    """What we call ourselves to a relay (RFC 5321 section 4.1.1.1). Empty: this machine's full name."""
    egress: list[IPv4Address | IPv6Address] = []
    """Addresses that mail leaves from towards receivers, for `badgepost doctor` to look up; behind a relay, its own."""
    limits: dict[str, DomainLimit] = {}
    """By recipient domain; `default` for all others."""
    retry: Retry = Retry()
    timeouts: Timeouts = Timeouts()
    unknown_account: Literal["resend", "hold"] = "resend"
    unknown_notices: Literal["resend", "hold"] = "hold"

    complaint_pause: float = Field(default=0.001, ge=0, lt=1)
    """The share of complaints at which a batch is paused; 0: never."""
    bounce_pause: float = Field(default=0.1, ge=0, lt=1)
    """The share of mails that bounced."""
    keep_raw_mail: int = Field(default=400, ge=0, le=36500)
    """Days for which the bytes of a mail that came in are kept after all is done; 0: for good."""

    dkim: list[DkimKeyFile] = []

    listener: Listener = Listener()
    authserv_id: str = ""
    """The mail server in front of us whose Authentication-Results are believed (RFC 8601 section 2.5); several with
    blanks or commas between them. Empty: we check senders ourselves."""
    authserv_peers: list[IPv4Network | IPv6Network] = [ip_network(network) for network in _OWN_NETWORKS]
    """From where that server hands mail over. What others bring we check ourselves, whatever stands in it."""
    arc_sealers: list[str] = []
    """Domains of forwarders whose ARC seals are believed (RFC 8617)."""

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65535)
    web_proxies: list[IPv4Network | IPv6Network] = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    """Networks of the reverse proxies whose X-Forwarded-For says where a visitor comes from."""
    workers: int = Field(default=1, ge=0, le=64)
    processors: int = Field(default=1, ge=0, le=64)
    hook_senders: int = Field(default=1, ge=0, le=16)
    """Processes of `badgepost serve` that post webhooks."""
    hooks_allow: list[IPv4Network | IPv6Network] = []
    """Networks that webhooks may go to besides the public internet; without TLS only to this machine."""
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning"] = "info"
    metrics: str = ""
    """Where Prometheus asks, `host:port`. Empty: nowhere."""
    tracing: Tracing = Tracing()
    readyz_allow: list[IPv4Network | IPv6Network] = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    """Networks that /readyz tells why it says no."""
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
            raise ValueError(f"not an email address: {parsed.reason}")
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
        return check_page(value)

    @field_validator("helo_name")
    @classmethod
    def _is_helo_name(cls, value: str) -> str:
        if not _HELO_NAME.fullmatch(value):
            raise ValueError("must be a host name, or an address in square brackets")
        return value

    @field_validator("metrics")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        if value and (not _HOST_AND_PORT.fullmatch(value) or int(value.rpartition(":")[2]) > 65535):
            raise ValueError("must be empty, or an address and a port such as 127.0.0.1:9464")
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

    def metrics_address(self) -> tuple[str, int] | None:
        """Return host and port where metrics are served; None for nowhere."""
        host, _, port = self.metrics.rpartition(":")
        return (host.strip("[]"), int(port)) if port else None

    def outbox_dir(self) -> Path:
        """Return the folder of the local outbox."""
        return self.data_dir / "outbox"

    def url_of_database(self) -> str:
        """Return the SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'badgepost.db').absolute()}"


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
