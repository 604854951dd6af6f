"""The transition table, and what outcomes make of a message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.settling import Policy, settle
from mailer.queue.states import CANCELLABLE, FINAL, RETRIABLE, TRANSITIONS, WAITING, State, may_follow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MESSAGE = Claimed(
    id="m1",
    kind="issuance",
    stream="account",
    message_id="x@badgepost.example",
    issuer_id="issuer",
    earner_id=None,
    batch_id=None,
    rcpt_to="robin@north.example",
    domain="north.example",
    template_digest="d",
    facts="{}",
    written_at=NOW,
    due_at=NOW,
    not_later_than=None,
    attempts=0,
    fence=1,
    worker_id="w1",
)
OLD = replace(MESSAGE, written_at=NOW - timedelta(days=4))
SOON = replace(MESSAGE, not_later_than=NOW + timedelta(minutes=1))
NOTICE = replace(MESSAGE, stream="notices")


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)
    assert WAITING | {State.SENDING} | FINAL == set(State)


def test_a_sent_mail_is_never_sent_again() -> None:
    assert TRANSITIONS[State.SENT] == {State.BOUNCED}
    assert State.SENT not in RETRIABLE
    assert State.SENDING not in RETRIABLE | CANCELLABLE


def test_only_a_waiting_mail_goes_out() -> None:
    assert {state for state in State if may_follow(state, State.SENDING)} == WAITING


@pytest.mark.parametrize(
    ("message", "outcome", "state", "waits", "counts"),
    [
        (MESSAGE, Sent("250 ok"), State.SENT, None, True),
        (MESSAGE, Deferred(Phase.RCPT, "450"), State.DEFERRED, timedelta(minutes=5), True),
        (OLD, Deferred(Phase.RCPT, "450"), State.BOUNCED, None, True),
        (SOON, Deferred(Phase.RCPT, "450"), State.EXPIRED, None, True),
        (MESSAGE, Bounced(Phase.RCPT, "550"), State.BOUNCED, None, True),
        (MESSAGE, Unknown("hung up"), State.QUEUED, timedelta(minutes=5), True),
        (NOTICE, Unknown("hung up"), State.UNKNOWN, None, True),
        (OLD, Unknown("hung up"), State.UNKNOWN, None, True),
        (replace(MESSAGE, doubts=1, attempts=5), Unknown("hung up"), State.QUEUED, timedelta(minutes=160), True),
        (replace(MESSAGE, doubts=2, attempts=2), Unknown("hung up"), State.UNKNOWN, None, True),
        (SOON, Unknown("hung up"), State.UNKNOWN, None, True),
        (MESSAGE, Held(Phase.MAIL, "550"), State.QUEUED, timedelta(minutes=1), False),
        (OLD, Held(Phase.MAIL, "550"), State.QUEUED, timedelta(minutes=1), False),
        (OLD, Held(Phase.RCPT, "554 relaying denied"), State.BOUNCED, None, True),
    ],
)
def test_settle(message: Claimed, outcome: Outcome, state: State, waits: timedelta | None, *, counts: bool) -> None:
    settlement = settle(message, outcome, "relay1", NOW, Policy())
    assert (settlement.state, settlement.counts) == (state, counts)
    assert settlement.reason
    assert outcome.reply in settlement.reason
    assert may_follow(State.SENDING, state)
    if waits is None:
        assert settlement.due_at is None
    else:
        assert settlement.due_at is not None
        assert waits * 0.75 <= settlement.due_at - NOW <= waits


def test_the_reason_for_sending_again_says_so() -> None:
    reason = settle(MESSAGE, Unknown("no reply within 600 seconds"), "relay1", NOW, Policy()).reason
    assert reason is not None
    assert "same Message-ID" in reason
