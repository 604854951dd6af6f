"""Mails that pass every check and are still not believed: another mailbox's, and old ones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.authentication.reservations import find_reservations, read_receipt_time
from wire.address import Address
from wire.message import Header, read_header

AUTHOR = Address("admin", "legit.example")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = b"Date: Fri, 20 Nov 2026 11:59:00 +0000\r\n"


def _header(fields: bytes) -> Header:
    return read_header(fields + b"\r\n")[0]


@pytest.mark.parametrize(
    "mail_from",
    [
        "admin@legit.example",
        "Admin@LEGIT.example",
        "",
        "bounces+17@legit.example",
        "b-381=x@legit.example",
        "no-reply@legit.example",
        "registrar@legit.example",
        "any@elsewhere.example",
        "not an address",
    ],
)
def test_the_author_the_colleague_and_programs_may_send(mail_from: str) -> None:
    assert find_reservations(_header(TODAY), AUTHOR, mail_from, NOW, colleagues={"registrar@legit.example"}) == ()


@pytest.mark.parametrize("mail_from", ["student@legit.example", "Student@Legit.Example"])
def test_another_user_of_the_same_domain_is_not_the_author(mail_from: str) -> None:
    (reservation,) = find_reservations(_header(TODAY), AUTHOR, mail_from, NOW)
    assert "student@legit.example" in reservation.lower()


@pytest.mark.parametrize(
    ("sender", "is_other"),
    [
        (b"Sender: student@legit.example\r\n", True),
        (b'Sender: "The <admin>" <student@legit.example>\r\n', True),
        (b"Sender: admin@legit.example\r\n", False),
        (b"Sender: Ann <registrar@legit.example>\r\n", False),
        (b"Sender: mailer@bulk.example\r\n", False),
    ],
)
def test_a_sender_field_that_names_another_user(sender: bytes, is_other: bool) -> None:
    found = find_reservations(_header(TODAY + sender), AUTHOR, "", NOW, colleagues={"registrar@legit.example"})
    assert bool(found) is is_other


@pytest.mark.parametrize(
    ("date", "is_old"),
    [
        (b"Fri, 20 Nov 2026 13:00:00 +0100", False),
        (b"Sat, 14 Nov 2026 12:00:00 +0000", False),
        (b"Thu, 12 Nov 2026 12:00:00 +0000", True),
        (b"Fri, 20 Nov 2015 12:00:00 -0000", True),
        (b"Mon, 23 Nov 2026 12:00:00 +0000", True),
        (b"yesterday", False),
        (b"Fri, 20 Nov 99999 12:00:00 +0000", False),
    ],
)
def test_old_mail_may_have_been_sent_again(date: bytes, is_old: bool) -> None:
    assert bool(find_reservations(_header(b"Date: " + date + b"\r\n"), AUTHOR, "", NOW)) is is_old


def test_the_time_of_the_signature_counts_too() -> None:
    week, month = int(NOW.timestamp()) - 6 * 86400, int(NOW.timestamp()) - 30 * 86400
    assert find_reservations(_header(TODAY), AUTHOR, "", NOW, signed_at=[week]) == ()
    assert find_reservations(_header(TODAY), AUTHOR, "", NOW, signed_at=[week, month])


def test_when_the_server_in_front_took_it() -> None:
    trace = b"Received: from a by b id 1;\r\n Fri, 20 Nov 2026 13:00:00 +0100\r\nReceived: from x; Mon, 2 Nov 2026\r\n"
    assert read_receipt_time(_header(trace)) == NOW
    assert read_receipt_time(_header(b"Received: from a by b\r\n")) is None
    assert read_receipt_time(_header(b"Subject: none\r\n")) is None


@given(st.binary(max_size=120), st.text(max_size=40))
def test_nothing_raises(value: bytes, mail_from: str) -> None:
    fields = b"Date: " + value + b"\r\nSender: " + value + b"\r\nReceived: " + value + b"\r\n"
    header = _header(fields)
    read_receipt_time(header)
    find_reservations(header, AUTHOR, mail_from, NOW)
