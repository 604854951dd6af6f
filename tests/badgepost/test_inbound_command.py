"""`badgepost inbound` and `badgepost process`: judging files, dealing with what came in, looking at what became."""

import json
from pathlib import Path

import pytest

from badgepost.settings import Settings
from badgepost.wiring import open_service
from badgepost.worker_lock import WorkerLock
from inbound.processing.claims import claim, finish
from tests.badgepost.conftest import Terminal
from tests.databases import copy_folder
from tests.inbound.processing.mail_office import BORDER, PROGRAMME, MailOffice, make_mail


@pytest.fixture(scope="module")
def _imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the programme is imported, to be copied."""
    first = Terminal(tmp_path_factory.mktemp("imported"))
    first.write("badgepost.toml", f'authserv_id = "{BORDER}"\n')
    assert first.run("import", str(first.write("programme.json", PROGRAMME))).status == 0
    return first.folder


@pytest.fixture
def office(terminal: Terminal, _imported: Path) -> MailOffice:
    """A service in the terminal's folder, with mails that came in."""
    copy_folder(_imported, terminal.folder)
    settings = Settings(data_dir=terminal.folder / "var", authserv_id=BORDER)
    return MailOffice(open_service(settings), None)  # type: ignore[arg-type]  # nothing is read here


def test_a_mail_is_explained_to_staff(terminal: Terminal, office: MailOffice) -> None:
    terminal.write("mail.eml", make_mail())
    ran = terminal.run("inbound", "explain", "mail.eml")
    assert (ran.status, ran.err) == (0, "")
    said = ran.out.splitlines()
    assert said[0] == "mail.eml: apply"
    assert "dana.reyes@asee.example is a registered contact" in ran.out
    assert "unlock (sure)" in ran.out
    assert "Jane Smith <j.smith@corp.example>" in ran.out


def test_a_folder_and_a_file_with_other_line_ends_are_explained(terminal: Terminal, office: MailOffice) -> None:
    folder = terminal.folder / "mails"
    folder.mkdir()
    (folder / "one.eml").write_bytes(make_mail())
    (folder / "two.eml").write_bytes(make_mail().replace(b"\r\n", b"\n"))
    (folder / "notes.txt").write_text("no mail")
    told = [json.loads(line) for line in terminal.run("inbound", "explain", "--json", "mails").out.splitlines()]
    assert [Path(one["file"]).name for one in told] == ["one.eml", "two.eml"]
    assert [one["outcome"] for one in told] == ["apply", "apply"]


def test_a_file_that_is_not_there(terminal: Terminal, office: MailOffice) -> None:
    ran = terminal.run("inbound", "explain", "gone.eml")
    assert (ran.status, ran.lines) == (2, ["badgepost: gone.eml: No such file or directory"])


def test_what_came_in_is_dealt_with_listed_and_shown(terminal: Terminal, office: MailOffice) -> None:
    assert terminal.run("inbound", "list").out == "No mail has come in.\n"
    delivery = office.deliver(make_mail())
    # A process of its own: this one would go on with its signals and its niceness.
    with terminal.start("process", "--once") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "Dealt with what was due: 1 apply.\n"), err
    listed = terminal.run("inbound", "list").out
    assert listed.startswith(f"{delivery}  ")
    assert "apply issuer unlock BP-" in listed
    shown = terminal.run("inbound", "show", delivery).out
    assert "An account" in shown
    assert "the domain asee.example stands by this mail" in shown
    assert "begun 1 times" in shown


def test_a_shelved_mail_is_shown_and_retried(terminal: Terminal, office: MailOffice) -> None:
    delivery = office.deliver(make_mail())
    with office.service.engine.begin() as connection:
        assert claim(connection, "somebody", office.now) is not None
        finish(connection, delivery, "somebody", shelved=True)
    assert terminal.run("inbound", "list", "--shelved").out.startswith(delivery)
    assert terminal.run("inbound", "retry", delivery).out == "To be dealt with now: 1.\n"
    assert terminal.run("inbound", "list", "--shelved").out == "No mail is shelved.\n"
    ran = terminal.run("inbound", "retry", delivery)
    assert (ran.status, ran.lines) == (2, [f"badgepost: {delivery} is no shelved delivery"])


def test_a_mail_that_nobody_knows(terminal: Terminal, office: MailOffice) -> None:
    ran = terminal.run("inbound", "show", "nothing")
    assert (ran.status, ran.lines) == (2, ["badgepost: there is no mail nothing"])


def test_two_processors_of_one_name(terminal: Terminal, office: MailOffice) -> None:
    with WorkerLock(terminal.folder / "var", "one"):
        ran = terminal.run("process", "--name", "one", "--once")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert "a worker named one runs here already" in ran.err
