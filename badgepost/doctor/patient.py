"""What the checks look at: settings, the database as it is, the way to the DNS; opened without changing anything.

Here belongs what many checks need, and saying why it is not there. What is wrong with it is told by the check whose
subject it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from badgepost.database import pending_revision
from badgepost.opening import connect, read_dkim_keys
from badgepost.refusal import Refusal
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service
from inbound.authentication.dns import Lookup
from mailer.dkim import Signer
from mailer.lint.mail import is_reserved
from wire.address import Address, parse_address

Egress = tuple[IPv4Address | IPv6Address, ...]


class CannotKnowError(Exception):
    """What a check needs is not there; the words say why, and `remedy` what helps."""

    def __init__(self, seen: str, remedy: str = "") -> None:
        super().__init__(seen)
        self.seen = seen
        self.remedy = remedy


@dataclass(frozen=True, eq=False)
class Patient:
    """An installation, as it is looked at."""

    settings: Settings
    lookup: Lookup
    clock: Callable[[], datetime]
    egress: Egress = ()
    """The addresses that mail leaves from towards receivers."""
    seconds: float = 20.0
    """What one check may take."""
    given: Service | None = None
    """The service, where it is open already."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def sends(self) -> bool:
        """Whether mail leaves at all."""
        return self.settings.transport == "smtp"

    @property
    def patience(self) -> float:
        """Seconds for one answer of another server: several of them make a check."""
        return self.seconds / 3

    @cached_property
    def database_file(self) -> Path | None:
        """The file of SQLite; None for another database, or one in memory."""
        url = make_url(self.settings.url_of_database())
        if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
            return None
        return Path(str(url.database))

    @property
    def engine(self) -> Engine:
        """An engine on the database, of whatever revision. Raises `CannotKnowError` where there is none."""
        engine, _ = self._opened
        if isinstance(engine, CannotKnowError):
            raise engine
        return engine

    @property
    def service(self) -> Service:
        """The service. Raises `CannotKnowError` where its database is not ready: nothing is made ready here."""
        _, service = self._opened
        if isinstance(service, CannotKnowError):
            raise CannotKnowError(service.seen, "see the check “database”")
        return service

    @property
    def why_unready(self) -> CannotKnowError | None:
        """What keeps the service from being looked at; None: nothing does."""
        _, service = self._opened
        return service if isinstance(service, CannotKnowError) else None

    @cached_property
    def signer(self) -> Signer:
        """What signs mails. Raises `CannotKnowError` where a key cannot be read."""
        try:
            return Signer(read_dkim_keys(self.settings))
        except Refusal as refusal:
            raise CannotKnowError(refusal.lines[0], "see the check “dkim”") from refusal

    @property
    def from_domains(self) -> tuple[str, ...]:
        """The domains of the From fields, lower case, each once."""
        return tuple(dict.fromkeys(map(domain_of, (self.settings.account_from, self.settings.notices_from))))

    def refuse_example(self, domain: str) -> None:
        """Raise `CannotKnowError` for a name that is nobody's while no mail leaves: the DNS knows nothing of it."""
        if not self.sends and is_reserved(domain):
            raise CannotKnowError(f"{domain} is an example name that no DNS knows", "set your own before mail leaves")

    @property
    def _opened(self) -> tuple[Engine | CannotKnowError, Service | CannotKnowError]:
        with self._lock:  # checks run side by side, and it is to be opened once
            return self._made

    @cached_property
    def _made(self) -> tuple[Engine | CannotKnowError, Service | CannotKnowError]:
        if self.given is not None:
            return self.given.engine, self.given
        try:
            engine = self._connect()
            found, needed = pending_revision(engine)
        except CannotKnowError as fault:
            return fault, fault
        except SQLAlchemyError as fault:
            words = str(getattr(fault, "orig", None) or type(fault).__name__).splitlines()[0]
            away = CannotKnowError(f"the database does not answer: {words}", "look whether it runs; see database_url")
            return away, away
        if found != needed:
            words = f"the database is of revision {found}, this program needs {needed}"
            return engine, CannotKnowError(words, "stop the service, make a backup, then badgepost migrate")
        try:
            return engine, open_service(self.settings)
        except Refusal as refusal:
            return engine, CannotKnowError(refusal.lines[0], "mend what it says: nothing starts before")

    def _connect(self) -> Engine:
        file = self.database_file
        if file is not None and not file.exists():
            raise CannotKnowError(f"there is no database at {file}", "badgepost migrate makes one; data_dir says where")
        try:
            return connect(self.settings)
        except Refusal as refusal:
            raise CannotKnowError(refusal.lines[0]) from refusal


def domain_of(address: str) -> str:
    """Return the domain of an address in the settings, as the DNS is asked for it."""
    parsed = parse_address(address)
    assert isinstance(parsed, Address), "settings are checked when they are read"
    return parsed.domain.lower()
