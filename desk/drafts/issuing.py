"""From a draft to a batch: what issuing it would come to, exactly; and issuing it, once.

Here belong the two acts. Both take as long as the roster is: `begin_work` tells others that one is under way, so a
second click, another browser or the back button start nothing. What makes sure of it is the transaction that writes
the awards: it looks whether the draft has become a batch already, and makes it one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.transactions import reading
from desk.drafts.changing import end_work
from desk.drafts.keeping import Draft, NoDraft, find_draft, forget_content, open_content
from desk.drafts.tables import RosterDraft
from desk.drafts.terms import Counted, Doubt, write_counted
from desk.issue import IssueOutcome, issue_roster
from desk.issuing.order import (
    Booking,
    Checked,
    Issued,
    IssueObserver,
    IssueOrder,
    IssueRefused,
    IssueSummary,
    RowsRefused,
    Warned,
)
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office

MOST_DOUBTS = 100
CHECKING, COUNTING, ISSUING = "checking", "counting", "issuing"


@dataclass(frozen=True)
class Begun:
    """It is this caller's to do now."""

    draft: Draft


@dataclass(frozen=True)
class Settled:
    """The draft was issued before, as this batch."""

    batch_id: str


@dataclass(frozen=True)
class Busy:
    """Somebody else is at it."""


@dataclass(frozen=True)
class Outdated:
    """The draft is not what was looked at, or what issuing it comes to has changed meanwhile: look again."""


Beginning = Begun | NoDraft | Settled | Busy | Outdated
Issuing = Issued | NoDraft | Settled | Busy | Outdated | IssueRefused


def begin_work(  # noqa: PLR0913, PLR0917 - whose, what, as of when
    office: Office, issuer_id: str, draft_id: str, work: str, now: datetime, stamp: int | None = None
) -> Beginning:
    """Say that a draft is being counted or issued from now on. `stamp`: the version of it that was looked at."""
    with office.engine.begin() as connection:
        draft = find_draft(connection, issuer_id, draft_id, to_change=True)
        if isinstance(draft, NoDraft):
            return draft
        if draft.batch_id is not None:
            return Settled(draft.batch_id)
        if draft.is_busy(now):
            return Busy()
        if stamp is not None and (stamp != draft.stamp or draft.counted is None):
            return Outdated()
        row = col(RosterDraft.id) == draft_id
        connection.execute(update(RosterDraft).where(row).values(work=work, work_at=now))
    return Begun(replace(draft, work=work, work_at=now))


def count_draft(office: Office, draft: Draft, now: datetime) -> Counted:
    """Tell what issuing a draft, whose counting was begun, would come to: a dry run of the very act."""
    watcher = _Doubts()
    try:
        order = replace(_order(office, draft, draft.made_by), dry_run=True)
        counted = _judge(issue_roster(office, order, now, watcher), watcher)
    finally:
        end_work(office, draft)
    _store(office, draft, counted)
    return counted


def issue_draft(office: Office, actor: Actor, draft: Draft, now: datetime) -> Issuing:
    """Issue a draft whose issuing was begun, exactly as it was counted."""
    assert draft.counted is not None
    outcome: IssueOutcome | None
    try:
        order = _order(office, draft, actor.name)
        outcome = issue_roster(office, order, now, booking=_DraftBooking(actor, order, draft, now))
    except _CountsDifferError:
        outcome = None
    finally:
        end_work(office, draft)
    if isinstance(outcome, Issued) and outcome.batch_id is not None:
        return outcome
    settled = _find_batch(office, draft)
    if settled is not None:
        return Settled(settled)
    match outcome:
        case IssueRefused(reason):
            _store(office, draft, Counted(refused=reason))
            return outcome
        case Issued(summary):  # nothing was left to do
            _store(office, draft, Counted(summary))
        case _:
            _store(office, draft, None)
    return Outdated()


def issue_order(  # noqa: PLR0913, PLR0917 - who, whose, what, when
    office: Office,
    actor: Actor,
    issuer_id: str,
    order: IssueOrder,
    now: datetime,
    observer: IssueObserver | None = None,
) -> IssueOutcome:
    """Issue a roster of the issuer's without a draft, in one go."""
    order = replace(order, issuer_id=issuer_id, made_by=actor.name)
    return issue_roster(office, order, now, observer, _Trail(actor, order, now))


class _Doubts(IssueObserver):
    def __init__(self) -> None:
        self.number = 0
        self.first: list[Doubt] = []

    def on_warning(self, warned: Warned) -> None:
        self.number += 1
        if len(self.first) < MOST_DOUBTS:
            self.first.append(Doubt(warned.line, warned.reason))


class _CountsDifferError(Exception):
    """What was written is not what was confirmed: nothing of it stays."""


class _Trail(Booking):
    """Notes who has issued what."""

    def __init__(self, actor: Actor, order: IssueOrder, now: datetime) -> None:
        self._actor = actor
        self._order = order
        self._now = now

    def after(self, connection: Connection, issued: Issued) -> None:
        if issued.batch_id is None:
            return
        subject, detail = Subject("batch", issued.batch_id), _describe(self._order, issued.summary)
        note_act(
            connection,
            self._actor,
            Act.BADGES_ISSUED,
            self._now,
            issuer_id=self._order.issuer_id,
            subject=subject,
            detail=detail,
        )


class _DraftBooking(_Trail):
    """The same, and makes a draft a batch: once, and only as it was confirmed."""

    def __init__(self, actor: Actor, order: IssueOrder, draft: Draft, now: datetime) -> None:
        super().__init__(actor, order, now)
        self._draft = draft

    def before(self, connection: Connection) -> IssueRefused | None:
        draft = find_draft(connection, self._draft.issuer_id, self._draft.id, to_change=True)
        if isinstance(draft, NoDraft):
            return IssueRefused("the draft was discarded")
        if draft.batch_id is not None:
            return IssueRefused("it was issued already")
        if draft.stamp != self._draft.stamp:
            raise _CountsDifferError
        return None

    def after(self, connection: Connection, issued: Issued) -> None:
        assert self._draft.counted is not None
        if issued.summary != self._draft.counted.summary:
            raise _CountsDifferError
        row = col(RosterDraft.id) == self._draft.id
        connection.execute(update(RosterDraft).where(row).values(batch_id=issued.batch_id, report=""))
        forget_content(connection, self._draft.id)
        super().after(connection, issued)


def _order(office: Office, draft: Draft, made_by: str) -> IssueOrder:
    with reading(office.engine).connect() as connection:
        source = open_content(connection, draft.id)
    terms = draft.terms
    return IssueOrder(
        badge=draft.badge,
        source=source,
        name=draft.name,
        language=terms.language,
        skip_bad=terms.skip_bad,
        at=terms.at,
        not_later_than=terms.not_later_than,
        issuer_id=draft.issuer_id,
        made_by=made_by,
        said=draft.said,
    )


def _describe(order: IssueOrder, summary: IssueSummary) -> Mapping[str, Any]:
    times = {"at": order.at, "not_later_than": order.not_later_than}
    return {"file": order.name, "badge": order.badge, **asdict(summary), **{k: v for k, v in times.items() if v}}


def _judge(outcome: IssueOutcome, watcher: _Doubts) -> Counted:
    match outcome:
        case IssueRefused(reason):
            return Counted(refused=reason)
        case RowsRefused(summary) | Checked(summary) | Issued(summary):
            return Counted(summary, doubts=tuple(watcher.first), doubtful=watcher.number)


def _store(office: Office, draft: Draft, counted: Counted | None) -> None:
    with office.engine.begin() as connection:
        same = col(RosterDraft.id) == draft.id, col(RosterDraft.changed_at) == draft.changed_at
        text = "" if counted is None else write_counted(counted)
        connection.execute(update(RosterDraft).where(*same).values(counted=text))


def _find_batch(office: Office, draft: Draft) -> str | None:
    with reading(office.engine).connect() as connection:
        query = select(col(RosterDraft.batch_id)).where(col(RosterDraft.id) == draft.id)
        return connection.execute(query).scalar_one_or_none()
