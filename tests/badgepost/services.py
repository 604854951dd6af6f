"""A small service in a folder of its own, on either database, whose commands are run one after the other."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Engine

from badgepost.database import open_engine
from tests.badgepost.conftest import PROGRAMME, Ran, Terminal
from tests.databases import chosen_database, copy_folder, variables_of

_begun: dict[str, Path] = {}
"""By the kind of database: a service where the programme is imported, to be copied."""


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

    def issue(self, *people: str) -> None:
        self.write("roster.csv", "email,name\n" + "".join(f"{name}@mail.example,{name}\n" for name in people))
        ran = self.run("issue", "roster.csv", "--badge", "first-kite")
        assert ran.status == 0, ran.err

    def deliver(self) -> str:
        ran = self.run("worker", "--once")
        assert ran.status == 0, ran.err
        return ran.out.removeprefix("Delivered what was due: ").strip()


def choose_kind(request: pytest.FixtureRequest) -> None:
    """Let a fixture come after the choice of the database, where a test makes one."""
    for name in {"either_database", "on_postgresql"} & set(request.fixturenames):
        request.getfixturevalue(name)


def new_service(folder: Path) -> Service:
    """Return an empty service in a new folder."""
    folder.mkdir()
    return Service(folder)


def begin(folder: Path) -> Service:
    """Return a service of its own, where the programme is imported."""
    service = new_service(folder)
    service.write("programme.json", PROGRAMME)
    ran = service.run("import", "programme.json")
    assert ran.status == 0, ran.err
    return service


def begin_quickly(folder: Path) -> Service:
    """The same, as a copy of one that all tests share; it bears that one's name."""
    kind = chosen_database()
    if kind not in _begun:
        _begun[kind] = begin(Path(tempfile.mkdtemp(prefix="badgepost-begun-")) / "service").folder
    copy_folder(_begun[kind], folder)
    return Service(folder)
