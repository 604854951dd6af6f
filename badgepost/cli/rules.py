"""`badgepost rules`: what is done with mails, as a file: try it, see what it would change, put it in force."""

import getpass
import json
import re
from dataclasses import replace
from datetime import timedelta
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, refuse
from badgepost.cli.mail_files import read_mails
from badgepost.cli.rules_words import (
    describe_replay,
    write_check,
    write_considered,
    write_examples,
    write_replay,
    write_versions,
)
from badgepost.judging import find_rules, make_rulebook, open_explainer
from badgepost.wiring import Service
from badges.transactions import reading
from desk.members.audit import Actor
from inbound.explaining import explain as judge_mail
from inbound.explaining import normalize_line_ends
from inbound.processing.room import Room, Unreadable
from inbound.reading.mail import Reading
from inbound.replaying import replay
from inbound.rulebook import find_newest, find_version, list_versions, publish
from inbound.rules.deciding import RuleSet
from inbound.rules.document import FILE_LIMIT
from inbound.rules.explaining import explain
from inbound.rules.faults import Refused
from inbound.rules.loading import load_rules

app = typer.Typer()
rules = typer.Typer(help="What is done with which mail: try the rules, change them, roll back.", no_args_is_help=True)
app.add_typer(rules, name="rules")

RulesFile = Annotated[Path, typer.Argument(help="A rules file (docs/rules.md).", metavar="FILE")]
SomeRules = Annotated[Path | None, typer.Argument(help="A rules file; otherwise what is in force.", metavar="[FILE]")]
Number = Annotated[int, typer.Argument(min=0, help="The number of a version; 0 is the file that was shipped.")]
By = Annotated[str | None, typer.Option("--by", help="Who publishes; otherwise who is logged in here.")]
Note = Annotated[str, typer.Option("--note", help="Why, for those who look later.")]
SomeNumber = Annotated[int | None, typer.Argument(min=0, help="A version; otherwise what is in force.")]

_SPAN = re.compile(r"([0-9]{1,4})([dh])")
_UNITS = {"d": "days", "h": "hours"}


@rules.command()
def check(file: RulesFile) -> None:
    """Tell what is wrong with a file, with its lines; or that it could be published."""
    typer.echo(write_check(str(file), _load_file(file)))


@rules.command(name="test")
def try_examples(file: SomeRules = None) -> None:
    """Try every example in a file and show what each comes to."""
    typer.echo(write_examples(_load_file(file) if file else make_rulebook(get_service()).get_rules()))


@rules.command(name="explain")
def explain_mails(
    mails: Annotated[list[str], typer.Argument(help="Files, folders of .eml files, or - for standard input.")],
    file: Annotated[Path | None, typer.Option("--rules", help="A rules file; otherwise what is in force.")] = None,
) -> None:
    """Show for mails which rules are asked, in order, and why each matches or does not. Has no effect."""
    chosen = _load_file(file) if file else None
    with open_explainer(get_service()) as explainer:
        judge = replace(explainer, rules=chosen or explainer.rules)
        for name, content in read_mails(mails):
            judgement, _ = judge_mail(normalize_line_ends(content), judge, now())
            typer.echo(write_considered(name, judgement, *explain(judgement.facts, judge.rules)))


@rules.command(name="replay")
def replay_mails(
    file: RulesFile,
    since: Annotated[str, typer.Option(help="How far back: 30d, 12h.")] = "30d",
    against: Annotated[int | None, typer.Option(min=0, help="A version; otherwise the one in force.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most mails to list.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show which past mails a file would treat otherwise than the rules in force. Has no effect."""
    after, start = _load_file(file), now() - _read_span(since)
    service = get_service()
    before = make_rulebook(service).get_rules() if against is None else _load_version(service, against)
    with Room() as room, reading(service.engine).connect() as connection:
        result = replay(connection, start, before, after, lambda content: _read_words(room, content))
    if as_json:
        typer.echo(json.dumps(describe_replay(result, start, before.version), ensure_ascii=False))
    else:
        typer.echo(write_replay(result, since, before.version, limit))


def _read_words(room: Room, content: bytes) -> Reading | None:
    understood = room.understand(content, None)
    return None if isinstance(understood, Unreadable) else understood.reading


@rules.command(name="publish")
def publish_file(file: RulesFile, by: By = None, note: Note = "") -> None:
    """Put a file in force, as the next version. Every process takes it up within seconds."""
    _publish(_load_file(file), str(file), by, note)


@rules.command()
def rollback(number: Number, by: By = None, note: Note = "") -> None:
    """Publish an older version once more."""
    service = get_service()
    _publish(_load_version(service, number), f"version {number}", by, note or f"back to version {number}")


@rules.command()
def show(number: SomeNumber = None) -> None:
    """Print a version: save it to a file, change that, publish it."""
    service = get_service()
    typer.echo(_read_version(service, _find_number(service, number)), nl=False)


@rules.command()
def diff(old: SomeNumber = None, new: SomeNumber = None) -> None:
    """Show what changed between two versions; otherwise what the one in force changed of the one before."""
    service = get_service()
    after = _find_number(service, new)
    before = max(after - 1, 0) if old is None else old
    one, other = (_read_version(service, number).splitlines(keepends=True) for number in (before, after))
    typer.echo("".join(unified_diff(one, other, f"version {before}", f"version {after}")), nl=False)


@rules.command()
def versions(limit: Annotated[int, typer.Option(min=1, help="The most versions to list.")] = 20) -> None:
    """List what was published, when, by whom and why; the newest is in force."""
    with reading(get_service().engine).connect() as connection:
        typer.echo(write_versions(list_versions(connection, limit)))


def _publish(loaded: RuleSet, name: str, by: str | None, note: str) -> None:
    published = publish(get_service().engine, loaded, Actor(by or getpass.getuser()), note, now())
    if published.is_new:
        typer.echo(f"Version {published.number} is in force: {name}.")
    else:
        typer.echo(f"Version {published.number} is in force already, with the very same content.")


def _find_number(service: Service, number: int | None) -> int:
    if number is not None:
        return number
    with reading(service.engine).connect() as connection:
        newest = find_newest(connection)
    return newest.number if newest else 0


def _read_version(service: Service, number: int) -> str:
    if number == 0:
        return find_rules().read_text(encoding="utf-8")
    with reading(service.engine).connect() as connection:
        version = find_version(connection, number)
    if version is None:
        refuse(f"there is no version {number} of the rules: `badgepost rules versions` lists them")
    return version.content


def _load_version(service: Service, number: int) -> RuleSet:
    return _demand(load_rules(_read_version(service, number), number), f"version {number}")


def _load_file(path: Path) -> RuleSet:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except OSError as error:
        refuse(f"{path}: {error.strerror}")
    return _demand(load_rules(content), str(path))


def _demand(loaded: RuleSet | Refused, name: str) -> RuleSet:
    if isinstance(loaded, Refused):
        refuse(*(f"{name}:{fault}" for fault in loaded.faults))
    return loaded


def _read_span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        refuse(f"--since: {text!r} is no time span; write it as 30d or 12h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
