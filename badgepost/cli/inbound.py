"""`badgepost inbound`: what is made of the mail that comes in, and why."""

import json
from typing import Annotated, Any

import structlog
import typer
from sqlalchemy.exc import DBAPIError

from badgepost.cli.asking import get_service, now, refuse
from badgepost.cli.inbound_words import write_judgement, write_line, write_mail
from badgepost.cli.mail_files import read_mails
from badgepost.judging import open_explainer
from badges.transactions import reading
from inbound.explaining import Explainer, explain, normalize_line_ends, tell_fault
from inbound.judging import Judgement
from inbound.looking import find_mails, list_mails, read_subject
from inbound.processing.claims import retry

app = typer.Typer()
inbound = typer.Typer(help="What is made of the mail that comes in, and why.", no_args_is_help=True)
app.add_typer(inbound, name="inbound")

_log = structlog.get_logger("badgepost.explain")


@inbound.command(name="explain")
def explain_mails(
    mails: Annotated[list[str], typer.Argument(help="Files, folders of .eml files, or - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Judge mails against the database as it is, without any effect."""
    with open_explainer(get_service()) as explainer:
        for name, content in read_mails(mails):
            judgement, told = _explain(normalize_line_ends(content), explainer)
            typer.echo(_write_json({"file": name, **told}) if as_json else write_judgement(name, judgement, told))


@inbound.command(name="list")
def list_stored(
    limit: Annotated[int, typer.Option(min=1, help="The most mails to show.")] = 20,
    shelved: Annotated[bool, typer.Option("--shelved", help="Only those that could not be dealt with.")] = False,
) -> None:
    """List the mails that came in, the newest first, and what was decided on each."""
    with reading(get_service().engine).connect() as connection:
        mails = list_mails(connection, limit, "shelved" if shelved else None)
    for mail in mails:
        typer.echo(write_line(mail))
    if not mails:
        typer.echo("No mail has come in." if not shelved else "No mail is shelved.")


@inbound.command(name="show")
def show_stored(name: Annotated[str, typer.Argument(help="The id of a delivery or of a mail.", metavar="ID")]) -> None:
    """Show what was decided on a mail, by which rule, and what was found out about its sender."""
    with reading(get_service().engine).connect() as connection:
        mails = find_mails(connection, name)
        if not mails:
            refuse(f"there is no mail {name}")
        for mail in mails:
            typer.echo(write_mail(mail, read_subject(connection, mail.raw_mail_id)))


@inbound.command(name="retry")
def retry_shelved(names: Annotated[list[str], typer.Argument(help="Ids of deliveries.", metavar="ID...")]) -> None:
    """Deal once more with mails that were shelved, say after an update."""
    with get_service().engine.begin() as connection:
        unknown = [name for name in names if not retry(connection, name)]
        if unknown:
            refuse(*(f"{name} is no shelved delivery" for name in unknown))
    typer.echo(f"To be dealt with now: {len(names)}.")


def _explain(content: bytes, explainer: Explainer) -> tuple[Judgement | None, dict[str, Any]]:
    """Whatever goes wrong with one mail, the others are told all the same."""
    try:
        return explain(content, explainer, now())
    except DBAPIError:
        raise
    except Exception as fault:
        _log.exception("explaining_fault")
        return None, tell_fault(content, explainer, fault)


def _write_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)
