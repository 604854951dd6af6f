"""`badgepost migrate` and `badgepost import`: the database, and what is in it before anything is issued."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from badgepost.cli.asking import get_service, now, refuse
from badgepost.database import migrate as bring_up_to_date
from badgepost.opening import connect, load_settings
from desk.programme import ProgrammeImported, import_programme
from desk.programme_document import ProgrammeFaults

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database up to date. An empty one is made ready by the first command that needs it."""
    before, after = bring_up_to_date(connect(load_settings()))
    if before == after:
        typer.echo(f"The database is up to date (revision {after}).")
    else:
        typer.echo(f"Migrated the database from revision {before or 'none'} to {after}.")


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="The programme, as JSON; docs/programme.md shows every key.")],
) -> None:
    """Take in a whole programme: issuers, badges, earners, awards. Sends nothing, and is safe to repeat."""
    outcome = import_programme(get_service().engine, _read_json(file), file.parent, now())
    match outcome:
        case ProgrammeFaults(faults):
            refuse(*(f"{file}: {fault}" for fault in faults))
        case ProgrammeImported():
            typer.echo(_describe(outcome))


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    except (ValueError, RecursionError) as error:
        refuse(f"{file}: is no JSON ({error})")


def _describe(outcome: ProgrammeImported) -> str:
    if not outcome.changed_anything:
        return f"Nothing has changed; {_list_counts(outcome.unchanged)} are as they were."
    parts = [(outcome.created, "new"), (outcome.changed, "changed"), (outcome.unchanged, "as they were")]
    return "Imported. " + "; ".join(f"{word}: {_list_counts(counts)}" for counts, word in parts if counts) + "."


def _list_counts(counts: Any) -> str:
    return ", ".join(f"{number} {word}" for word, number in counts.items())
