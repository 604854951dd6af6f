"""The conversation: what is offered, whom we take mail for, and what is kept of the envelope."""

import smtplib
import socket
import threading

import pytest

from inbound.store import NotKept
from tests.inbound.listener.running import HOST, SUPPORT, Client, Shelf, running_listener

MAIL = b"From: robin@north.example\r\nSubject: hello\r\n\r\nbody\r\n"


def test_a_mail_from_the_standard_library() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep) as running, smtplib.SMTP(HOST, running.port, "client.example") as client:
        client.ehlo()
        assert set(client.esmtp_features) == {"pipelining", "size", "8bitmime", "smtputf8"}
        text = "Subject: ü\r\n\r\n.dots\r\n..\r\n".encode()
        assert client.sendmail("robin@north.example", [SUPPORT], text, ["BODY=8BITMIME", "SMTPUTF8"]) == {}
    [arrival] = shelf.arrivals
    assert (arrival.mail_from, arrival.rcpt_to) == ("robin@north.example", (SUPPORT,))
    assert (arrival.helo_name, arrival.peer_address) == ("client.example", HOST)
    assert (arrival.protocol, arrival.tls, arrival.content) == ("ESMTP", None, text)


def test_the_null_reverse_path_and_helo() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep) as running, Client(running.port) as client:
        assert client.say("HELO old.example") == "250 mx.badgepost.example"
        assert client.say("MAIL FROM:<>").startswith("250")
        assert client.say("RCPT TO:<bounce+abcdefghij234567@badgepost.example>").startswith("250")
        client.say("DATA")
        client.send(MAIL + b".\r\n")
        assert client.reply() == "250 2.0.0 Kept as d"
        assert client.say("QUIT").startswith("221")
        assert client.reply() == ""
    assert [(one.mail_from, one.protocol) for one in shelf.arrivals] == [("", "SMTP")]


def test_everything_in_one_packet() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep) as running, Client(running.port) as client:
        envelope = f"MAIL FROM:<robin@north.example>\r\nRCPT TO:<{SUPPORT}>\r\nDATA\r\n".encode()
        client.send(b"EHLO client.example\r\n" + (envelope + MAIL + b".\r\n") * 2 + b"QUIT\r\n")
        replies = [client.reply()[:3] for _ in range(10)]
    assert replies == ["250", *["250", "250", "354", "250"] * 2, "221"]
    assert [arrival.content for arrival in shelf.arrivals] == [MAIL, MAIL]


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (["MAIL FROM:<a@b.example>"], "503"),
        (["EHLO c", "RCPT TO:<support@badgepost.example>"], "503"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "DATA"], "503"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503"),
        (["EHLO c", "MAIL FROM:<>", "MAIL FROM:<>"], "503"),
        (["EHLO c", "MAIL FROM:a@b.example"], "553"),
        (["EHLO c", "MAIL FROM:<a@b.example> SIZE=\u00b2"], "501"),
        (["EHLO c", "MAIL FROM:<a@b.example> SIZE=" + "9" * 500], "501"),
        (["EHLO c", "MAIL FROM:<a@b.example> SIZE=-1"], "501"),
        (["EHLO c", "MAIL FROM:<a@b.example> SIZE=99999999999"], "552"),
        (["EHLO c", "MAIL FROM:<a@b.example> BODY=BINARYMIME"], "501"),
        (["EHLO c", "MAIL FROM:<a@b.example> RET=FULL"], "555"),
        (["EHLO c", "MAIL FROM:<ü@b.example>"], "553"),
        (["EHLO c", "MAIL FROM:<ü@b.example> SMTPUTF8"], "250"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<nobody@badgepost.example>"], "550"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<someone@elsewhere.example>"], "550"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<>"], "550"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<Postmaster>"], "250"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<Postmaster>", "RSET", "DATA"], "503"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<Postmaster>", "EHLO c", "DATA"], "503"),
        (["EHLO"], "501"),
        (["EHLO two words"], "501"),
        (["LHLO c"], "500"),
        (["EHLO c", "AUTH PLAIN AAAA"], "500"),
        (["EHLO c", "STARTTLS"], "503"),
        (["EHLO c", "STARTTLS now"], "501"),
        (["PROXY TCP4 192.0.2.1 192.0.2.2 1 2"], "500"),
        (["VRFY support"], "252"),
        (["NOOP"], "250"),
        (["X" * 1100], "500"),
    ],
)
def test_replies(commands: list[str], code: str) -> None:
    with running_listener(Shelf().keep) as running, Client(running.port) as client:
        assert [client.say(command) for command in commands][-1][:3] == code


def test_commands_that_are_no_utf_8_and_endless_ones() -> None:
    with running_listener(Shelf().keep) as running, Client(running.port) as client:
        client.send(b"EHLO \xff\r\n")
        assert client.reply().startswith("500 5.5.2")
        client.send(b"X" * 200_000)
        assert client.reply().startswith("500 5.5.2")


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        (b"X: " + b"a" * 995 + b"\r\n\r\n" + b"a" * 998 + b"\r\n", "250"),
        (b"." + b"b" * 998 + b"\r\n", "250"),
        (b"X: y\r\n\r\n" + b"a" * 999 + b"\r\n", "550 5.6.0 A line"),
        (b"a" * 5000, "550 5.6.0 A line"),
        (b"X: y\r\n\r\na\0b\r\n", "550 5.6.0 The message holds a NUL"),
        (b"X: y\r\n\r\na\nb\r\n", "550 5.6.0 The message holds a CR"),
    ],
)
def test_what_a_message_may_be_made_of(content: bytes, reply: str) -> None:
    shelf = Shelf()
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    with running_listener(shelf.keep) as running, Client(running.port) as client:
        assert client.send_mail(content + end).startswith(reply)
        assert client.send_mail(MAIL).startswith("250")
    assert shelf.arrivals[-1].content == MAIL
    assert len(shelf.arrivals) == (2 if reply == "250" else 1)


def test_a_store_that_fails_is_told_as_451_and_asked_again() -> None:
    shelf = Shelf()
    kept, shelf.outcome = shelf.outcome, NotKept("disk full")
    with running_listener(shelf.keep) as running, Client(running.port) as client:
        assert client.send_mail(MAIL) == "451 4.3.0 The message could not be stored, try again later"
        shelf.outcome = kept
        assert client.send_mail(MAIL) == "250 2.0.0 Kept as d"
    assert len(shelf.arrivals) == 1


def test_a_fault_of_ours_ends_the_session_and_not_the_listener() -> None:
    async def keep(arrival: object) -> None:
        raise RuntimeError("a fault")

    with running_listener(keep) as running:
        for _ in range(2):
            with Client(running.port) as client:
                assert client.send_mail(MAIL) == "421 4.3.0 Local error, try again later"
                assert client.reply() == ""


def test_lmtp_replies_once_a_recipient() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep, protocol="lmtp") as running, Client(running.port) as client:
        assert client.say("EHLO client.example").startswith("500")
        assert client.say("LHLO client.example").startswith("250")
        client.say("MAIL FROM:<robin@north.example>")
        codes = [client.say(f"RCPT TO:<{to}>")[:3] for to in (SUPPORT, "nobody@badgepost.example", "postmaster")]
        client.say("DATA")
        client.send(MAIL + b".\r\n")
        assert (codes, client.reply(), client.reply()) == (["250", "550", "250"], *["250 2.0.0 Kept as d"] * 2)
        assert client.say("NOOP").startswith("250")
    assert [(one.protocol, one.rcpt_to) for one in shelf.arrivals] == [("LMTP", (SUPPORT, "postmaster"))]


def test_stopping_lets_a_transaction_end() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep) as running, Client(running.port) as busy, Client(running.port) as idle:
        busy.open_data()
        busy.send(MAIL[:20])
        stopping = threading.Thread(target=running.stop)
        stopping.start()
        assert idle.reply() == "421 4.3.2 The service is stopping"
        busy.send(MAIL[20:] + b".\r\n")
        assert [busy.reply()[:3], busy.reply()[:3], busy.reply()] == ["250", "421", ""]
        stopping.join()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, running.port))
    assert [arrival.content for arrival in shelf.arrivals] == [MAIL]
