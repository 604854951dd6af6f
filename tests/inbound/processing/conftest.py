"""An office for tests of processing, with one reading room for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbound.processing.room import Room
from tests.inbound.processing.mail_office import MailOffice, open_mail_office


@pytest.fixture(scope="session")
def room() -> Iterator[Room]:
    with Room() as room:
        yield room


@pytest.fixture
def office(tmp_path: Path, room: Room) -> Iterator[MailOffice]:
    office = open_mail_office(tmp_path, room)
    yield office
    office.service.engine.dispose()


@pytest.fixture
def any_office(either_database: str, office: MailOffice) -> MailOffice:
    """The same in either database."""
    return office
