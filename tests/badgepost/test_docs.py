"""The documents name what there is: every setting, every command, every key of a programme."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import BaseModel

from badgepost.cli import app
from badgepost.settings import Settings
from desk.programme_document import ProgrammeDocument, read_document

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _names(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        parts = [part for part in _types(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        if before or not parts or field.annotation not in parts:
            yield before + name
        for part in parts:
            yield from _names(part, f"{before}{name}.")


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _types(inner)


def _rows(document: str) -> set[str]:
    """Return what stands in backticks in the first column of a document's tables."""
    firsts = re.findall(r"^\| (.*?) \|", (DOCS / document).read_text(), re.MULTILINE)
    return {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def test_every_setting_is_explained_and_no_other() -> None:
    assert _rows("settings.md") == set(_names(Settings))


def test_defaults_are_as_the_document_says() -> None:
    text = (DOCS / "settings.md").read_text()
    told = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", text, re.MULTILINE))
    assert len(told) > 10
    settings = Settings.model_construct()
    assert told == {name: str(getattr(settings, name)) for name in told}


def test_the_example_of_the_settings_is_valid() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", (DOCS / "settings.md").read_text(), re.DOTALL)
    settings = Settings.model_validate(tomllib.loads(example))
    assert [relay.name for relay in settings.relays] == ["first", "second"]


def test_the_settings_for_a_mail_server_are_valid() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", (DOCS / "mta.md").read_text(), re.DOTALL)
    settings = Settings.model_validate(tomllib.loads(example))
    assert (settings.listener.protocol, settings.relays[0].tls) == ("lmtp", "none")


def _commands(group: Any, before: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_every_command_is_listed_and_no_other() -> None:
    commands = set(_commands(typer.main.get_command(app), "badgepost"))
    listed = {row for row in _rows("commands.md") if row.startswith("badgepost ")}
    unlisted = {command for command in commands if not any(f"{row} ".startswith(f"{command} ") for row in listed)}
    unknown = {row for row in listed if not any(f"{row} ".startswith(f"{command} ") for command in commands)}
    assert (unlisted, unknown) == (set(), {"badgepost queue"})


def test_the_example_of_a_programme_shows_every_key() -> None:
    [example] = re.findall(r"```json\n(.*?)```", (DOCS / "programme.md").read_text(), re.DOTALL)
    document = json.loads(example)
    assert isinstance(read_document(document), ProgrammeDocument)
    shown = set(re.findall(r'"(\w+)":', example))
    assert shown == {name.rpartition(".")[2] for name in _names(ProgrammeDocument)} | {"branding"}


def test_what_a_document_leads_to_is_there() -> None:
    root = DOCS.parent
    documents = [*DOCS.glob("*.md"), root / "README.md", root / "SECURITY.md"]
    lost = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert lost == []
