"""Telling earners that a badge is about to expire: a month, a week and a day ahead.

Here belongs the act. It may be run as often as one likes, such as once a day: its keys name award, day of expiry and
threshold, so each notice goes out once, and anew only if the issuer has moved the day.
"""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.assertions import AssertionState
from badges.tables import Assertion
from badges.transactions import reading
from desk.awards import Award, Awards, facts_about, read_awards, select_awards
from desk.mailing import Letter, write_letters
from desk.office import Office

DAYS_AHEAD = (1, 7, 30)
"""Before the last day on which the badge counts. Whoever comes late gets only the notice that is due now."""

PAGE = 500
"""Awards that are written about in one transaction: others want to write too."""


def notify_of_expiry(office: Office, now: datetime) -> int:
    """Write to everybody who is due, page by page; return the number of mails."""
    today = now.astimezone(UTC).date()
    mails, after = 0, ""
    while page := _look_for_expiring(office.engine, today, after):
        with office.engine.begin() as connection:
            awards = read_awards(connection, _select_expiring(today).where(col(Assertion.id).in_(page)))
            mails += write_letters(connection, office, (_write_notice(award, today) for award in awards), now).inserted
        after = page[-1]
    return mails


def threshold_of(expires_on: date, today: date) -> int:
    """Return the smallest of `DAYS_AHEAD` that has been reached. Raises `StopIteration` if none has."""
    days_left = (expires_on - today).days
    return next(days for days in DAYS_AHEAD if days_left <= days)


def _look_for_expiring(engine: Engine, today: date, after: str) -> list[str]:
    """Return the ids of the next awards that are due, without a lock."""
    query = _select_expiring(today).where(col(Assertion.id) > after).limit(PAGE)
    with reading(engine).connect() as connection:
        return [award.assertion_id for award in read_awards(connection, query)]


def _select_expiring(today: date) -> Awards:
    later = aliased(Assertion)
    renewed = select(col(later.id)).where(
        col(later.earner_id) == col(Assertion.earner_id),
        col(later.badge_class_id) == col(Assertion.badge_class_id),
        col(later.state) == AssertionState.ISSUED,
        or_(col(later.expires_on).is_(None), col(later.expires_on) > col(Assertion.expires_on)),
    )
    return (
        select_awards()
        .where(
            col(Assertion.state) == AssertionState.ISSUED,
            col(Assertion.expires_on) >= today,
            col(Assertion.expires_on) <= today + timedelta(days=max(DAYS_AHEAD)),
            ~renewed.exists(),
        )
        .order_by(col(Assertion.id))
    )


def _write_notice(award: Award, today: date) -> Letter:
    assert award.expires_on is not None
    threshold = threshold_of(award.expires_on, today)
    return Letter(
        kind="expiry_notice",
        key=f"expiry/{award.assertion_id}/{award.expires_on.isoformat()}/{threshold}",
        issuer_id=award.issuer_id,
        earner_id=award.earner_id,
        rcpt_to=award.address,
        language=award.language,
        badge_class_id=award.badge_class_id,
        facts=facts_about(award),
    )
