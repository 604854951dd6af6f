"""A folder to run commands in, as somebody at a terminal would: the program's own entry, real files."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Row, text

from badgepost.cli import main
from badgepost.database import open_engine
from tests.databases import copy_folder, database_url, dump_rows, has_database, variables_of
from tests.logs import keep_logs

ROOT = Path(__file__).resolve().parents[2]

PROGRAMME: dict[str, Any] = {
    "issuers": [
        {"slug": "kite", "name": "Kite Club", "domain": "kite.example", "support_email": "office@kite.example"},
    ],
    "badges": [{"slug": "first-kite", "issuer": "kite", "name": "First Kite"}],
    "earners": [],
}

ROSTER = "email,name\nada@mail.example,Ada Lindqvist\nli@mail.example,Li Wei\n"


@dataclass
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


@dataclass
class Terminal:
    """A folder, and commands in it. In this process, because starting a program takes a second."""

    folder: Path

    def run(self, *arguments: str, **variables: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        status: object = 0
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BADGEPOST_")}
        with (
            contextlib.chdir(self.folder),
            patch.dict(os.environ, {**environment, "COLUMNS": "200", **variables}, clear=True),
            patch("os.nice"),  # this process would keep it: there is no way back
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main(arguments)
            except SystemExit as end:
                status = end.code or 0
        assert isinstance(status, int)
        return Ran(status, out.getvalue(), err.getvalue())

    def start(self, *arguments: str, log_level: str = "warning") -> subprocess.Popen[str]:
        """Start the program in a process of its own. It says little: pipes nobody reads meanwhile fill up."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BADGEPOST_")}
        return subprocess.Popen(
            [sys.executable, "-m", "badgepost", *arguments],
            cwd=self.folder,
            env={
                **environment,
                **variables_of(self.database),
                "PYTHONPATH": str(ROOT),
                "BADGEPOST_LOG_LEVEL": log_level,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def write(self, name: str, content: str | bytes | dict[str, Any]) -> Path:
        path = self.folder / name
        if isinstance(content, dict):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def change(self, statement: str, **values: object) -> None:
        engine = open_engine(database_url(self.database))
        with engine.begin() as connection:
            connection.execute(text(statement), values)
        engine.dispose()

    def rows(self, query: str) -> list[Row[Any]]:
        engine = open_engine(database_url(self.database))
        with engine.connect() as connection:
            rows = list(connection.execute(text(query)))
        engine.dispose()
        return rows

    @property
    def database(self) -> Path:
        return self.folder / "var" / "badgepost.db"

    def dump(self) -> list[str]:
        """Return everything in the database; empty if there is none."""
        if not has_database(self.database):
            return []
        engine = open_engine(database_url(self.database))
        rows = dump_rows(engine)
        engine.dispose()
        return rows


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with keep_logs():
        yield Terminal(tmp_path)


@pytest.fixture(scope="session")
def _imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the programme is imported, to be copied."""
    folder = tmp_path_factory.mktemp("imported")
    terminal = Terminal(folder)
    terminal.write("programme.json", PROGRAMME)
    ran = terminal.run("import", "programme.json")
    assert ran.status == 0, ran.err
    return folder


@pytest.fixture
def kites(terminal: Terminal, _imported: Path) -> Terminal:
    """A terminal where the programme is imported."""
    copy_folder(_imported, terminal.folder)
    return terminal


@pytest.fixture
def change_programme() -> Callable[..., dict[str, Any]]:
    """Return a copy of the programme with something else in its badge."""

    def change(**badge: Any) -> dict[str, Any]:
        return {**PROGRAMME, "badges": [{**PROGRAMME["badges"][0], **badge}]}

    return change
