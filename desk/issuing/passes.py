"""The two passes over a roster: look at every row, then write every award. Each streams in chunks.

Here belongs what a pass does with a chunk. Both decide alike (`deciding`); when there is a second pass, and in which
transaction, is settled in `desk.issue`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, insert, update
from sqlmodel import col

from badges.ids import make_id
from badges.openbadges.achievement import Achieved
from desk.credentials.snapshots import keep_achievement
from desk.issuing.deciding import AlreadyIssued, NewAward, Terms, decide_row
from desk.issuing.holders import find_earners_of, find_holders
from desk.issuing.order import Issued, IssueObserver, IssueOrder, IssueRefused, IssueSummary, Warned
from desk.issuing.rendering import Rendering
from desk.issuing.writing import KIND, Writing, write_awards
from desk.office import Office
from desk.roster.reading import Roster
from desk.roster.rows import Bad, Repeated, RosterLine, Row
from mailer.queue.tables import Batch

CHUNK = 1000
"""Rows that are looked up, decided and written together."""


@dataclass(frozen=True)
class Decided:
    """One chunk, decided."""

    awards: list[NewAward]
    warnings: list[Warned]
    summary: IssueSummary


@dataclass(frozen=True)
class Passes:
    """One roster on its way through."""

    office: Office
    order: IssueOrder
    terms: Terms
    roster: Roster
    observer: IssueObserver
    now: datetime

    def check(self, connection: Connection) -> IssueSummary | IssueRefused:
        """Look at every row and render every mail; write nothing."""
        summary = IssueSummary()
        rendering = Rendering(self.office, self.terms, self.now)
        for lines in _chunks(self.roster.rows()):
            decided = self._decide(connection, lines)
            refused = rendering.check(connection, decided.awards)
            if refused is not None:
                return IssueRefused(refused.reason)
            for bad in lines:
                if isinstance(bad, Bad):
                    self.observer.on_bad(bad)
            for warned in decided.warnings:
                self.observer.on_warning(warned)
            summary = summary.plus(decided.summary)
            self.observer.on_progress(summary.rows_in, 0)
        return summary

    def write(self, connection: Connection, checked: IssueSummary) -> Issued:
        """Write everything, in the transaction of `connection`. `checked` is what the look at every row came to."""
        summary = IssueSummary()
        rendering = Rendering(self.office, self.terms, self.now)
        batch_id: str | None = None
        achieved = keep_achievement(connection, self.terms.badge_class_id)
        for lines in _chunks(self.roster.rows()):
            decided = self._decide(connection, lines)
            summary = summary.plus(decided.summary)
            if decided.awards:
                batch_id = batch_id or self._open_batch(connection)
                templates = rendering.publish(connection, decided.awards)
                write_awards(connection, decided.awards, self._writing(batch_id, achieved, templates))
            self.observer.on_progress(checked.rows_in, summary.rows_in)
        if batch_id is not None:
            _close_batch(connection, batch_id, summary)
        return Issued(summary, batch_id)

    def _decide(self, connection: Connection, lines: list[RosterLine]) -> Decided:
        rows = [line for line in lines if isinstance(line, Row)]
        holders = find_holders(connection, (row.address for row in rows), self.terms.badge_class_id)
        decisions = [(row, decide_row(row, holders, self.terms)) for row in rows]
        awards = [decision for _, decision in decisions if isinstance(decision, NewAward)]
        return Decided(
            awards=awards,
            warnings=self._find_doubts(connection, decisions),
            summary=IssueSummary(
                rows_in=len(lines),
                mails=len(awards),
                already_issued=len(decisions) - len(awards),
                repeated=sum(isinstance(line, Repeated) for line in lines),
                bad=sum(isinstance(line, Bad) for line in lines),
            ),
        )

    def _find_doubts(
        self, connection: Connection, decisions: Sequence[tuple[Row, NewAward | AlreadyIssued]]
    ) -> list[Warned]:
        """What an issuer is not told: under which name another issuer knows an address, or that one does."""
        differing = [
            award.holder.earner_id for _, award in decisions if isinstance(award, NewAward) and award.name_differs
        ]
        issuer_id = self.order.issuer_id
        known = set(differing) if issuer_id is None else find_earners_of(connection, issuer_id, differing)
        told = (
            (row, decision)
            for row, decision in decisions
            if isinstance(decision, AlreadyIssued) or decision.holder.earner_id in known
        )
        return [Warned(row.line, reason) for row, decision in told if (reason := _find_doubt(row, decision))]

    def _open_batch(self, connection: Connection) -> str:
        batch_id = make_id()
        row = {"id": batch_id, "issuer_id": self.terms.issuer_id, "kind": KIND, "label": self.order.name}
        terms = {"made_by": self.order.made_by, "due_at": self.order.at, "not_later_than": self.order.not_later_than}
        connection.execute(insert(Batch).values(**row, **terms, created_at=self.now))
        return batch_id

    def _writing(self, batch_id: str, achieved: Achieved, templates: Mapping[str, str]) -> Writing:
        return Writing(
            terms=self.terms,
            achieved=achieved,
            batch_id=batch_id,
            mail_domain=self.office.site.mail_domain,
            templates=templates,
            now=self.now,
            due_at=self.order.at or self.now,
            not_later_than=self.order.not_later_than,
        )


def _close_batch(connection: Connection, batch_id: str, summary: IssueSummary) -> None:
    counts = {"rows_in": summary.rows_in, "mails": summary.mails}
    connection.execute(update(Batch).where(col(Batch.id) == batch_id).values(**counts))


def _find_doubt(row: Row, decision: NewAward | AlreadyIssued) -> str | None:
    match decision:
        case NewAward(name_differs=True, holder=holder):
            return f"{holder.address} is on record as {holder.name}, not {row.name}; the record stands"
        case AlreadyIssued(revoked_on_that_day=True):
            return f"{row.address} had this badge of that day and it was revoked; it is not issued again"
        case _:
            return None


def _chunks(lines: Iterator[RosterLine]) -> Iterator[list[RosterLine]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk
