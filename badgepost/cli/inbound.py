"""`badgepost inbound`: what is made of the mail that comes in, and why."""

import json
from typing import Annotated, Any

import typer

from badgepost.cli.asking import get_service, now
from badgepost.cli.inbound_words import write_judgement
from badgepost.cli.mail_files import read_mails
from badgepost.judging import open_explainer
from inbound.explaining import explain, normalize_line_ends

app = typer.Typer()
inbound = typer.Typer(help="What is made of the mail that comes in, and why.", no_args_is_help=True)
app.add_typer(inbound, name="inbound")


@inbound.command(name="explain")
def explain_mails(
    mails: Annotated[list[str], typer.Argument(help="Files, folders of .eml files, or - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Judge mails against the database as it is, without any effect."""
    with open_explainer(get_service()) as explainer:
        for name, content in read_mails(mails):
            judgement, told = explain(normalize_line_ends(content), explainer, now())
            typer.echo(_write_json({"file": name, **told}) if as_json else write_judgement(name, judgement, told))


def _write_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)
