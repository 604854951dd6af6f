"""The templates of a batch, one for each language its rows ask for, and the check that every mail can be rendered."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from desk.checking import refuse_flawed
from desk.constants import Wanted
from desk.issuing.deciding import NewAward, Terms
from desk.issuing.writing import KIND, facts_of
from desk.mailing import BrokenTemplateError
from desk.office import Office
from desk.publishing import PublishRefused
from mailer.filling import fill_slots
from mailer.templates.published import Published
from wire.header import mailbox


class Rendering:
    """The templates of one roster, published when the first award needs them."""

    def __init__(self, office: Office, terms: Terms, now: datetime) -> None:
        self._office = office
        self._terms = terms
        self._now = now
        self._prepared: dict[str, Published] = {}
        self._stored: dict[str, str] = {}

    def check(self, connection: Connection, awards: Iterable[NewAward]) -> PublishRefused | None:
        """Render every mail once; return why its template cannot be published. Stores nothing."""
        for award in awards:
            published = self._prepared.get(award.language) or self._prepare(connection, award.language)
            if isinstance(published, PublishRefused):
                return published
            self._render(published, award)
        return None

    def publish(self, connection: Connection, awards: Iterable[NewAward]) -> Mapping[str, str]:
        """Store the templates that `awards` need; return their digests by language. Raises `BrokenTemplateError`."""
        for language in {award.language for award in awards} - self._stored.keys():
            published = self._office.publisher.publish(connection, self._wanted(language), self._now)
            if isinstance(published, PublishRefused):
                raise BrokenTemplateError(published.reason)
            self._stored[language] = published.digest
        return self._stored

    def _render(self, published: Published, award: NewAward) -> None:
        # Whatever is missing or cannot stand in a header raises here, before anything is written, not when it is sent.
        facts = facts_of(award)
        office = self._office
        values = fill_slots(KIND, facts, published.traits, office.site, office.links, award.assertion_id, self._now)
        published.fill(values)
        mailbox("To", award.holder.name, award.holder.address)

    def _prepare(self, connection: Connection, language: str) -> Published | PublishRefused:
        published = self._office.publisher.prepare(connection, self._wanted(language))
        if isinstance(published, PublishRefused):
            return published
        flawed = refuse_flawed(connection, self._office, published, self._now)
        if flawed is not None:
            return flawed
        self._prepared[language] = published
        return published

    def _wanted(self, language: str) -> Wanted:
        return Wanted(KIND, self._terms.issuer_id, self._terms.badge_class_id, language)
