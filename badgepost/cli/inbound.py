"""`badgepost inbound`: what is made of the mail that comes in, and why."""

import json
from typing import Annotated, Any

import structlog
import typer
from sqlalchemy.exc import DBAPIError

from badgepost.cli.asking import get_service, now
from badgepost.cli.inbound_words import write_judgement
from badgepost.cli.mail_files import read_mails
from badgepost.judging import open_explainer
from inbound.explaining import Explainer, explain, normalize_line_ends, tell_fault
from inbound.judging import Judgement

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
