"""A database that was copied, moved or brought back does not send again; a restart and the like stop nothing."""

import asyncio
import re
import shutil
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.badgepost.services import Service, begin, begin_quickly, choose_kind
from tests.badgepost.test_worker import run, until, working
from tests.databases import copy_folder
from tests.mailer.delivery.conftest import smtp_to
from tests.mailer.delivery.scripted_relay import ScriptedRelay
from tests.mailer.ledgers import open_ledger


def copy_of(service: Service, name: str) -> Service:
    copy = Service(service.folder.parent / name)
    copy_folder(service.folder, copy.folder)
    return copy


def take_back(terminal) -> None:
    """Make the database what it was after the first mail, as somebody does who brings back an old state in place."""
    terminal.change("DELETE FROM attempt WHERE message_id IN (SELECT id FROM message WHERE rcpt_to LIKE 'li@%')")
    terminal.change("UPDATE message SET state = 'queued', attempts = 0, fence = 0 WHERE rcpt_to LIKE 'li@%'")


def copies(terminal) -> list[str]:
    """Return whom each mail in the outbox is to."""
    mails = [path.read_text() for path in (terminal.folder / "var" / "outbox").rglob("*.eml")]
    return sorted(found[1] for mail in mails for found in re.finditer(r"^To: (\w+) ", mail, re.MULTILINE))


@pytest.fixture
def sent(request: pytest.FixtureRequest, tmp_path: Path, terminal) -> Service:
    """Ada has her mail, and then Li got hers."""
    choose_kind(request)
    service = begin_quickly(tmp_path / "service")
    for name in ("ada", "li"):
        service.issue(name)
        assert service.deliver() == "1 sent."
    return service


@pytest.mark.usefixtures("either_database")
def test_what_happens_to_every_service_fences_nothing(sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "another-name")
    monkeypatch.setattr("mailer.instance.places._read_machine_id", lambda: "of another container")
    sent.issue("bo")
    assert sent.deliver() == "1 sent."
    for note in (sent.folder / "var").glob("*.note"):
        note.unlink()
    sent.issue("cy")
    ran = sent.run("worker", "--once", "--name", "new-machine")
    assert ran.out == "Delivered what was due: 1 sent.\n"
    assert sent.run("instance").out.endswith("\nMail is sent from it.\n")


@pytest.mark.usefixtures("either_database")
def test_an_earlier_state_sends_nothing_again(sent) -> None:
    take_back(sent)
    ran = sent.run("worker", "--once")
    assert (ran.status, ran.lines[-1]) == (
        2,
        "badgepost: nothing is sent from this database: mails were sent from here that it knows nothing of: "
        "it is an earlier state, brought back; see `badgepost instance`",
    )
    assert "FENCED since" in sent.run("instance", "show").out
    assert "Nothing is sent from this database: mails were sent" in sent.run("queue").out
    assert len(copies(sent)) == 2
    sent.issue("bo")
    adopted = sent.run("instance", "adopt", "--restored")
    assert adopted.out.startswith("1 message is set aside: they may have been sent since.\n")
    assert sent.deliver() == "1 sent."
    assert copies(sent) == ["ada", "bo", "li"]
    assert "restored: may have been sent since" in sent.run("why", "li@mail.example").out
    assert sent.run("queue", "retry", "li@mail.example").status == 0
    assert sent.deliver() == "1 sent."
    sent.issue("cy")
    assert sent.deliver() == "1 sent."


@pytest.mark.sqlite_only("a backup that is a database file")
def test_an_earlier_state_is_not_said_to_be_moved(sent) -> None:
    backup = sent.folder / "backup"
    sent.issue("bo")
    assert sent.run("backup", str(backup)).status == 0
    assert sent.deliver() == "1 sent."
    shutil.copyfile(backup, sent.database)
    for ending in ("-wal", "-shm"):
        Path(f"{sent.database}{ending}").unlink(missing_ok=True)
    refused = sent.run("instance", "adopt", "--moved")
    assert (refused.status, "say --restored" in refused.err) == (2, True), refused.err
    assert sent.run("instance", "adopt", "--restored").status == 0
    assert sent.deliver() == "nothing."
    assert copies(sent) == ["ada", "bo", "li"]


def test_account_mail_may_be_let_go(sent) -> None:
    take_back(sent)
    assert sent.run("worker", "--once").status == 2
    assert sent.run("instance", "adopt", "--restored", "--resend-account").out.startswith("0 messages are set aside")
    assert sent.deliver() == "1 sent."


@pytest.mark.usefixtures("either_database")
def test_a_copy_elsewhere_sends_nothing(sent) -> None:
    sent.issue("bo")
    copy = copy_of(sent, "copy")
    ran = copy.run("worker", "--once")
    assert (ran.status, "it stands in another place" in ran.err) == (2, True)
    assert sent.deliver() == "1 sent."


def test_a_move_is_said_once(sent) -> None:
    sent.issue("bo")
    copy = copy_of(sent, "copy")
    assert "the first worker that starts will fence it" in copy.run("instance").out
    assert copy.run("instance", "adopt", "--moved").status == 0
    assert copy.deliver() == "1 sent."
    copy.issue("cy")
    assert copy.deliver() == "1 sent."
    assert copy.run("instance", "adopt", "--moved").lines == ["badgepost: it is not fenced: mail is sent from it"]


def test_another_database_that_was_sent_from(sent) -> None:
    other = copy_of(sent, "other")
    assert other.run("instance", "adopt", "--moved").status == 0
    shutil.copy(next((sent.folder / "var").glob("*.note")), other.folder / "var")
    assert other.deliver() == "nothing."
    # The note of the adopted one says nothing to the original.
    shutil.copy(next((other.folder / "var").glob("*.note")), sent.folder / "var")
    assert "out of another database" in sent.run("worker", "--once").err


def test_a_new_beginning_in_an_old_folder(sent, tmp_path: Path) -> None:
    fresh = begin(tmp_path / "fresh")
    shutil.copy(next((sent.folder / "var").glob("*.note")), fresh.folder / "var")
    shutil.copy(next((sent.folder / "var").glob("*.note")), fresh.folder / "var" / "worker-former.note")
    for name in ("ada", "li"):
        fresh.issue(name)
        assert fresh.deliver() == "1 sent."


def test_an_operator_fences_a_clone(sent) -> None:
    sent.issue("bo")
    assert sent.run("instance", "fence", "--because", "a clone").out.startswith("Nothing is sent")
    assert "nothing is sent from this database: a clone" in sent.run("worker", "--once").err
    assert sent.run("instance", "adopt").status == 2
    assert sent.run("instance", "adopt", "--moved", "--resend-account").status == 2
    assert sent.run("instance", "adopt", "--moved").status == 0
    assert sent.deliver() == "1 sent."


@pytest.mark.sqlite_only("a file put in the place of another")
def test_a_file_of_before_in_the_same_place(sent) -> None:
    sent.issue("bo")
    old = sent.folder / "old.db"
    _copy_file(sent.database, old)
    assert sent.deliver() == "1 sent."
    _copy_file(old, sent.database)
    assert "it is an earlier state" in sent.run("worker", "--once").err
    assert copies(sent) == ["ada", "bo", "li"]


def _copy_file(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def test_a_running_worker_stops_when_its_database_is_taken_back(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        ledger.add_many(600)

        async def scenario() -> None:
            pulse = timedelta(seconds=0.2)
            async with (
                ScriptedRelay(pace=0.02) as relay,
                working(ledger, tmp_path, smtp_to(relay, connections=5), pulse=pulse),
            ):
                await until(lambda: ledger.rows("SELECT 1 FROM instance WHERE epoch >= 2"))
                ledger.execute("UPDATE instance SET epoch = 0")
                await until(lambda: ledger.rows("SELECT 1 FROM instance WHERE fenced_at IS NOT NULL"))
                accepted = len(relay.accepted)
                await asyncio.sleep(0.5)
                assert len(relay.accepted) <= accepted + 5  # what was under way
                ledger.execute("UPDATE instance SET fenced_at = NULL, former = name, name = 'adopted'")
                await until(lambda: len(relay.accepted) > accepted + 5)

        run(scenario)
