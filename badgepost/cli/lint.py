"""`badgepost lint`: what is wrong with the mails and the roster, before anything leaves. docs/lint.md explains it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, open_roster, refuse
from badgepost.wiring import Service
from badges.transactions import reading
from desk.checking import Question, check_template, find_meant
from desk.publishing import PublishRefused
from desk.roster.languages import LANGUAGES
from desk.roster.reading import read_roster
from desk.roster.rows import RosterFault
from desk.roster.suspicions import suspect_rows
from mailer.lint.findings import Finding, Level
from mailer.lint.mail import Origin
from mailer.lint.support import CLIENTS
from mailer.notices import NOTICES

app = typer.Typer()

_ERRORS, _WARNINGS = 2, 1
"""Exit statuses."""
_PLACES = 3
"""How many templates are named beside a finding."""

Findings = dict[str, list[Finding]]
"""By what was looked at."""


@app.command()
def lint(
    badge: Annotated[str | None, typer.Option(metavar="SLUG", help="Only mails about this badge.")] = None,
    issuer: Annotated[str | None, typer.Option(metavar="SLUG", help="Only mails of this issuer.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only this kind of mail: {', '.join(NOTICES)}.")] = None,
    language: Annotated[
        str | None, typer.Option(help=f"In this language ({', '.join(LANGUAGES)}), or all; otherwise the issuer's.")
    ] = None,
    roster: Annotated[Path | None, typer.Option(metavar="FILE", help="Look at this roster, too.")] = None,
    client: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Ask about this mail program; may be repeated.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if there are warnings.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Show also what looks right all the same.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as JSON.")] = False,
) -> None:
    """Tell what is wrong with mails before they leave. Exit status 2 if anybody would get a broken one."""
    service = get_service()
    found: Findings = {}
    for question in _ask(badge, issuer, kind, language):
        found |= _look_at_mails(service, question, _read_clients(client))
    if not found:
        refuse("there is no such badge or issuer" if badge or issuer else "there is no badge yet: import a programme")
    if roster is not None:
        found[roster.name] = _look_at_roster(service, roster)
    if as_json:
        typer.echo(json.dumps(_list_all(found), indent=1, ensure_ascii=False))
    else:
        _print_findings(found, show_all)
    _exit(found, strict)


def _ask(badge: str | None, issuer: str | None, kind: str | None, language: str | None) -> list[Question]:
    if kind not in {None, *NOTICES}:
        refuse(f"there is no kind of mail {kind}; there are {', '.join(NOTICES)}")
    if language not in {None, "all", *LANGUAGES}:
        refuse(f"there is no language {language}; there are {', '.join(LANGUAGES)}")
    languages = LANGUAGES if language == "all" else (language,)
    return [Question(badge, issuer, kind, one) for one in languages]


def _read_clients(names: list[str] | None) -> list[str] | None:
    if not names:
        return None
    by_name = {shown.lower(): name for name, shown in CLIENTS.items()} | {name: name for name in CLIENTS}
    unknown = [name for name in names if name.lower() not in by_name]
    if unknown:
        refuse(f"there is no data about {unknown[0]}; there is about {', '.join(CLIENTS.values())}")
    return [by_name[name.lower()] for name in names]


def _look_at_mails(service: Service, question: Question, clients: list[str] | None) -> Findings:
    with reading(service.engine).connect() as connection:
        found: Findings = {}
        for meant in find_meant(connection, question):
            outcome = check_template(connection, service.office, meant.wanted, now(), clients)
            if isinstance(outcome, PublishRefused):
                outcome = [Finding("template-broken", f"the template cannot be published: {outcome.reason}")]
            found[str(meant)] = outcome
        return found


def _look_at_roster(service: Service, roster: Path) -> list[Finding]:
    with open_roster(roster) as source:
        outcome = read_roster(source, roster.name, now().date())
        if isinstance(outcome, RosterFault):
            refuse(f"{roster}: {outcome.reason}")
        return suspect_rows(outcome.rows(), Origin(service.site.base_url, service.site.mail_domain))


def _list_all(found: Findings) -> list[dict[str, object]]:
    return [
        {
            "in": place,
            "level": finding.level,
            "code": finding.code,
            "message": finding.message,
            "where": finding.where,
            "clients": finding.clients,
        }
        for place, findings in found.items()
        for finding in findings
    ]


def _print_findings(found: Findings, show_all: bool) -> None:
    places: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], Finding] = {}
    for place, findings in found.items():
        for finding in findings:
            key = (finding.code, finding.message)
            first.setdefault(key, finding)
            places.setdefault(key, []).append(place)
    for level in Level:
        for key, finding in first.items():
            if finding.level is level and (show_all or level is not Level.INFO):
                _print_finding(finding, places[key])
    counts = {level: sum(finding.level is level for finding in first.values()) for level in Level}
    hidden = "" if show_all or not counts[Level.INFO] else " (--all shows them)"
    typer.echo(
        f"Looked at {len(found)} in all. Errors: {counts[Level.ERROR]}; "
        f"warnings: {counts[Level.WARNING]}; notes: {counts[Level.INFO]}{hidden}."
    )


def _print_finding(finding: Finding, places: list[str]) -> None:
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    typer.echo(f"{finding.level:<8} {finding.code}: {finding.message}")
    if finding.where:
        typer.echo(f"         {finding.where}")
    typer.echo(f"         in {'; '.join(places[:_PLACES])}{more}")


def _exit(found: Findings, strict: bool) -> None:
    levels = set(_levels(found.values()))
    if Level.ERROR in levels:
        raise typer.Exit(_ERRORS)
    if strict and Level.WARNING in levels:
        raise typer.Exit(_WARNINGS)


def _levels(lists: Iterable[list[Finding]]) -> Iterable[Level]:
    return (finding.level for findings in lists for finding in findings)
