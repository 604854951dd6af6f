"""The limits: each is reached, told, and leaves the listener to others."""

import socket
import struct

import pytest

from inbound.listener.limits import Limits
from tests.inbound.listener.running import SUPPORT, Client, Shelf, running_listener

MAIL = b"Subject: hello\r\n\r\nbody\r\n"


@pytest.mark.parametrize(
    "limits", [Limits(connections_per_address=2), Limits(connections=2, connections_per_address=0)]
)
def test_connections_per_address_and_in_all(limits: Limits) -> None:
    with running_listener(Shelf().keep, limits=limits) as running, Client(running.port) as first:
        second, third = Client(running.port), Client(running.port)
        assert second.greeting.startswith("220")
        assert (third.greeting, third.reply()) == ("421 4.7.0 Too many connections", "")
        assert first.say("QUIT").startswith("221")
        fourth = Client.when_free(running.port)
        assert fourth.say("NOOP").startswith("250")
        for client in (second, third, fourth):
            client.__exit__()


def test_errors() -> None:
    with running_listener(Shelf().keep, limits=Limits(errors=3)) as running, Client(running.port) as client:
        client.say("EHLO c")
        client.say("MAIL FROM:<>")
        codes = [client.say(f"RCPT TO:<guess{number}@badgepost.example>")[:3] for number in range(4)]
        assert (codes, client.reply()) == (["550"] * 4, "421 4.7.0 Too many errors")
        assert client.reply() == ""


def test_commands() -> None:
    with running_listener(Shelf().keep, limits=Limits(commands=3)) as running, Client(running.port) as client:
        assert [client.say("NOOP")[:3] for _ in range(4)] == ["250"] * 4
        assert client.reply() == "421 4.7.0 Too many commands"


def test_recipients() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep, limits=Limits(recipients=2)) as running, Client(running.port) as client:
        client.say("EHLO c")
        client.say("MAIL FROM:<>")
        assert [client.say(f"RCPT TO:<{SUPPORT}>")[:3] for _ in range(3)] == ["250", "250", "452"]
        client.say("DATA")
        client.send(MAIL + b".\r\n")
        assert client.reply().startswith("250")
    assert [len(arrival.rcpt_to) for arrival in shelf.arrivals] == [2]


@pytest.mark.parametrize("size", [10_001, 300_000])
def test_a_message_that_is_too_large(size: int) -> None:
    shelf = Shelf()
    limits = Limits(message_bytes=10_000)
    line = b"a" * 98 + b"\r\n"
    with running_listener(shelf.keep, limits=limits) as running, Client(running.port) as client:
        assert client.send_mail(line * 100).startswith("250")
        assert client.send_mail(line * (size // 100) + b"\r\n").startswith("552 5.3.4")
        assert client.say("NOOP").startswith("250")
        assert running.reception.doors.bytes_in_flight == 0
    assert len(shelf.arrivals) == 1


def test_bytes_in_flight() -> None:
    shelf = Shelf()
    limits = Limits(bytes_in_flight=50_000)
    line = b"a" * 98 + b"\r\n"
    with running_listener(shelf.keep, limits=limits) as running, Client(running.port) as large:
        large.open_data()
        large.send(line * 400)
        with Client(running.port) as small:
            assert small.send_mail(line * 200).startswith("452 4.3.1")
            large.send(b".\r\n")
            assert large.reply().startswith("250")
            assert small.send_mail(line * 200).startswith("250")
    assert len(shelf.arrivals) == 2


def test_a_client_that_leaves_within_a_message_gives_its_room_back() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep, limits=Limits(connections=1)) as running:
        with Client(running.port) as client:
            client.open_data()
            client.send(MAIL)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with Client.when_free(running.port) as client:
            assert client.send_mail(MAIL).startswith("250")
        assert running.reception.doors.bytes_in_flight == 0
    assert len(shelf.arrivals) == 1


def test_time_for_a_transaction() -> None:
    shelf = Shelf()
    with running_listener(shelf.keep, limits=Limits(transaction_seconds=0.2)) as running:
        with Client(running.port) as client:
            client.open_data()
            client.send(MAIL)
            assert (client.reply(), client.reply()) == ("421 4.4.2 The transaction has taken too long", "")
        with Client(running.port) as client:
            assert client.send_mail(MAIL).startswith("250")
    assert len(shelf.arrivals) == 1


def test_a_client_that_is_idle() -> None:
    with running_listener(Shelf().keep, limits=Limits(idle_seconds=0.2)) as running, Client(running.port) as client:
        assert client.reply() == ""
