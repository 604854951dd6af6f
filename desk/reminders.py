"""Reminding earners who got a badge and have not opened their account yet.

Here belongs the act. It may be run as often as one likes, such as once a day: who was written to and when is known
from the ledger. Every reminder brings a fresh password link, which voids the older ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlmodel import col

from badges.assertions import Standing, judge_standing
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress
from desk.awards import Award, facts_with_link, read_awards, select_awards
from desk.mailing import Letter, write_letters
from desk.office import Office
from desk.password_requests import raise_serial
from mailer.notices import Stream
from mailer.queue.states import State
from mailer.queue.suppressions import EVERY
from mailer.queue.tables import Message, Suppression

PAGE = 500
"""Earners that are looked at together."""

_BRINGS_LINK = ("issuance", "reminder", "password_link")


@dataclass(frozen=True)
class ReminderRules:
    """How patient reminders are."""

    wait: timedelta = timedelta(days=7)
    """Since the last mail that brought a password link."""
    at_most: int = 3
    """Reminders to one earner, ever."""


RULES = ReminderRules()


def remind(office: Office, now: datetime, rules: ReminderRules = RULES) -> int:
    """Remind everybody who is due, each about the newest award; return the number of mails."""
    with office.engine.begin() as connection:
        return sum(
            write_letters(connection, office, _write_reminders(connection, due, now), now).inserted
            for due in _find_due(connection, now, rules)
        )


@dataclass(frozen=True, slots=True)
class _Due:
    earner_id: str
    reminders: int
    """How many the earner has had."""


def _find_due(connection: Connection, now: datetime, rules: ReminderRules) -> Iterator[list[_Due]]:
    mails = select(func.count()).where(col(Message.earner_id) == col(Earner.id)).correlate(Earner)
    reminders = mails.where(col(Message.kind) == "reminder").scalar_subquery()
    told = mails.where(col(Message.kind) == "issuance", col(Message.state) == State.SENT).scalar_subquery()
    recent = mails.where(
        col(Message.kind).in_(_BRINGS_LINK), col(Message.written_at) > now - rules.wait
    ).scalar_subquery()
    query = (
        select(col(Earner.id), reminders)
        .join(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(Account.password_hash).is_(None), told > 0, recent == 0, reminders < rules.at_most)
        .order_by(col(Earner.id))
        .limit(PAGE)
    )
    after = ""
    while page := [_Due(*row) for row in connection.execute(query.where(col(Earner.id) > after))]:
        yield page
        after = page[-1].earner_id


def _write_reminders(connection: Connection, due: Sequence[_Due], now: datetime) -> Iterator[Letter]:
    newest = _find_newest(connection, [earner.earner_id for earner in due], now)
    for earner in due:
        award = newest.get(earner.earner_id)
        if award is None:
            continue
        serial = raise_serial(connection, award.account_id)
        yield Letter(
            kind="reminder",
            key=f"reminder/{award.assertion_id}/{earner.reminders + 1}",
            issuer_id=award.issuer_id,
            earner_id=award.earner_id,
            rcpt_to=award.address,
            language=award.language,
            badge_class_id=award.badge_class_id,
            facts=facts_with_link(award, serial),
        )


def _find_newest(connection: Connection, earner_ids: Sequence[str], now: datetime) -> dict[str, Award]:
    """Return the newest award that still counts, by earner.

    An award whose issuer may not remind that address is none: the reminder would go nowhere, and void the link at hand.
    """
    today = now.astimezone(UTC).date()
    unwanted = select(col(Suppression.address)).where(
        col(Suppression.address) == col(EarnerAddress.address),
        col(Suppression.issuer_id).in_([EVERY, col(BadgeClass.issuer_id)]),
        col(Suppression.stream).in_([EVERY, Stream.NOTICES.value]),
    )
    query = (
        select_awards()
        .where(col(Earner.id).in_(earner_ids), ~unwanted.exists())
        .order_by(col(Assertion.issued_on), col(Assertion.created_at), col(Assertion.id))
    )
    return {
        award.earner_id: award
        for award in read_awards(connection, query)
        if judge_standing(award.state, award.expires_on, None, today) is Standing.VALID
    }
