"""`badgepost doctor`: whether mail will arrive. docs/doctor.md explains every check."""

import json
import shutil
from ipaddress import ip_address
from typing import Annotated

import typer

from badgepost.cli.asking import get_settings, now, refuse
from badgepost.doctor.checks import CHECKS
from badgepost.doctor.patient import Egress, Patient
from badgepost.doctor.results import Check
from badgepost.doctor.running import examine
from badgepost.doctor.showing import show, to_json
from badgepost.judging import make_lookup
from inbound.authentication.dns import Answer, Lookup, RecordType, TemporaryFailure
from web.operation import Verdict

app = typer.Typer()


@app.command()
def doctor(
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Make this check alone; may be repeated.")
    ] = None,
    egress: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Where mail leaves from, for SPF and PTR; may be repeated."),
    ] = None,
    nameserver: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS[#PORT]", help="Ask this name server, such as one that outsiders ask."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither the DNS nor another server.")] = False,
    seconds: Annotated[float, typer.Option(min=1, max=86_400, help="What each check may take.")] = 20,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 for warnings, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print every result as JSON.")] = False,
) -> None:
    """Tell whether mail will arrive, and what to do if not. Exit status 1 if any check fails."""
    checks = _choose(only or [])
    settings = get_settings()
    lookup: Lookup = _ask_nobody if offline else make_lookup(*_read_nameserver(nameserver))
    patient = Patient(settings, lookup, now, _read_egress(egress or []) or tuple(settings.egress), seconds)
    looked = examine(patient, checks, offline=offline)
    if as_json:
        typer.echo(json.dumps(to_json(looked), indent=1, ensure_ascii=False))
    else:
        for line in show(looked, shutil.get_terminal_size().columns):
            typer.echo(line)
    bad = {Verdict.FAIL, Verdict.WARN} if strict else {Verdict.FAIL}
    if any(one.worst in bad for one in looked):
        raise typer.Exit(1)


def _choose(names: list[str]) -> list[Check]:
    wanted = [name for given in names for name in given.replace(",", " ").split()]
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        refuse(f"there is no check {unknown[0]}; there are {', '.join(CHECKS)}")
    return [check for name, check in CHECKS.items() if not wanted or name in wanted]


def _ask_nobody(name: str, record_type: RecordType) -> Answer:
    return TemporaryFailure(f"{record_type} of {name} is not asked for: --offline")


def _read_egress(given: list[str]) -> Egress:
    try:
        return tuple(ip_address(text) for text in given)
    except ValueError as error:
        refuse(f"--egress: {error}")


def _read_nameserver(given: str | None) -> tuple[str | None, int]:
    if given is None:
        return None, 53
    address, _, port = given.partition("#")
    try:
        return str(ip_address(address)), int(port or 53)
    except ValueError:
        refuse(f"--nameserver: {given!r} is no address, or address#port")
