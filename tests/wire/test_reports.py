"""What a report means, mail by mail; the rates over real ones stand in `test_reports_corpus`."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wire.causes import Cause
from wire.reports import ComplaintReport, DeliveryReport, read_report

MACHINE = b"From: MAILER-DAEMON@mx.north.example\nTo: bounce+m42@badgepost.example\nSubject: failure notice\n"
STANDARD = MACHINE + (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    b"--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
    b"Final-Recipient: rfc822; ana@north.example\nAction: %s\nStatus: %s\nDiagnostic-Code: smtp; %s\n\n"
    b"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <abc@badgepost.example>\n\n--b--\n"
)
FREE = (
    b"\nI could not deliver your message.\n\n<ana@north.example>:\n%s\n\n"
    b"--- Below this line is a copy of the message.\n\n"
    b"Return-Path: <bounce+m42@badgepost.example>\nMessage-ID: <abc@badgepost.example>\nTo: ana@north.example\n"
)


@pytest.mark.parametrize(
    ("action", "status", "words", "hard", "cause"),
    [
        ("failed", "5.1.1", "550 5.1.1 User unknown", True, Cause.NO_MAILBOX),
        ("failed", "5.2.2", "552 5.2.2 mailbox is full", False, Cause.FULL),
        ("failed", "4.4.1", "connection timed out", False, Cause.UNREACHABLE),
        ("failed", "4.1.1", "450 4.1.1 User unknown", True, Cause.NO_MAILBOX),
        ("failed", "5.2.1", "550 5.2.1 This account is disabled", False, Cause.DISABLED),
        ("failed", "5.2.0", "550 : User unknown", False, Cause.NO_MAILBOX),
        ("failed", "5.0.0", "550 User unknown (in reply to end of DATA command)", False, Cause.NO_MAILBOX),
        ("failed", "5.0.0", "550 User unknown (in reply to RCPT TO command)", True, Cause.NO_MAILBOX),
        ("delayed", "4.4.1", "connection timed out", None, Cause.UNREACHABLE),
        ("delivered", "2.0.0", "250 ok", False, None),
        ("relayed", "2.0.0", "250 ok", False, None),
    ],
)
def test_standard_reports(action: str, status: str, words: str, hard: bool | None, cause: Cause | None) -> None:
    report = read_report(STANDARD % (action.encode(), status.encode(), words.encode()))
    assert isinstance(report, DeliveryReport)
    (only,) = report.recipients
    assert (only.final_recipient, only.action, only.hard, only.cause) == ("ana@north.example", action, hard, cause)
    assert only.reason.endswith(".")
    assert (report.message_id, report.envelope_ids) == ("abc@badgepost.example", ("m42",))


@pytest.mark.parametrize(
    ("words", "hard", "cause"),
    [
        ("Sorry, no mailbox here by that name. (#5.1.1)", True, Cause.NO_MAILBOX),
        ("Sorry, I couldn't find any host named north.example. (#5.1.2)", True, Cause.NO_DOMAIN),
        ("Remote host said: 552 5.2.2 Mailbox full", False, Cause.FULL),
        ("Remote host said: 451 4.3.0 try again later", False, Cause.BROKEN),
        ("It did not work out.", False, Cause.UNTOLD),
    ],
)
def test_reports_in_free_text(words: str, hard: bool, cause: Cause) -> None:
    report = read_report(MACHINE + FREE % words.encode())
    assert isinstance(report, DeliveryReport)
    (only,) = report.recipients
    assert (only.final_recipient, only.hard, only.cause) == ("ana@north.example", hard, cause)
    assert (report.message_id, report.envelope_ids) == ("abc@badgepost.example", ("m42",))


def test_a_report_wrapped_by_a_gateway_is_read() -> None:
    inner = STANDARD % (b"failed", b"5.1.1", b"550 5.1.1 User unknown")
    report = read_report(
        MACHINE + b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nThe following could not be delivered.\n"
        b"--o\nContent-Type: message/rfc822\n\n" + inner + b"\n--o--\n"
    )
    assert isinstance(report, DeliveryReport)
    assert report.recipients[0].hard is True


def test_a_report_without_a_word_of_its_own_is_read_by_its_header() -> None:
    report = read_report(MACHINE + b"X-Failed-Recipients: ana@north.example\n\n")
    assert isinstance(report, DeliveryReport)
    assert [(each.final_recipient, each.cause) for each in report.recipients] == [("ana@north.example", Cause.UNTOLD)]


def test_complaints() -> None:
    report = read_report(
        b"From: loop@north.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: ana@north.example\n"
        b"--b\nContent-Type: message/rfc822\n\nReturn-Path: <bounce+m42@badgepost.example>\n"
        b"Message-ID: <abc@badgepost.example>\n\nHello\n--b--\n"
    )
    assert isinstance(report, ComplaintReport)
    assert report.is_complaint
    assert (report.feedback_type, report.final_recipients) == ("abuse", ("ana@north.example",))
    assert (report.message_id, report.envelope_ids) == ("abc@badgepost.example", ("m42",))


def test_the_sender_named_in_a_complaint_tells_the_message() -> None:
    report = read_report(
        b"From: loop@north.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        b"Original-Mail-From: <bounce+m42@badgepost.example>\n--b--\n"
    )
    assert isinstance(report, ComplaintReport)
    assert (report.final_recipients, report.message_id, report.envelope_ids) == ((), None, ("m42",))


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"From: Ana <ana@north.example>\nSubject: Undelivered mail\n\nYour mail to ben@north.example could not be "
        b"delivered, he says. 550 user unknown. Please resend.\n",
        b"Return-Path: <>\nFrom: ana@north.example\nSubject: Out of office\n\nI am away until Monday.\n",
        b"Return-Path: <>\nFrom: ana@north.example\nSubject: Automatic reply: undelivered mail\n\n"
        b"I am unable to deliver answers now. Write to ben@north.example.\n",
        b"Return-Path: <>\nFrom: filter@north.example\nSubject: Message held\n\nYour message to ana@north.example "
        b"was held. It could not be verified that you are a person.\n",
        b"From: postmaster@north.example\nSubject: Login rejected\n\nThe page says that the account of "
        b"ana@north.example does not exist, and her password could not be changed.\n",
        b"From: no-reply@shop.example\nSubject: Your offer expired\n\nWrite to sales@shop.example, it was rejected.\n",
        b"From: staff@north.example\nSubject: Returned mail\n\nPost for ana@north.example could not be delivered.\n",
        b"From: Ana <ana@north.example>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nLook at this, please.\n"
        b"--b\nContent-Type: message/rfc822\n\n"
        + STANDARD % (b"failed", b"5.1.1", b"550 5.1.1 User unknown")
        + b"\n--b--\n",
    ],
)
def test_what_people_write_about_reports_is_none(mail: bytes) -> None:
    assert read_report(mail) is None


MEGABYTE = 1_000_000
PAGE = MACHINE + b"Content-Type: text/html\n\nfailed ana@north.example "
STATUS = MACHINE + b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
HOSTILE = {
    word.decode(): start + word * (MEGABYTE // len(word))
    for start, words in (
        (MACHINE + b"\nfailed\n", (b"a", b"a@", b"deliver ", b"to to ", b"warning\n", b"address the ", b'"a@', b" ")),
        (MACHINE + b"\nfailed\n ", (b"550 <a@b.example>\n", b"550 ", b"5.5.5.", b"bounce+", b"Message-ID:", b"--- \n")),
        (PAGE, (b"<", b"<style ", b"<style>", b"<a@", b"<br ", b"&amp;")),
        (STATUS, (b"Final-Recipient: rfc822; a@b\n\n", b"Final-Recipient: rfc822; a@b\n", b"Status: 5.5.5(")),
    )
    for word in words
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_reports_take_linear_time(name: str) -> None:
    began = time.process_time()
    read_report(HOSTILE[name])
    assert time.process_time() - began < 2


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=1_000), st.sampled_from([b"", MACHINE, MACHINE + b"\n", STATUS, PAGE]))
def test_any_bytes_give_a_value(data: bytes, prefix: bytes) -> None:
    assert isinstance(read_report(prefix + data), DeliveryReport | ComplaintReport | None)
