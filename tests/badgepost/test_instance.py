"""A database that was copied, moved or brought back does not send again; a restart and the like stop nothing."""

import re
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Engine

from badgepost.database import open_engine
from tests.badgepost.conftest import PROGRAMME, Ran, Terminal
from tests.databases import copy_folder, variables_of


class Service(Terminal):
    """A terminal whose commands use a database of the kind at hand."""

    def run(self, *arguments: str, **variables: str) -> Ran:
        engines: list[Engine] = []

        def open_and_remember(url: str) -> Engine:
            engines.append(open_engine(url))
            return engines[-1]

        with patch("badgepost.opening.open_engine", open_and_remember):
            ran = super().run(*arguments, **variables_of(self.database), **variables)
        for engine in engines:  # as the end of a process does
            engine.dispose()
        return ran


def begin(folder: Path) -> Service:
    service = Service(folder)
    service.write("programme.json", PROGRAMME)
    assert service.run("import", "programme.json").status == 0
    return service


def copy_of(service: Service, name: str) -> Service:
    copy = Service(service.folder.parent / name)
    copy_folder(service.folder, copy.folder)
    return copy


def issue(terminal, *people: str) -> None:
    terminal.write("roster.csv", "email,name\n" + "".join(f"{name}@mail.example,{name}\n" for name in people))
    ran = terminal.run("issue", "roster.csv", "--badge", "first-kite")
    assert ran.status == 0, ran.err


def deliver(terminal) -> str:
    ran = terminal.run("worker", "--once")
    assert ran.status == 0, ran.err
    return ran.out.removeprefix("Delivered what was due: ").strip()


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
    if "either_database" in request.fixturenames:
        request.getfixturevalue("either_database")
    (tmp_path / "service").mkdir()
    service = begin(tmp_path / "service")
    for name in ("ada", "li"):
        issue(service, name)
        assert deliver(service) == "1 sent."
    return service


@pytest.mark.usefixtures("either_database")
def test_what_happens_to_every_service_fences_nothing(sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "another-name")
    monkeypatch.setattr("mailer.instance.places._read_machine_id", lambda: "of another container")
    issue(sent, "bo")
    assert deliver(sent) == "1 sent."
    for note in (sent.folder / "var").glob("*.note"):
        note.unlink()
    issue(sent, "cy")
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
    assert len(copies(sent)) == 2
    issue(sent, "bo")
    adopted = sent.run("instance", "adopt", "--restored")
    assert adopted.out.startswith("1 message is set aside: they may have been sent since.\n")
    assert deliver(sent) == "1 sent."
    assert copies(sent) == ["ada", "bo", "li"]
    assert "restored: may have been sent since" in sent.run("why", "li@mail.example").out
    assert sent.run("queue", "retry", "li@mail.example").status == 0
    assert deliver(sent) == "1 sent."
    issue(sent, "cy")
    assert deliver(sent) == "1 sent."


def test_account_mail_may_be_let_go(sent) -> None:
    take_back(sent)
    assert sent.run("worker", "--once").status == 2
    assert sent.run("instance", "adopt", "--restored", "--resend-account").out.startswith("0 messages are set aside")
    assert deliver(sent) == "1 sent."


@pytest.mark.usefixtures("either_database")
def test_a_copy_elsewhere_sends_nothing(sent) -> None:
    issue(sent, "bo")
    copy = copy_of(sent, "copy")
    ran = copy.run("worker", "--once")
    assert (ran.status, "it stands in another place" in ran.err) == (2, True)
    assert deliver(sent) == "1 sent."


def test_a_move_is_said_once(sent) -> None:
    issue(sent, "bo")
    copy = copy_of(sent, "copy")
    assert "the first worker that starts will fence it" in copy.run("instance").out
    assert copy.run("instance", "adopt", "--moved").status == 0
    assert deliver(copy) == "1 sent."
    issue(copy, "cy")
    assert deliver(copy) == "1 sent."
    assert copy.run("instance", "adopt", "--moved").lines == ["badgepost: it is not fenced: mail is sent from it"]


def test_another_database_that_was_sent_from(sent) -> None:
    other = copy_of(sent, "other")
    assert other.run("instance", "adopt", "--moved").status == 0
    shutil.copy(next((sent.folder / "var").glob("*.note")), other.folder / "var")
    assert deliver(other) == "nothing."
    # The note of the adopted one says nothing to the original.
    shutil.copy(next((other.folder / "var").glob("*.note")), sent.folder / "var")
    assert "out of another database" in sent.run("worker", "--once").err


def test_a_new_beginning_in_an_old_folder(sent, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    fresh = begin(tmp_path / "fresh")
    shutil.copy(next((sent.folder / "var").glob("*.note")), fresh.folder / "var")
    issue(fresh, "ada")
    assert deliver(fresh) == "1 sent."


def test_an_operator_fences_a_clone(sent) -> None:
    issue(sent, "bo")
    assert sent.run("instance", "fence", "--because", "a clone").out.startswith("Nothing is sent")
    assert "nothing is sent from this database: a clone" in sent.run("worker", "--once").err
    assert sent.run("instance", "adopt").status == 2
    assert sent.run("instance", "adopt", "--moved", "--resend-account").status == 2
    assert sent.run("instance", "adopt", "--moved").status == 0
    assert deliver(sent) == "1 sent."


@pytest.mark.sqlite_only("a file put in the place of another")
def test_a_file_of_before_in_the_same_place(sent) -> None:
    issue(sent, "bo")
    old = sent.folder / "old.db"
    _copy_file(sent.database, old)
    assert deliver(sent) == "1 sent."
    _copy_file(old, sent.database)
    assert "it is an earlier state" in sent.run("worker", "--once").err
    assert copies(sent) == ["ada", "bo", "li"]


def _copy_file(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
