"""The rules in force: published versions in the database, and each process's own copy of the newest.

Here belongs keeping them. A published version is never changed; rolling back publishes an older content once more. What
a file must be to be published stands in `inbound.rules`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from badges.transactions import reading
from desk.members.audit import Act, Actor, Subject, note_act
from inbound.rules.deciding import RuleSet
from inbound.rules.faults import Refused
from inbound.rules.loading import load_rules
from inbound.tables import RulesVersion

LOOK_SECONDS = 2.0
"""How old a process's idea of the newest version may be."""
_TRIES = 20
"""How often a number is tried for: so many would have to publish at the same moment."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A file is in force."""

    number: int
    is_new: bool
    """False: the very same content was in force already, and nothing was written."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Nothing was published: version `number` has come into force since the change was begun."""

    number: int


def publish(engine: Engine, rules: RuleSet, actor: Actor, note: str, now: datetime) -> Published:
    """Put rules in force for every process, as the next version. Safe against others who publish meanwhile."""
    published = publish_after(engine, rules, actor, note, None, now)
    assert isinstance(published, Published), "whatever is in force may be overtaken"
    return published


def publish_after(  # noqa: PLR0913, PLR0917 - what, who, why, when
    engine: Engine, rules: RuleSet, actor: Actor, note: str, based_on: int | None, now: datetime
) -> Published | Overtaken:
    """The same, if version `based_on` (0: the shipped file) is still in force; None: whatever is."""
    digest = sha256(rules.source.encode()).hexdigest()
    draft = RulesVersion(
        number=0, digest=digest, content=rules.source, published_at=now, published_by=actor.name, note=note
    )
    for _ in range(_TRIES):
        try:
            with engine.begin() as connection:
                published = _add_version(connection, draft, based_on)
                if isinstance(published, Published) and published.is_new:
                    subject = Subject("rules", str(published.number))
                    note_act(connection, actor, Act.RULES_PUBLISHED, now, subject=subject, detail={"note": note})
                return published
        except IntegrityError:
            continue  # Another has published under this number: it comes first, this one after it.
    raise TimeoutError(f"{_TRIES} others have published rules meanwhile")


def _add_version(connection: Connection, draft: RulesVersion, based_on: int | None) -> Published | Overtaken:
    newest = find_newest(connection)
    if newest is not None and newest.digest == draft.digest:
        return Published(newest.number, is_new=False)
    number = newest.number if newest else 0
    if based_on not in (None, number):
        return Overtaken(number)
    connection.execute(insert(RulesVersion).values({**draft.model_dump(), "number": number + 1}))
    return Published(number + 1, is_new=True)


def find_newest(connection: Connection) -> RulesVersion | None:
    """Return the version in force; None: nothing was published, the shipped file is in force."""
    versions = list_versions(connection, 1)
    return versions[0] if versions else None


def find_version(connection: Connection, number: int) -> RulesVersion | None:
    """Return a published version."""
    row = connection.execute(select(RulesVersion).where(col(RulesVersion.number) == number)).first()
    return None if row is None else RulesVersion(**row._mapping)


def list_versions(connection: Connection, limit: int) -> list[RulesVersion]:
    """Return the newest versions, the newest first."""
    query = select(RulesVersion).order_by(col(RulesVersion.number).desc()).limit(limit)
    return [RulesVersion(**row._mapping) for row in connection.execute(query)]


class Rulebook:
    """The rules in force, as one process knows them. A look at the newest number every other second, no more."""

    def __init__(self, engine: Engine, shipped: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises `ValueError` where the shipped file is faulty. `clock` counts seconds."""
        self._engine = reading(engine)
        self._clock = clock
        self._looked_at: float | None = None
        self._refused: int | None = None
        loaded = load_rules(shipped)
        if isinstance(loaded, Refused):
            raise ValueError(f"the shipped rules file is faulty: line {loaded.faults[0]}")
        self._rules = loaded

    def get_rules(self) -> RuleSet:
        """Return the rules in force. A version that cannot be loaded is told in the log, and what was stays so."""
        now = self._clock()
        if self._looked_at is None or now - self._looked_at >= LOOK_SECONDS:
            self._look()
            self._looked_at = now
        return self._rules

    def _look(self) -> None:
        with self._engine.connect() as connection:
            number = connection.execute(select(func.max(col(RulesVersion.number)))).scalar_one() or 0
            if number in (self._rules.version, self._refused):
                return
            version = find_version(connection, number)
        if version is not None:
            self._replace(version)

    def _replace(self, version: RulesVersion) -> None:
        loaded = load_rules(version.content, version.number)
        if isinstance(loaded, Refused):
            # It was checked when it was published: this program knows other words than the one that did it.
            self._refused = version.number
            told = [str(fault) for fault in loaded.faults[:5]]
            _log.error("rules_refused", version=version.number, faults=told, in_force=self._rules.version)
            return
        if self._looked_at is not None:
            _log.info("rules_in_force", version=version.number, rules=len(loaded.rules), before=self._rules.version)
        self._rules, self._refused = loaded, None
