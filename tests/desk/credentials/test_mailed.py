"""What mails will bring is read once for many of them, and kept within bounds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from badges.openbadges.baking import make_chunks
from badges.openbadges.hosted import write_assertion
from desk.credentials import mailed
from desk.credentials.finding import find_credential
from desk.credentials.mailed import MailedCredentials
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import claim
from mailer.queue.leases import register
from tests.desk.conftest import Desk


@pytest.fixture
def messages(desk: Desk) -> list[Claimed]:
    desk.issue("email,name\n" + "".join(f"e{number}@mail.example,Earner No {number}\n" for number in range(7)))
    with desk.office.engine.begin() as connection:
        worker = register(connection, "lease", "worker", "here", desk.now)
        return list(claim(connection, worker, 10, desk.now).messages)


@pytest.fixture
def credentials(desk: Desk) -> MailedCredentials:
    office = desk.office
    return MailedCredentials(office.engine, office.credentials, office.site.base_url)


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(desk.office.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(desk.office.engine, "before_cursor_execute", note)


def look_ahead(desk: Desk, credentials: MailedCredentials, messages: list[Claimed]) -> None:
    with desk.office.engine.connect() as connection:
        credentials.look_ahead(connection, messages)


def ids_of(desk: Desk) -> list[str]:
    return [facts["credential"] for facts in desk.facts("issuance")]


def expected(desk: Desk, credential_id: str) -> bytes:
    office = desk.office
    with office.engine.connect() as connection:
        recorded = find_credential(connection, credential_id)
    assert recorded is not None
    older = write_assertion(recorded.attested, office.site.base_url)
    return make_chunks(office.credentials.sign_credential(recorded.attested), older)


def test_one_statement_reads_what_many_mails_need(
    desk: Desk, credentials: MailedCredentials, messages: list[Claimed]
) -> None:
    with counted(desk) as statements:
        look_ahead(desk, credentials, messages)
        chunks = {credential_id: credentials.load(credential_id) for credential_id in ids_of(desk)}
    assert len([statement for statement in statements if "credential" in statement]) == 1
    assert chunks == {credential_id: expected(desk, credential_id) for credential_id in ids_of(desk)}


def test_what_was_not_read_ahead_is_read_when_it_is_wanted(desk: Desk, credentials: MailedCredentials) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    [credential_id] = ids_of(desk)
    assert credentials.load(credential_id) == expected(desk, credential_id)
    assert credentials.load("nosuch") is None


def test_no_more_is_kept_than_a_worker_claims(
    desk: Desk, credentials: MailedCredentials, messages: list[Claimed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailed, "MOST_AHEAD", 5)
    for start in (0, 3):
        look_ahead(desk, credentials, messages[start : start + 3])
    wanted = [json.loads(message.facts)["credential"] for message in messages[:6]]
    with counted(desk) as statements:
        assert all(map(credentials.load, wanted))
    assert len([statement for statement in statements if "credential" in statement]) == 3


def test_a_mail_is_composed_once_so_its_credential_is_not_kept_longer(
    desk: Desk, credentials: MailedCredentials, messages: list[Claimed]
) -> None:
    look_ahead(desk, credentials, messages)
    for credential_id in ids_of(desk):
        credentials.load(credential_id)
    with counted(desk) as statements:
        credentials.load(ids_of(desk)[0])
    assert len([statement for statement in statements if "FROM credential" in statement]) == 1


@pytest.mark.parametrize("facts", ["", "[]", "null", '{"credential": ["x"]}', '{"credential": null}', "{}"])
def test_facts_that_cannot_be_read_stop_no_claim(
    facts: str, desk: Desk, credentials: MailedCredentials, messages: list[Claimed]
) -> None:
    desk.change("UPDATE message SET facts = :facts", facts=facts)
    with desk.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE message SET worker_id = NULL")
        worker = register(connection, "other", "another", "here", desk.now)
        broken = claim(connection, worker, 10, desk.now).messages
        assert len(broken) == 7
        with counted(desk) as statements:
            credentials.look_ahead(connection, broken)
    assert statements == []


def test_a_row_that_cannot_be_read_holds_up_no_other_mail(desk: Desk, credentials: MailedCredentials) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    desk.issue("email,name\nli@mail.example,Li\n", badge="mentor")
    wanted = {facts["address"]: facts["credential"] for facts in desk.facts("issuance")}
    desk.change(
        "UPDATE achievement SET content = '{}' WHERE digest ="
        " (SELECT achievement_digest FROM credential WHERE id = :id)",
        id=wanted["li@mail.example"],
    )
    with desk.office.engine.begin() as connection:
        worker = register(connection, "lease", "worker", "here", desk.now)
        credentials.look_ahead(connection, claim(connection, worker, 10, desk.now).messages)
    assert credentials.load(wanted["ada@mail.example"]) == expected(desk, wanted["ada@mail.example"])
    with pytest.raises(KeyError):
        credentials.load(wanted["li@mail.example"])
