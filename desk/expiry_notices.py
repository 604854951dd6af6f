"""Telling earners that a badge is about to expire: a month, a week and a day ahead.

Here belongs the act. It may be run as often as one likes, such as once a day: its keys name award, day of expiry and
threshold, so each notice goes out once, and anew only if the issuer has moved the day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.assertions import AssertionState
from badges.tables import Assertion
from desk.awards import Award, facts_about, read_awards, select_awards
from desk.mailing import Letter, write_letters
from desk.office import Office

DAYS_AHEAD = (1, 7, 30)
"""Before the last day on which the badge counts. Whoever comes late gets only the notice that is due now."""

PAGE = 500
"""Awards that are looked at together."""


def notify_of_expiry(office: Office, now: datetime) -> int:
    """Write to everybody who is due; return the number of mails."""
    today = now.astimezone(UTC).date()
    with office.engine.begin() as connection:
        return sum(
            write_letters(connection, office, (_write_notice(award, today) for award in page), now).inserted
            for page in _find_expiring(connection, today)
        )


def threshold_of(expires_on: date, today: date) -> int:
    """Return the smallest of `DAYS_AHEAD` that has been reached. Raises `StopIteration` if none has."""
    days_left = (expires_on - today).days
    return next(days for days in DAYS_AHEAD if days_left <= days)


def _find_expiring(connection: Connection, today: date) -> Iterator[list[Award]]:
    later = aliased(Assertion)
    renewed = select(col(later.id)).where(
        col(later.earner_id) == col(Assertion.earner_id),
        col(later.badge_class_id) == col(Assertion.badge_class_id),
        col(later.state) == AssertionState.ISSUED,
        or_(col(later.expires_on).is_(None), col(later.expires_on) > col(Assertion.expires_on)),
    )
    query = (
        select_awards()
        .where(
            col(Assertion.state) == AssertionState.ISSUED,
            col(Assertion.expires_on) >= today,
            col(Assertion.expires_on) <= today + timedelta(days=max(DAYS_AHEAD)),
            ~renewed.exists(),
        )
        .order_by(col(Assertion.id))
        .limit(PAGE)
    )
    after = ""
    while page := read_awards(connection, query.where(col(Assertion.id) > after)):
        yield page
        after = page[-1].assertion_id


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
