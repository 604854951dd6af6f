"""Support mail from an SMTP socket to the act and its answer, through a running listener and processor."""

import json
import re
import signal
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbound.explaining import normalize_line_ends
from tests.badgepost.conftest import Terminal
from tests.inbound.processing.mail_office import PROGRAMME, make_mail

BORDER = "mx.badgepost.example"
SUPPORT = "support@badgepost.example"
SECONDS = 90
TABLES = ("message", "ticket", "ticket_entry", "record_change", "proposal", "automatic_answer", "suppression")
_NULL_PATH = re.compile(rb"^Return-Path:[ \t]*<>", re.IGNORECASE | re.MULTILINE)
_PATH = re.compile(rb"^Return-Path:[ \t]*<([^<>\r\n]+)>", re.IGNORECASE | re.MULTILINE)


@dataclass
class Running:
    """A listener and a processor on one database."""

    terminal: Terminal
    port: int

    def send(self, content: bytes, mail_from: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, "border.example") as client:
            assert client.sendmail(mail_from, [SUPPORT], content, ["BODY=8BITMIME", "SMTPUTF8"]) == {}

    def await_done(self, count: int) -> None:
        """Wait until so many deliveries are done."""
        self.await_it(
            lambda: self.terminal.rows("SELECT COUNT(*) FROM delivery WHERE state = 'done'")[0][0] >= count,
            f"{count} deliveries are done",
        )

    def await_it(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, what
            time.sleep(0.1)

    def count(self) -> dict[str, int]:
        return {table: self.terminal.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES}


@contextmanager
def running(terminal: Terminal) -> Iterator[Running]:
    """Run both as processes, as `badgepost serve` does; end them as it does."""
    own = f'authserv_id = "{BORDER}"\nhelo_name = "mx.kite.example"\n[listener]\nport = 0\n'
    terminal.write("badgepost.toml", own)
    with terminal.start("listen") as listener, terminal.start("process") as processor:
        try:
            assert listener.stdout is not None
            said = listener.stdout.readline()
            place = re.search(r"port (\d+)\.", said)
            assert place is not None, said
            yield Running(terminal, int(place[1]))
        finally:
            for process in (listener, processor):
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)
    assert (listener.returncode, processor.returncode) == (0, 0)


def read_path(content: bytes) -> str:
    """Return the reverse-path of a mail in a file."""
    found = None if _NULL_PATH.search(content) else _PATH.search(content)
    return found[1].decode() if found else ""


@pytest.mark.timeout(240)
def test_the_shared_mails_end_as_they_are_explained_and_twice_changes_nothing(tmp_path: Path, shared: Path) -> None:
    mails = sorted((shared / "examples" / "support-mail").glob("*.eml"))
    terminal = Terminal(tmp_path)
    assert terminal.run("import", str(shared / "examples" / "world.json")).status == 0
    explained = terminal.run("inbound", "explain", "--json", *map(str, mails), BADGEPOST_AUTHSERV_ID=BORDER)
    expected = [json.loads(line) for line in explained.out.splitlines()]
    with running(terminal) as service:
        for path in mails:
            content = normalize_line_ends(path.read_bytes())
            service.send(content, read_path(content))
        service.await_done(len(mails))
        decided = service.terminal.rows(
            "SELECT role, intent, outcome FROM decision JOIN delivery ON delivery.id = delivery_id ORDER BY received_at"
        )
        assert [tuple(row) for row in decided] == [(one["role"], one["intent"], one["outcome"]) for one in expected]
        before = service.count()
        for path in mails:
            content = normalize_line_ends(path.read_bytes())
            service.send(content, read_path(content))
        service.await_done(2 * len(mails))
        assert service.count() == before
        again = service.terminal.rows("SELECT outcome, COUNT(*) FROM decision GROUP BY outcome")
        assert sum(count for _, count in again) == 2 * len(mails)


@pytest.mark.timeout(120)
def test_a_request_is_carried_out_and_answered_once(terminal: Terminal) -> None:
    assert terminal.run("import", str(terminal.write("programme.json", PROGRAMME))).status == 0
    with running(terminal) as service:
        service.send(make_mail(), "dana.reyes@asee.example")
        service.send(make_mail(), "dana.reyes@asee.example")
        service.await_done(2)
        outcomes = service.terminal.rows("SELECT outcome FROM decision ORDER BY decided_at")
        assert [row.outcome for row in outcomes] == ["apply", "drop"]
        [receipt] = service.terminal.rows("SELECT rcpt_to, facts FROM message WHERE kind = 'change_receipt'")
        assert receipt.rcpt_to == "dana.reyes@asee.example"
        assert service.terminal.rows("SELECT locked_at FROM account WHERE locked_at IS NOT NULL") == []
    ran = terminal.run("worker", "--once")
    assert ran.status == 0, ran.err
    outbox = terminal.folder / "var" / "outbox"
    answers = [path.read_text() for path in outbox.glob("*.eml")]
    [answer] = [
        mail for mail in answers if "\nTo: Dana Reyes <dana.reyes@asee.example>" in mail or "dana.reyes@" in mail
    ]
    assert "Auto-Submitted: auto-replied" in answer
    assert "In-Reply-To: <1@asee.example>" in answer


@pytest.mark.timeout(120)
def test_serve_takes_mail_and_deals_with_it(terminal: Terminal) -> None:
    """One command, and the whole house stands."""
    assert terminal.run("import", str(terminal.write("programme.json", PROGRAMME))).status == 0
    terminal.write("badgepost.toml", f'authserv_id = "{BORDER}"\nweb_port = 0\n[listener]\nport = 0\n')
    with terminal.start("serve") as process:
        try:
            assert process.stdout is not None
            place = None
            while place is None:
                place = re.search(r"Taking mail over SMTP on 127.0.0.1 port (\d+)", process.stdout.readline())
            service = Running(terminal, int(place[1]))
            service.send(make_mail(), "dana.reyes@asee.example")
            service.await_done(1)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=90)
    assert process.returncode == 0
