"""Past mails by other rules: from the facts that were recorded, and the words that stand in the mails' bytes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from desk.words import Intent, Outcome, Role
from inbound.facts import Facts
from inbound.reading.reader import read_mail
from inbound.recorded import write_facts
from inbound.replaying import Replay, replay
from inbound.rules.deciding import RuleSet, decide
from inbound.tables import Decision, Delivery, RawMail
from inbound.understanding.wish import Confidence
from tests.inbound.rules.files import load, rule, rules

START = datetime(2026, 11, 1, tzinfo=UTC)
TICKETS = load(rules(rule("{role: earner}", id="tickets")), version=4)
ANSWERS = load(
    rules(
        rule("{role: earner, intent: linkedin_add}", "answer", id="answers"),
        rule("{role: earner}", id="tickets"),
    )
)
WORDS = load(
    rules(
        rule("{subject: {contains: parcel}}", id="parcels", given="{subject: My parcel}", more="  queue: parcels\n"),
        rule("{role: earner}", id="tickets"),
    )
)


@dataclass
class Past:
    engine: Engine

    def add(self, day: int, subject: str, intent: Intent = Intent.OTHER) -> None:
        facts = Facts(role=Role.EARNER, intent=intent, confidence=Confidence.SURE, sender="dana@mail.example")
        at = START + timedelta(days=day)
        content = f"From: dana@mail.example\r\nSubject: {subject}\r\n\r\nHello.\r\n".encode()
        raw = RawMail(fingerprint=f"{day}-{subject}", size=len(content), content=content)
        delivery = Delivery(
            raw_mail_id=raw.id,
            mail_from="",
            rcpt_to="[]",
            helo_name="a",
            peer_address="b",
            protocol="SMTP",
            received_at=at,
        )
        decided = decide(facts, TICKETS)
        decision = Decision(
            delivery_id=delivery.id, raw_mail_id=raw.id, role=facts.role, intent=intent, outcome=decided.outcome,
            rule=decided.rule, rules_version=4, reason=decided.reason, facts=write_facts(facts), authentication="{}",
            evidence="[]", decided_at=at,
        )  # fmt: skip
        with self.engine.begin() as connection:
            for row in (raw, delivery, decision):
                connection.execute(type(row).__table__.insert().values(**row.model_dump()))  # type: ignore[attr-defined]

    def replay(self, after: RuleSet, since: datetime = START) -> Replay:
        with self.engine.connect() as connection:
            return replay(connection, since, TICKETS, after, read_mail)


@pytest.fixture
def past(any_engine: Engine) -> Past:
    return Past(any_engine)


def test_no_mails_no_differences(past: Past) -> None:
    assert past.replay(ANSWERS) == Replay(0, 0, ())


def test_the_same_rules_treat_nothing_otherwise(past: Past) -> None:
    past.add(1, "LinkedIn", Intent.LINKEDIN_ADD)
    assert past.replay(TICKETS) == Replay(1, 0, ())


def test_what_comes_to_another_outcome_is_told(past: Past) -> None:
    for day in range(5):
        past.add(day, "LinkedIn", Intent.LINKEDIN_ADD)
        past.add(day, "Something")
    result = past.replay(ANSWERS, START + timedelta(days=2))
    assert (result.mails, result.count_moves()) == (6, [("ticket", "answer", 3)])
    first = result.differences[-1]
    assert (first.decided_at, first.sender, first.recorded) == (
        START + timedelta(days=2),
        "dana@mail.example",
        "ticket",
    )
    assert first.subject == "LinkedIn"
    assert (first.before.rule, first.after.rule, first.is_newly_done) == ("tickets", "answers", False)


def test_words_are_read_from_the_mails_when_a_rule_asks_for_them(past: Past) -> None:
    past.add(1, "Where is my parcel")
    past.add(2, "Where is my badge")
    [difference] = past.replay(WORDS).differences
    assert (difference.subject, difference.after.queue) == ("Where is my parcel", "parcels")


def test_more_mails_than_a_page_some_at_the_same_moment(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbound.replaying.PAGE", 3)
    for number in range(10):
        past.add(number // 4, f"LinkedIn {number}", Intent.LINKEDIN_ADD)
    result = past.replay(ANSWERS)
    assert (result.mails, len({one.raw_mail_id for one in result.differences})) == (10, 10)


def test_of_more_mails_than_wanted_the_newest_are_decided(past: Past) -> None:
    for day in range(5):
        past.add(day, f"LinkedIn {day}", Intent.LINKEDIN_ADD)
    with past.engine.connect() as connection:
        two, all_five = (replay(connection, START, TICKETS, ANSWERS, read_mail, most) for most in (2, 5))
    assert ([one.subject for one in two.differences], two.is_cut) == (["LinkedIn 4", "LinkedIn 3"], True)
    assert (all_five.mails, all_five.is_cut) == (5, False)


def test_a_mail_that_cannot_be_read_again_is_compared_without_its_words(past: Past) -> None:
    past.add(1, "Where is my parcel")
    with past.engine.connect() as connection:
        result = replay(connection, START, TICKETS, WORDS, lambda _: None)
    assert result == Replay(1, 1, ())


def test_what_would_now_be_done_by_itself_is_marked(past: Past) -> None:
    past.add(1, "Stop", Intent.UNSUBSCRIBE)
    stops = load(
        rules(
            rule("{role: [earner, unknown], intent: unsubscribe}", "apply", given="{role: earner, intent: unsubscribe}")
        )
    )
    [difference] = past.replay(stops).differences
    assert (difference.after.outcome, difference.is_newly_done) == (Outcome.APPLY, True)
