"""`badgepost tickets` and what `badgepost why` tells of requests, run in this process on a real database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from badgepost.cli import app
from badgepost.cli.asking import now
from badgepost.refusal import Refusal
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service
from desk.requests.carrying_out import CarriedOut, carry_out
from desk.requests.orders import Asker, Change, MailThread, Order
from desk.words import Intent, Outcome, Role
from tests.databases import copy_folder
from tests.web.fixtures import Issued, sample

__all__ = ["sample"]
Run = Callable[..., Result]

ADA = "ada@mail.example"
CONTACT = "office@fjellvik.example"


@pytest.fixture
def service(tmp_path: Path, sample: Issued) -> Iterator[Service]:
    copy_folder(sample.folder, tmp_path)
    service = open_service(Settings(data_dir=tmp_path))
    yield service
    service.engine.dispose()


@pytest.fixture
def run(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BADGEPOST_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, said: str | None = None) -> Result:
        return CliRunner().invoke(app, ["tickets", *arguments] if arguments[0] != "why" else list(arguments), said)

    return run


def refusal(result: Result) -> str:
    assert isinstance(result.exception, Refusal), result.output
    return "; ".join(result.exception.lines)


@pytest.fixture
def asked(service: Service) -> CarriedOut:
    """Two names that staff must look at."""
    with service.engine.begin() as connection:
        query = text("SELECT earner_id FROM earner_address WHERE address = :a")
        ada, other = (str(connection.execute(query, {"a": a}).scalar_one()) for a in (ADA, "maxi@beispiel.example"))
        issuer = str(connection.execute(text("SELECT id FROM issuer WHERE slug = 'fjellvik'")).scalar_one())
        changes = (
            Change(Intent.NAME_CHANGE, ada, new_name="Ada Lovelace"),
            replace(Change(Intent.NAME_CHANGE, other, new_name="Robin Else"), fault="nobody knows why"),
        )
        asker = Asker(Role.ISSUER, CONTACT, "The office", issuer, None, "en")
        thread = MailThread("raw", "one@fjellvik.example", (), "Two names\x1b[31m")
        order = Order(Outcome.APPROVE, Intent.NAME_CHANGE, asker, thread, changes, (), "a doubt", "Please\x1b[2J.")
        return carry_out(connection, service.office, order, now())


def test_a_ticket_is_listed_and_shown(run: Run, asked: CarriedOut) -> None:
    reference = str(asked.reference)
    for options in ((), ("--all",), ("--intent", "name_change"), ("--search", reference.lower()), ("--queue", "")):
        assert run("list", *options).output.startswith(reference), options
    for options, said in (
        (("--state", "closed"), "There are none that are closed; see --all.\n"),
        (("--assigned", "Robin"), "There are none that are open; see --all.\n"),
        (("--all", "--search", "nothing"), "There are no such tickets.\n"),
    ):
        assert run("list", *options).output == said
    shown = run("show", reference).output
    for words in (
        "a doubt",
        "needs staff",
        "1. Change the name of Ada",
        "2. ",
        "-- nobody knows why",
        "ticket_received",
    ):
        assert words in shown
    assert "\x1b" not in shown


def test_staff_work_through_a_ticket(run: Run, asked: CarriedOut, service: Service) -> None:
    reference = str(asked.reference)
    assert run("assign", reference, "Robin", "--by", "Kim").output == f"{reference}: assigned to Robin.\n"
    assert run("note", reference, "-", said="She rang.\nTwice.").exit_code == 0
    assert run("reply", reference, "One moment.").output == f"{reference}: the reply is queued.\n"
    assert (
        run("approve", reference, "--only", "1", "--name", "Ada Lovelance", "--by", "Kim").output
        == f"{reference}: done.\n"
    )
    shown = run("show", reference).output
    for words in ("closed", "Kim", "She rang.", "One moment.", "name_change {'name': 'Ada", "change_receipt to"):
        assert words in shown
    assert run("undo", reference).output == f"{reference}: taken back.\n"
    assert "undone" in run("show", reference).output
    assert run("reopen", reference).output == f"{reference}: open.\n"
    assert run("close", reference).output == f"{reference}: closed.\n"
    told = run("why", ADA).output
    for words in ("name_change", "Ada Lovelance", "undone", reference):
        assert words in told, words
    assert reference in run("why", CONTACT).output


def test_what_cannot_be_done_is_said(run: Run, asked: CarriedOut) -> None:
    reference = str(asked.reference)
    assert "no ticket" in refusal(run("show", "BP-000000"))
    assert "no ticket" in refusal(run("approve", "BP-000000", "--only", "1"))
    assert "one change" in refusal(run("approve", reference, "--name", "Ada L."))
    assert "number 3" in refusal(run("approve", reference, "--only", "3"))
    assert "nothing is proposed" in refusal(run("approve", reference, "--proposal", "nosuch"))
    assert run("decline", reference, "--reason", "No.").output == f"{reference}: declined.\n"
    assert "nothing is proposed" in refusal(run("decline", reference))
    assert "0 proposals" in refusal(run("approve", reference, "--only", "1"))
    assert "changed nothing" in refusal(run("undo", reference))
