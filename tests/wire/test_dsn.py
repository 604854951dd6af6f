"""Delivery status parts, as the standard has them and as systems write them."""

from wire.dsn import DeliveryStatus, find_addresses, find_status, read_delivery_status

TWO = b"""Reporting-MTA: dns; mx.north.example\r
Original-Envelope-Id: 4711\r
\r
Original-Recipient: rfc822;ana@north.example\r
Final-Recipient: rfc822; <a.lopez@north.example>\r
Action: Failed (bad destination)\r
Status: 5.1.1 (Bad destination mailbox address)\r
Remote-MTA: dns; mail.north.example\r
Diagnostic-Code: smtp; 550-5.1.1 no such\r
 550 5.1.1 user\r
\r
Final-Recipient: rfc822; ben@north.example\r
Action: delayed\r
Status: 4.4.1\r
"""


def test_message_and_recipient_fields() -> None:
    status = read_delivery_status(TWO)
    first, second = status.recipients
    assert (status.reporting_mta, status.original_envelope_id) == ("mx.north.example", "4711")
    assert (first.original_recipient, first.final_recipient) == ("ana@north.example", "a.lopez@north.example")
    assert (first.action, first.status, first.remote_mta) == ("failed", "5.1.1", "mail.north.example")
    assert first.diagnostic_code == "550-5.1.1 no such 550 5.1.1 user"
    assert (second.final_recipient, second.action, second.status) == ("ben@north.example", "delayed", "4.4.1")
    assert second.diagnostic_code == ""


def test_groups_run_together_and_torn_apart() -> None:
    together = b"Final-Recipient: rfc822; a@north.example\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@north.example\n"
    assert [each.final_recipient for each in read_delivery_status(together).recipients] == [
        "a@north.example",
        "b@north.example",
    ]
    torn = b"\n\nFinal-Recipient: rfc822; a@north.example\n\nAction: failed\n\nStatus: 5.2.2\n"
    (only,) = read_delivery_status(torn).recipients
    assert (only.action, only.status) == ("failed", "5.2.2")


def test_the_comment_of_a_status_stands_in_for_a_missing_diagnostic() -> None:
    (only,) = read_delivery_status(b"Final-Recipient: rfc822; a@north.example\nStatus: 5.4.4 (no host)\n").recipients
    assert only.diagnostic_code == "no host"


def test_nothing_in_it() -> None:
    assert read_delivery_status(b"") == DeliveryStatus()


def test_addresses_and_status_codes_in_text() -> None:
    text = """<a@north.example>, "b"@north.example. c@north.example... 10.5.1.1 (#5.1.1)"""
    assert find_addresses(text) == ['"b"@north.example', "a@north.example", "c@north.example"]
    assert find_status(text) == "5.1.1"
    assert find_status("5.0.0 refused: 550 5.7.1 no") == "5.7.1"
    assert find_status("192.5.2.2") == ""
