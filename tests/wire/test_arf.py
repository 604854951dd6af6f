"""Feedback report parts."""

from wire.arf import FeedbackReport, read_feedback_report


def test_fields() -> None:
    report = read_feedback_report(
        b"\r\nFeedback-Type: Abuse\r\nUser-Agent: Loop/1\r\nVersion: 1\r\nSource-IP: 192.0.2.1\r\n"
        b"Original-Mail-From: <bounce+7@badgepost.example>\r\nOriginal-Rcpt-To: <a@north.example>\r\n"
        b"Original-Rcpt-To: b@north.example\r\nOriginal-Rcpt-To: a@north.example\r\n"
        b"Reported-Domain: badgepost.example\r\n"
    )
    assert report == FeedbackReport(
        feedback_type="abuse",
        user_agent="Loop/1",
        original_mail_from="bounce+7@badgepost.example",
        original_rcpt_to=("a@north.example", "b@north.example"),
        reported_domains=("badgepost.example",),
        source_ip="192.0.2.1",
    )


def test_a_hidden_recipient_is_no_recipient() -> None:
    assert read_feedback_report(b"Feedback-Type: abuse\nOriginal-Rcpt-To: redacted\n").original_rcpt_to == ()
