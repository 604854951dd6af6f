"""The command line. One module a subject, each with an `app` of its own; `commands` finds them by name."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DatabaseError, OperationalError

from badgepost.cli.commands import CommandsByName
from badgepost.refusal import Refusal
from badgepost.settings import CONFIG_VARIABLE

app = typer.Typer(
    name="badgepost",
    cls=CommandsByName,
    help="The email side of digital-badge programmes.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"badgepost {version('badgepost')}")
        raise typer.Exit


@app.callback()
def read_options(
    config: Annotated[
        Path | None, typer.Option(help=f"The settings file; otherwise {CONFIG_VARIABLE}, or badgepost.toml here.")
    ] = None,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Badges in, mails out: import a programme, issue to rosters, see what became of every mail."""
    if config is not None:
        # In the environment, so that worker processes read the same file.
        os.environ[CONFIG_VARIABLE] = str(config)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command (None: that of this process). What the caller can mend is said in one line each, exit status 2."""
    try:
        app(arguments, prog_name="badgepost")
    except Refusal as refusal:
        _say_no(*refusal.lines)
    except DatabaseError as error:
        # Its narrower kinds, such as IntegrityError, are faults of ours and deserve their traceback.
        if type(error) not in (DatabaseError, OperationalError):
            raise
        _say_no(_explain(error))


def _explain(error: DatabaseError) -> str:
    if "database is locked" in str(error.orig):
        return "another process has been writing to the database all the time: try again when it is done"
    return f"the database cannot be used: {error.orig}"


def _say_no(*lines: str) -> None:
    for line in lines:
        print(f"badgepost: {line}", file=sys.stderr)
    sys.exit(2)
