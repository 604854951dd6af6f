"""What the pages are given from outside: the acts' office, the clock, and where they stand.

Here belong the values that `create_app` takes. Nothing in `web` reads settings, the environment or the clock itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from desk.office import Office
from inbound.authentication.dns import Lookup
from inbound.authentication.proof import Trust
from web.operation import Operation

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Place:
    """Where the service stands. Every absolute URL starts here and never with a request's Host header.

    `base_url` has no slash at its end; it may have a path, which a reverse proxy takes off.
    """

    base_url: str
    support_address: str

    @property
    def root(self) -> str:
        """The path that every link within the pages starts with: empty, or for example `/badges`."""
        return urlsplit(self.base_url).path

    @property
    def origin(self) -> str:
        """Scheme, host and port as browsers write them (RFC 6454 section 6.2): in lower case, no port that is usual."""
        parts = urlsplit(self.base_url.lower())
        usual = {"http": ":80", "https": ":443"}[parts.scheme]
        return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"

    @property
    def host(self) -> str:
        """The host name without its port, in lower case."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """Whether browsers on this machine alone come here."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def is_https(self) -> bool:
        """Whether browsers are to insist on TLS."""
        return urlsplit(self.base_url).scheme == "https"


@dataclass(frozen=True)
class Judging:
    """What a mail is tried with on the pages of the rules."""

    shipped: str
    """The rules file that the program brings: version 0."""
    trust: Trust
    """Whose word about senders counts."""
    lookup: Lookup
    """The way to the DNS."""


@dataclass(frozen=True)
class WebService:
    """Everything that the pages stand on."""

    office: Office
    """What the acts work with: database, signed links, templates of mails, site."""
    support_address: str
    clock: Clock
    templates: Path
    """The folder of page templates (`templates/pages`)."""
    judging: Judging
    operation: Operation
    """What an operator sees: keys, settings, health."""
    outbox: Path | None = None
    """The folder of the local outbox; None: mail goes elsewhere, and there is no outbox page."""

    @cached_property
    def place(self) -> Place:
        """Where the service stands."""
        return Place(self.office.site.base_url, self.support_address)
