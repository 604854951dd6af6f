"""`/console/rules`: the rules in force, how often each decided a mail and was undone; versions, differences, roll-back.

Here belongs looking at what was published, and putting an older version in force again. Changing the file stands in
`rules_edit`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import unified_diff
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from inbound.rule_figures import RuleFigures, count_firings
from inbound.rulebook import Overtaken, list_versions, publish_after
from inbound.rules.deciding import RuleSet
from inbound.rules.faults import Refused
from inbound.rules.loading import load_rules
from inbound.rules.rule import Phase, Rule
from web.console.pages import show_console
from web.console.rules_kept import find_number_in_force, read_rules
from web.console.visitors import ActingSupporter, Colleague, Supporter
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

FIGURES_OF = timedelta(days=30)
MOST_VERSIONS = 100
LONGEST_NOTE = 500
LARGEST_NUMBER = 2**31 - 1

Number = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]
Based = Annotated[int, Form(ge=0, le=LARGEST_NUMBER)]
Note = Annotated[str, Form(max_length=LONGEST_NOTE)]


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule as the page has it."""

    rule: Rule
    source: str
    """Its own lines of the file."""
    figures: RuleFigures


@router.api_route("/console/rules", methods=READ)
def show_rules(request: Request, service: Service, pages: Shown, supporter: Supporter, said: str = "") -> Response:
    """Show the rules in force, by phase."""
    with reading(service.office.engine).connect() as connection:
        number = find_number_in_force(connection)
        text = read_rules(connection, service, number)
        figures = count_firings(connection, service.clock() - FIGURES_OF)
        newest = list_versions(connection, 1)
    loaded = load_rules(text or "", number)
    values = {
        "number": number,
        "newest": newest[0] if newest else None,
        "phases": _show_phases(loaded, figures) if isinstance(loaded, RuleSet) else [],
        "faults": loaded.faults if isinstance(loaded, Refused) else (),
        "unruled": figures.get("", RuleFigures()).fired,
        "days": FIGURES_OF.days,
        "said": said,
    }
    return show_console(request, pages, supporter, "rules.html", values, area="rules")


def _show_phases(rules: RuleSet, figures: Mapping[str, RuleFigures]) -> list[tuple[Phase, list[RuleShown]]]:
    lines = rules.source.splitlines()
    ends = [rule.line - 1 for rule in rules.rules[1:]] + [len(lines)]
    shown = {
        rule.id: RuleShown(rule, _cut_rule(lines[rule.line - 1 : end]), figures.get(rule.id, RuleFigures()))
        for rule, end in zip(rules.rules, ends, strict=True)
    }
    return [(phase, [shown[rule.id] for rule in rules.in_phase(phase)]) for phase in Phase]


def _cut_rule(lines: list[str]) -> str:
    """Return a rule's lines without the headings of what follows."""
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines = lines[:-1]
    return "\n".join(lines)


@router.api_route("/console/rules/versions", methods=READ)
def show_versions(request: Request, service: Service, pages: Shown, supporter: Supporter) -> Response:
    """List what was published, when, by whom and why."""
    with reading(service.office.engine).connect() as connection:
        versions = list_versions(connection, MOST_VERSIONS)
    values = {"versions": versions, "number": versions[0].number if versions else 0}
    return show_console(request, pages, supporter, "rules_versions.html", values, area="rules")


@router.api_route("/console/rules/versions/{number}", methods=READ)
def show_version(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, service: Service, pages: Shown, supporter: Supporter, number: Number, against: int | None = None
) -> Response:
    """Show a version whole, and what it changed of the one before or of another."""
    other = max(number - 1, 0) if against is None else against
    return _show_version(request, service, pages, supporter, number, other)


def _show_version(  # noqa: PLR0913, PLR0917
    request: Request, service: WebService, pages: Pages, who: Colleague, number: int, other: int, fault: str = ""
) -> Response:
    with reading(service.office.engine).connect() as connection:
        text, before = read_rules(connection, service, number), read_rules(connection, service, other)
        in_force = find_number_in_force(connection)
    if text is None or before is None:
        raise HTTPException(404)
    changed = list(unified_diff(before.splitlines(), text.splitlines(), lineterm="", n=3))[2:]
    values = {
        "number": number,
        "other": other,
        "text": text,
        "changed": changed,
        "in_force": in_force,
        "longest_note": LONGEST_NOTE,
        "fault": fault,
    }
    status = 409 if fault else 200
    return show_console(request, pages, who, "rules_version.html", values, area="rules", status=status)


@router.post("/console/rules/versions/{number}/publish")
def publish_again(  # noqa: PLR0913, PLR0917 - who, what, why
    request: Request,
    service: Service,
    pages: Shown,
    supporter: ActingSupporter,
    number: Number,
    based_on: Based,
    note: Note = "",
) -> Response:
    """Put an older version in force once more, if nobody has published since the page was shown."""
    with reading(service.office.engine).connect() as connection:
        text = read_rules(connection, service, number)
    if text is None:
        raise HTTPException(404)
    loaded = load_rules(text, number)
    if isinstance(loaded, Refused):
        return _show_version(request, service, pages, supporter, number, max(number - 1, 0), str(loaded.faults[0]))
    why = note.strip() or f"back to version {number}"
    done = publish_after(service.office.engine, loaded, supporter.actor, why, based_on, service.clock())
    if isinstance(done, Overtaken):
        return _show_version(request, service, pages, supporter, number, done.number, "overtaken")
    return RedirectResponse(f"{service.place.root}/console/rules?said=published", 303)
