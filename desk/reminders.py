"""Reminding earners who got a badge and have not opened their account yet.

Here belongs the act. It may be run as often as one likes, such as once a day: who was written to and when is known
from the ledger. Every reminder brings a fresh password link, which voids the older ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select
from sqlmodel import col

from badges.assertions import Standing, judge_standing
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress
from badges.transactions import reading, take_turn
from desk.awards import Award, facts_with_link, read_awards, select_awards
from desk.mailing import Letter, write_letters
from desk.office import Office
from desk.password_requests import raise_serial
from mailer.notices import Stream
from mailer.queue.states import State
from mailer.queue.suppressions import EVERY
from mailer.queue.tables import Message, Suppression

PAGE = 500
"""Earners who are written to in one transaction: others want to write too."""

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
    """Remind everybody who is due, each about the newest award; return the number of mails.

    Page by page: who is due is looked for without a lock, and looked at again in the transaction that writes. So a run
    that another one overtakes, or that breaks off, voids no link for which it writes no mail.
    """
    mails, after = 0, ""
    while page := _look_for_due(office.engine, now, rules, after):
        with office.engine.begin() as connection:
            take_turn(connection)
            due = _read_due(connection, _select_due(now, rules).where(col(Earner.id).in_(page)))
            mails += write_letters(connection, office, _write_reminders(connection, due, now), now).inserted
        after = page[-1]
    return mails


@dataclass(frozen=True, slots=True)
class _Due:
    earner_id: str
    reminders: int
    """How many the earner has had."""


def _look_for_due(engine: Engine, now: datetime, rules: ReminderRules, after: str) -> list[str]:
    """Return the ids of the next earners who are due."""
    query = _select_due(now, rules).where(col(Earner.id) > after).limit(PAGE)
    with reading(engine).connect() as connection:
        return [earner.earner_id for earner in _read_due(connection, query)]


def _read_due(connection: Connection, query: Select[Any]) -> list[_Due]:
    return [_Due(*row) for row in connection.execute(query)]


def _select_due(now: datetime, rules: ReminderRules) -> Select[Any]:
    mails = select(func.count()).where(col(Message.earner_id) == col(Earner.id)).correlate(Earner)
    reminders = mails.where(col(Message.kind) == "reminder").scalar_subquery()
    told = mails.where(col(Message.kind) == "issuance", col(Message.state) == State.SENT).scalar_subquery()
    recent = mails.where(
        col(Message.kind).in_(_BRINGS_LINK), col(Message.written_at) > now - rules.wait
    ).scalar_subquery()
    return (
        select(col(Earner.id), reminders)
        .join(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(Account.password_hash).is_(None), told > 0, recent == 0, reminders < rules.at_most)
        .order_by(col(Earner.id))
    )


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
