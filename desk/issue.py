"""Issuing a badge to a roster: one act, two passes over the file, one commit.

Here belongs the order of things. The first pass checks every row, also against the records, and renders every mail
once; only then does the second write awards and messages, all of them in one transaction. Both stream: memory does
not grow with the roster. The same roster again issues nothing twice.
"""

from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches

import structlog
from sqlalchemy import ColumnElement, Connection, select
from sqlmodel import col

from badges.tables import BadgeClass, Issuer
from badges.transactions import reading, take_turn
from desk.issuing.deciding import Terms
from desk.issuing.order import (
    Booking,
    Checked,
    Issued,
    IssueObserver,
    IssueOrder,
    IssueRefused,
    IssueSummary,
    RowsRefused,
)
from desk.issuing.passes import Passes
from desk.office import Office
from desk.roster.languages import LANGUAGES
from desk.roster.reading import read_roster
from desk.roster.rows import RosterFault

_log = structlog.get_logger("badgepost.desk")

_PATIENCE = timedelta(minutes=1)
"""A time that is meant as "now" may have passed by this much while it was typed."""

_HORIZON = timedelta(days=366)
"""Nobody plans mails that far ahead; a year is easily mistyped."""
_SHOWN_BADGES = 20

IssueOutcome = Issued | Checked | RowsRefused | IssueRefused


def issue_roster(
    office: Office,
    order: IssueOrder,
    now: datetime,
    observer: IssueObserver | None = None,
    booking: Booking | None = None,
) -> IssueOutcome:
    """Award a badge to everybody in a roster and enqueue their mails, or tell why not."""
    passes = _prepare(office, order, now, observer or IssueObserver())
    if isinstance(passes, IssueRefused):
        return passes
    passes.observer.on_opened(passes.roster)
    with reading(office.engine).connect() as connection:
        checked = passes.check(connection)
    if isinstance(checked, IssueRefused):
        return checked
    if checked.bad and not order.skip_bad:
        return RowsRefused(checked)
    refused = _ask_doctor(passes, checked)
    if refused is not None or order.dry_run:
        return refused or Checked(checked)
    if checked.mails == 0:
        return Issued(checked, None)  # Without waiting for whoever is writing.
    return _write(passes, checked, booking or Booking())


def _ask_doctor(passes: Passes, checked: IssueSummary) -> IssueRefused | None:
    """Before any lock is taken: it may take as long as a name server."""
    approval = passes.office.approve(checked.mails)
    for doubt in approval.doubts:
        passes.observer.on_doubt(doubt)
    if approval.refused and not passes.order.despite_doctor:
        return IssueRefused(approval.refused)
    if approval.refused:
        passes.observer.on_doubt(approval.refused)
    return None


def _write(passes: Passes, checked: IssueSummary, booking: Booking) -> Issued | IssueRefused:
    with passes.office.engine.begin() as connection:
        take_turn(connection)
        refused = booking.before(connection)
        if refused is not None:
            return refused
        issued = passes.write(connection, checked)
        booking.after(connection, issued)
    _tell(passes, issued)
    return issued


def _tell(passes: Passes, issued: Issued) -> None:
    summary = issued.summary
    _log.info(
        "issued",
        batch=issued.batch_id,
        issuer=passes.terms.issuer_id,
        badge=passes.order.badge,
        mails=summary.mails,
        due_at=passes.order.at.isoformat() if passes.order.at else None,
    )


def _prepare(office: Office, order: IssueOrder, now: datetime, observer: IssueObserver) -> Passes | IssueRefused:
    day = (order.at or now).astimezone(UTC).date()
    roster = read_roster(order.source, order.name, day, order.said)
    if isinstance(roster, RosterFault):
        return IssueRefused(f"{order.name} {roster.reason}")
    with reading(office.engine).connect() as connection:
        terms = _judge_order(order, now) or _find_terms(connection, order, day)
    if isinstance(terms, IssueRefused):
        return terms
    return Passes(office, order, terms, roster, observer, now)


def _find_terms(connection: Connection, order: IssueOrder, day: date) -> Terms | IssueRefused:
    query = (
        select(
            col(BadgeClass.id),
            col(BadgeClass.issuer_id),
            col(BadgeClass.expires_after_months),
            col(Issuer.language),
            col(BadgeClass.retired_at),
        )
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .where(col(BadgeClass.slug) == order.badge, *_of_issuer(order))
    )
    badge = connection.execute(query).first()
    if badge is None:
        return IssueRefused(f"there is no badge {order.badge}; {_suggest_badges(connection, order)}")
    badge_class_id, issuer_id, months, language, retired_at = badge
    if retired_at is not None:
        return IssueRefused(
            f"the badge {order.badge} was retired on {retired_at:%Y-%m-%d}; nobody is awarded it any more"
        )
    return Terms(badge_class_id, issuer_id, months, day, order.language or language)


def _of_issuer(order: IssueOrder) -> list[ColumnElement[bool]]:
    return [] if order.issuer_id is None else [col(BadgeClass.issuer_id) == order.issuer_id]


def _suggest_badges(connection: Connection, order: IssueOrder) -> str:
    query = select(col(BadgeClass.slug)).where(*_of_issuer(order)).order_by(col(BadgeClass.slug))
    slugs = connection.execute(query).scalars().all()
    if not slugs:
        return "import a programme first" if order.issuer_id is None else "there is none yet"
    near = get_close_matches(order.badge.lower(), slugs, n=3)
    if near:
        return f"did you mean {' or '.join(near)}?"
    more = f" and {len(slugs) - _SHOWN_BADGES} more" if len(slugs) > _SHOWN_BADGES else ""
    return f"there are {', '.join(slugs[:_SHOWN_BADGES])}{more}"


def _judge_order(order: IssueOrder, now: datetime) -> IssueRefused | None:
    if order.language not in (None, *LANGUAGES):
        return IssueRefused(f"there is no language {order.language}; there are {', '.join(LANGUAGES)}")
    if order.at is not None and order.at < now - _PATIENCE:
        return IssueRefused(f"the time to send, {order.at.isoformat()}, has passed")
    if order.at is not None and order.at > now + _HORIZON:
        return IssueRefused(f"the time to send, {order.at.isoformat()}, is more than a year ahead")
    if order.not_later_than is not None and order.not_later_than <= (order.at or now):
        return IssueRefused(f'"not later than" {order.not_later_than.isoformat()} is not after the time to send')
    return None
