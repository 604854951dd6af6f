"""An office for tests of processing, in either database, with one reading room for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbound.processing.room import Room
from tests.inbound.processing.mail_office import MailOffice, open_mail_office
from tests.mailer.postgresql import PROGRAMS, PostgresServer


@pytest.fixture(scope="session")
def room() -> Iterator[Room]:
    with Room() as room:
        yield room


@pytest.fixture
def office(tmp_path: Path, room: Room) -> Iterator[MailOffice]:
    office = open_mail_office(tmp_path, room)
    yield office
    office.service.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs(*PROGRAMS))])
def any_office(request: pytest.FixtureRequest, tmp_path: Path, room: Room) -> Iterator[MailOffice]:
    """The same in either database."""
    url = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.url_of(server.create("template0"))
    office = open_mail_office(tmp_path, room, url=url)
    yield office
    office.service.engine.dispose()
