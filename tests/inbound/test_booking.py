"""Reports and complaints, booked against the mails that they prove to be about; forged ones move nothing."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from badges.ids import make_id
from inbound.booking import book_report, find_message
from mailer.queue.states import TRANSITIONS, State
from tests.mailer.ledgers import Ledger, open_ledger
from wire.reports import ComplaintReport, DeliveryReport, read_report

RCPT = "ada@north.example"


@pytest.fixture
def ledger(tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db") as ledger:
        yield ledger


@dataclass
class Sent:
    """A mail of ours in some state."""

    ledger: Ledger
    id: str
    message_id: str

    def book(self, report: DeliveryReport | ComplaintReport, rcpt_to: tuple[str, ...] = ()) -> str | None:
        with self.ledger.engine.begin() as connection:
            return book_report(connection, report, rcpt_to, self.ledger.clock).message_id

    @property
    def state(self) -> str:
        return self.ledger.rows(f"SELECT state FROM message WHERE id = '{self.id}'")[0].state

    @property
    def suppressed(self) -> list[str]:
        return [row.address for row in self.ledger.rows("SELECT address FROM suppression")]


@pytest.fixture
def sent(ledger: Ledger) -> Sent:
    return make_sent(ledger, "sent")


def make_sent(ledger: Ledger, state: str, **columns: object) -> Sent:
    ledger.add(RCPT, id=make_id())
    [row] = ledger.rows("SELECT id, message_id FROM message ORDER BY written_at DESC, id LIMIT 1")
    sets = ", ".join(f"{name} = {value!r}" for name, value in {"state": state, **columns}.items())
    with ledger.engine.begin() as connection:
        connection.execute(text(f"UPDATE message SET {sets} WHERE id = '{row.id}'"))
    return Sent(ledger, row.id, row.message_id)


def make_report(
    action: str = "failed",
    status: str = "5.1.1",
    code: str = "550 5.1.1 no such user",
    rcpt: str = RCPT,
    head: str = "",
) -> DeliveryReport | ComplaintReport:
    report = read_report(
        f"""From: MAILER-DAEMON@mx.north.example
To: <bounces@badgepost.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

It did not work.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.north.example

Final-Recipient: rfc822; {rcpt}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code}

--x
Content-Type: text/rfc822-headers

{head}Subject: You have been issued a digital badge

--x--
""".replace("\n", "\r\n").encode()
    )
    assert report is not None
    return report


def make_complaint(head: str) -> ComplaintReport | DeliveryReport:
    report = read_report(
        f"""From: fbl@mail.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=x

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Feedback/1
Version: 1

--x
Content-Type: message/rfc822

{head}Subject: Share your badge

Hello
--x--
""".replace("\n", "\r\n").encode()
    )
    assert isinstance(report, ComplaintReport)
    return report


def test_a_hard_bounce_ends_the_message_and_suppresses_its_address(sent: Sent) -> None:
    assert sent.book(make_report(), (f"bounce+{sent.id}@badgepost.example",)) == sent.id
    assert (sent.state, sent.suppressed) == ("bounced", [RCPT])
    [row] = sent.ledger.rows("SELECT reason, source_message_id FROM suppression")
    assert "mailbox does not exist" in row.reason
    assert row.source_message_id == sent.id


def test_the_same_report_again_changes_nothing(sent: Sent) -> None:
    rcpt_to = (f"bounce+{sent.id}@badgepost.example",)
    sent.book(make_report(), rcpt_to)
    before = sent.ledger.rows("SELECT * FROM message")
    sent.book(make_report(), rcpt_to)
    assert sent.ledger.rows("SELECT * FROM message") == before
    assert sent.suppressed == [RCPT]


def test_a_report_is_known_by_the_id_in_the_mail_that_it_returns(sent: Sent) -> None:
    assert sent.book(make_report(head=f"Return-Path: <bounce+{sent.id}@badgepost.example>\n")) == sent.id
    assert sent.state == "bounced"


def test_a_report_is_known_by_message_id_and_recipient(sent: Sent) -> None:
    assert sent.book(make_report(head=f"Message-ID: <{sent.message_id}>\n")) == sent.id
    assert sent.state == "bounced"


def test_a_recipient_alone_proves_nothing(sent: Sent) -> None:
    """Anybody who knows an address could have its owner cut off."""
    assert sent.book(make_report()) is None
    assert sent.book(make_report(head="Message-ID: <guessed@badgepost.example>\n")) is None
    assert (sent.state, sent.suppressed) == ("sent", [])


def test_an_id_that_is_none_of_ours_proves_nothing(sent: Sent) -> None:
    assert sent.book(make_report(), ("bounce+aaaaaaaaaaaaaaaa@badgepost.example",)) is None
    assert (sent.state, sent.suppressed) == ("sent", [])


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("5.2.2", "552 5.2.2 mailbox full"),
        ("5.7.1", "550 5.7.1 message looks like spam"),
        ("5.2.1", "550 5.2.1 mailbox disabled"),
    ],
)
def test_what_may_pass_ends_the_message_but_condemns_no_address(sent: Sent, status: str, code: str) -> None:
    sent.book(make_report(status=status, code=code), (f"bounce+{sent.id}@badgepost.example",))
    assert (sent.state, sent.suppressed) == ("bounced", [])


def test_an_address_that_mail_is_forwarded_to_does_not_condemn_the_one_that_it_went_to(sent: Sent) -> None:
    sent.book(make_report(rcpt="ada@elsewhere.example"), (f"bounce+{sent.id}@badgepost.example",))
    assert (sent.state, sent.suppressed) == ("bounced", [])


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_delays_and_arrivals_are_noted_only(sent: Sent, action: str) -> None:
    sent.book(make_report(action, "2.0.0", "250 ok"), (f"bounce+{sent.id}@badgepost.example",))
    assert (sent.state, sent.suppressed) == ("sent", [])
    assert "a report came back" in sent.ledger.rows("SELECT reason FROM message")[0].reason


def test_an_arrival_settles_a_doubt(ledger: Ledger) -> None:
    sent = make_sent(ledger, "unknown")
    sent.book(make_report("delivered", "2.0.0", "250 ok"), (f"bounce+{sent.id}@badgepost.example",))
    assert sent.state == "sent"


def test_a_failure_calls_back_what_waits_to_be_sent_again_after_a_doubt(ledger: Ledger) -> None:
    sent = make_sent(ledger, "queued", doubts=1)
    sent.book(make_report(), (f"bounce+{sent.id}@badgepost.example",))
    assert sent.state == "bounced"


@pytest.mark.parametrize("state", sorted(State))
def test_a_report_moves_a_message_only_where_it_may_go(ledger: Ledger, state: State) -> None:
    sent = make_sent(ledger, state.value)
    sent.book(make_report(), (f"bounce+{sent.id}@badgepost.example",))
    if sent.state != state:
        assert State.BOUNCED in TRANSITIONS[state]
        assert state in (State.SENT, State.UNKNOWN), "what never left cannot come back"


def test_a_complaint_suppresses(sent: Sent) -> None:
    complaint = make_complaint(f"Return-Path: <bounce+{sent.id}@badgepost.example>\n")
    assert sent.book(complaint) == sent.id
    assert (sent.state, sent.suppressed) == ("sent", [RCPT])


def test_a_complaint_that_names_an_address_alone_suppresses_nothing(sent: Sent) -> None:
    assert sent.book(make_complaint(f"To: {RCPT}\n")) is None
    assert sent.suppressed == []


def test_a_message_is_found_for_those_who_only_look(sent: Sent) -> None:
    report = make_report(head=f"Message-ID: <{sent.message_id}>\n")
    with sent.ledger.engine.connect() as connection:
        assert find_message(connection, report) == sent.id
