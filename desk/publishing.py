"""Publishing templates for an act: compiled once for each of their contents, stored before a message names them.

What a template knows of issuer and badge class stands in `constants`; compiling, in `mailer.templates.publishing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection, text

from badges.columns import to_microseconds
from desk.constants import Wanted, gather_constants
from mailer.lint.findings import Finding
from mailer.templates.constants import Constants, SiteConstants
from mailer.templates.environment import TemplateSources
from mailer.templates.faults import PublishFault
from mailer.templates.published import Published
from mailer.templates.publishing import publish

MOST_TRIED = 16
"""Templates with values that nobody has saved, some 100 KB each, that are kept for the next question about them."""

MOST_JUDGED = 200
"""Templates of which it is remembered what speaks against them."""


@dataclass(frozen=True)
class PublishRefused:
    """The template cannot be published as it stands; `reason` is one line with template and line number."""

    reason: str


class Publisher:
    """Publishes what acts want and remembers it, so that a template is compiled once for each of its contents."""

    def __init__(self, site: SiteConstants, sources: TemplateSources) -> None:
        self._site = site
        self._sources = sources
        self._compiled: dict[tuple[str, Constants], Published] = {}
        self._sound: set[str] = set()
        self._findings: dict[str, Sequence[Finding]] = {}
        self._tried: dict[tuple[str, Constants], Published | PublishFault] = {}
        self._lock = Lock()

    @property
    def service_name(self) -> str:
        """What the service calls itself in mails."""
        return self._site.name

    def publish(self, connection: Connection, wanted: Wanted, now: datetime) -> Published | PublishRefused:
        """Return the published template, stored in the transaction of `connection` if it is new."""
        published = self.prepare(connection, wanted)
        if isinstance(published, Published):
            _store(connection, published, wanted, now)
        return published

    def prepare(self, connection: Connection, wanted: Wanted) -> Published | PublishRefused:
        """The same, storing nothing: for checks and previews."""
        constants = gather_constants(connection, wanted, self._site)
        with self._lock:
            published = self._compiled.get((wanted.kind, constants))
            if published is not None:
                return published
            outcome = publish(wanted.kind, constants, self._sources)
            if isinstance(outcome, PublishFault):
                return PublishRefused(str(outcome))
            self._compiled[(wanted.kind, constants)] = outcome
            return outcome

    def try_out(
        self, connection: Connection, wanted: Wanted, instead: Mapping[str, Any] | None = None
    ) -> Published | PublishRefused:
        """The same of what an issuer might be (see `gather_constants`). Keeps few of them: people try with each key."""
        key = (wanted.kind, gather_constants(connection, wanted, self._site, instead))
        with self._lock:
            outcome = self._tried.pop(key, None)
        outcome = outcome or publish(*key, self._sources)
        with self._lock:
            self._tried[key] = outcome  # behind the others: the first is the one that was asked for longest ago
            while len(self._tried) > MOST_TRIED:
                del self._tried[next(iter(self._tried))]
        return PublishRefused(str(outcome)) if isinstance(outcome, PublishFault) else outcome

    def recall_findings(self, published: Published) -> Sequence[Finding] | None:
        """Return what `note_findings` was told of a template with this content; None for nothing."""
        return self._findings.get(published.digest)

    def note_findings(self, published: Published, findings: Sequence[Finding]) -> None:
        """Remember what speaks against the mails of a template: it follows from its content alone."""
        if len(self._findings) >= MOST_JUDGED:
            self._findings.clear()
        self._findings[published.digest] = findings

    def is_sound(self, published: Published) -> bool:
        """Whether `note_sound` has been told of a template with this content."""
        return published.digest in self._sound

    def note_sound(self, published: Published) -> None:
        """Remember that nothing speaks against the mails of a template: they follow from its content alone."""
        self._sound.add(published.digest)


_INSERT = text("""
    INSERT INTO published_template (digest, kind, language, issuer_id, content, created_at)
    VALUES (:digest, :kind, :language, :issuer_id, :content, :created_at)
    ON CONFLICT (digest) DO NOTHING
""")


def _store(connection: Connection, published: Published, wanted: Wanted, now: datetime) -> None:
    row = {
        "digest": published.digest,
        "kind": wanted.kind,
        "language": published.language,
        "issuer_id": wanted.issuer_id,
        "content": published.to_json(),
        "created_at": to_microseconds(now),
    }
    connection.execute(_INSERT, row)
