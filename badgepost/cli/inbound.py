"""`badgepost inbound`: what is made of the mail that comes in, and why."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from badgepost.cli.asking import get_service, now, refuse
from badgepost.cli.inbound_words import write_judgement
from badgepost.judging import open_explainer
from inbound.explaining import explain, normalize_line_ends

app = typer.Typer()
inbound = typer.Typer(help="What is made of the mail that comes in, and why.", no_args_is_help=True)
app.add_typer(inbound, name="inbound")

LARGEST = 40 << 20
"""Bytes of one file; the listener takes no larger mail by default."""


@inbound.command(name="explain")
def explain_mails(
    mails: Annotated[list[str], typer.Argument(help="Files, folders of .eml files, or - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Judge mails against the database as it is, without any effect."""
    with open_explainer(get_service()) as explainer:
        for name, content in _read_mails(mails):
            judgement, told = explain(normalize_line_ends(content), explainer, now())
            typer.echo(_write_json({"file": name, **told}) if as_json else write_judgement(name, judgement, told))


def _write_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)


def _read_mails(names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        if name == "-":
            yield name, sys.stdin.buffer.read(LARGEST)
            continue
        path = Path(name)
        for file in sorted(path.rglob("*.eml")) if path.is_dir() else [path]:
            yield str(file), _read_file(file)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        refuse(f"{path}: {error.strerror}")
