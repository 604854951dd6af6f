"""The same on PostgreSQL: migrations lead to the tables, and two who issue at once do not double anything."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

from badgepost.database import alembic_config, migrate
from badgepost.settings import Settings
from badgepost.wiring import Service, make_composer, make_credentials, open_service
from badges.openbadges.baking import unbake
from desk.credentials.finding import find_credential
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueObserver, IssueOrder
from desk.mailing import Letter, write_letter
from desk.programme import import_programme
from desk.reminders import remind
from mailer.queue.claiming import claim
from mailer.queue.glance import glance_at_queue, list_set_aside, list_waiting
from mailer.queue.leases import register
from mailer.queue.overview import look_over
from mailer.queue.suppressions import Suppressed, find_suppressed, page_suppressions, suppress
from tests.badgepost.test_migrations import is_of_the_tables
from tests.databases import filled_database
from tests.mailer.postgresql import PROGRAMS, wait_until_waiting
from tests.pngs import picture_in

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.needs(*PROGRAMS)


@pytest.fixture
def service(on_postgresql: None, tmp_path: Path, change_programme: Callable[..., Any]) -> Iterator[Service]:
    """The service on a database that was migrated when it was empty, with the programme in it."""
    url = filled_database(tmp_path / "badgepost.db", migrate)
    service = open_service(Settings(data_dir=tmp_path, database_url=url))
    import_programme(service.engine, change_programme(), tmp_path, NOW)
    yield service
    service.engine.dispose()


def test_an_empty_database_becomes_what_the_tables_say(service: Service) -> None:
    with service.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_of_the_tables}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert migrate(service.engine) == (head, head)


def test_the_service_writes_in_its_own_name(service: Service) -> None:
    facts = {"name": "", "reference": "BP-7K2Q9M", "in_reply_to": "", "references": "", "re_subject": None}
    letter = Letter("ticket_received", "answer/1", None, None, "stranger@mail.example", facts)
    with service.engine.begin() as connection:
        assert write_letter(connection, service.office, letter, NOW)
        worker = register(connection, "lease", "worker", "here", NOW)
        [message] = claim(connection, worker, 10, NOW).messages
        assert find_suppressed(connection, [message]) == {}
        suppress(connection, [Suppressed("stranger@mail.example", "asked for it", NOW)])
        assert list(find_suppressed(connection, [message])) == [message.id]
    assert message.issuer_id is None
    assert b"From: Badge support <" in make_composer(service, make_credentials(service)).compose(message, NOW).data
    with service.engine.connect() as connection:
        assert look_over(connection).counts == {"queued": 1}
        assert (glance_at_queue(connection, NOW).under_way, list_set_aside(connection)) == (1, [])
        assert list_waiting(connection, "mail.example") == []
        assert page_suppressions(connection, "somebody") == []


def test_two_who_issue_the_same_roster_at_once_do_not_double_it(service: Service) -> None:
    rows = [f"person{number}@mail.example,Person {number}" for number in range(1500)]
    both_have_checked, outcomes = Barrier(2), []

    class Waiting(IssueObserver):
        def on_progress(self, checked: int, written: int) -> None:
            if checked == 1500 and not written:
                both_have_checked.wait(30)

    def issue(rows: list[str]) -> None:
        source = io.BytesIO("\n".join(["email,name", *rows]).encode())
        order = IssueOrder("first-kite", source, "roster.csv")
        outcomes.append(issue_roster(service.office, order, NOW, Waiting()))

    # In opposite orders, which without taking turns would end in a deadlock.
    desks = [Thread(target=issue, args=(order,)) for order in (rows, rows[::-1])]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert all(isinstance(outcome, Issued) for outcome in outcomes)
    assert sorted(outcome.summary.mails for outcome in outcomes) == [0, 1500]
    with service.engine.connect() as connection:
        for table in ("earner", "assertion", "message", "account"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1500
        assert connection.execute(text("SELECT count(*) FROM batch")).scalar_one() == 1


def test_a_mail_brings_the_credential_of_its_award(service: Service) -> None:
    source = io.BytesIO(b"email,name\nada@mail.example,Ada\n")
    issue_roster(service.office, IssueOrder("first-kite", source, "roster.csv"), NOW)
    credentials = make_credentials(service)
    with service.engine.begin() as connection:
        worker = register(connection, "lease", "worker", "here", NOW)
        messages = claim(connection, worker, 10, NOW).messages
        credentials.look_ahead(connection, messages)
        recorded = find_credential(connection, str(connection.execute(text("SELECT id FROM credential")).scalar_one()))
    assert recorded is not None
    mail = message_from_bytes(make_composer(service, credentials).compose(messages[0], NOW).data)
    assert unbake(picture_in(mail)) == service.office.credentials.sign_credential(recorded.attested)


def test_two_who_remind_at_once_void_no_link_that_was_mailed(service: Service) -> None:
    source = io.BytesIO(b"email,name\nada@mail.example,Ada\n")
    issue_roster(service.office, IssueOrder("first-kite", source, "roster.csv"), NOW)
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE message SET state = 'sent'"))
    mails: list[int] = []
    desks = [Thread(target=lambda: mails.append(remind(service.office, NOW + timedelta(days=8)))) for _ in range(2)]
    with service.engine.connect() as observer, service.engine.begin() as connection:
        # Both are held up where they raise the serial, or before.
        connection.execute(text("UPDATE account SET link_serial = link_serial"))
        for desk in desks:
            desk.start()
        wait_until_waiting(observer, 2)
    for desk in desks:
        desk.join()
    assert sorted(mails) == [0, 1]
    with service.engine.connect() as connection:
        [facts] = connection.execute(text("SELECT facts FROM message WHERE kind = 'reminder'")).scalars()
        assert connection.execute(text("SELECT link_serial FROM account")).scalars().all() == [
            json.loads(facts)["serial"]
        ]
