"""`badgepost listen` as a process: takes mail, says where, stops when told."""

import re
import signal
import smtplib
import socket

import pytest

MAIL = "From: ada@mail.example\r\nSubject: hello\r\n\r\nbody\r\n"


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_mail_is_taken_and_a_signal_ends_it(terminal, protocol: str) -> None:
    terminal.write("badgepost.toml", f'helo_name = "mx.kite.example"\n[listener]\nport = 0\nprotocol = "{protocol}"\n')
    with terminal.start("listen") as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        place = re.fullmatch(rf"Taking mail over {protocol.upper()} on 127.0.0.1 port (\d+)\.\n", said)
        assert place is not None
        kind = smtplib.LMTP if protocol == "lmtp" else smtplib.SMTP
        with kind("127.0.0.1", int(place[1]), "client.example") as client:
            assert client.sendmail("ada@mail.example", ["support@badgepost.example"], MAIL) == {}
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("ada@mail.example", ["nobody@badgepost.example"], MAIL)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30) == ("Stopped.\n", "")
    assert process.returncode == 0
    dump = "\n".join(terminal.dump())
    assert "ada@mail.example" in dump
    assert "client.example" in dump


def test_a_port_that_is_taken(terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = terminal.run("listen", BADGEPOST_LISTENER__PORT=str(port))
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith(f"badgepost: cannot listen on 127.0.0.1 port {port}: ")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_that_is_none(terminal, content: str | None) -> None:
    if content:
        terminal.write("tls.pem", content)
    ran = terminal.run("listen", BADGEPOST_LISTENER__TLS_CERTIFICATE="tls.pem", BADGEPOST_LISTENER__PORT="0")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert ran.err.startswith("badgepost: listener.tls_certificate tls.pem: ")


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        ("LISTENER__PORT", "70000", "listener.port"),
        ("LISTENER__PROTOCOL", "uucp", "listener.protocol"),
        ("LISTENER__PROXIES", '["here"]', "listener.proxies"),
        ("LISTENER__LIMITS__RECIPIENTS", "3", "listener.limits.recipients"),
    ],
)
def test_a_wrong_value_is_told(terminal, variable: str, value: str, name: str) -> None:
    ran = terminal.run("batches", **{f"BADGEPOST_{variable}": value})
    assert ran.status == 2
    assert ran.err.startswith(f"badgepost: setting {name}")
