"""`badgepost migrate` and `badgepost import`: the database, and what is in it before anything is issued."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from badgepost.cli.asking import get_service, now, refuse
from badgepost.database import migrate as bring_up_to_date
from badgepost.opening import connect, load_settings, refuse_foreign
from desk.credentials.missing import attest_missing
from desk.programme import ProgrammeImported, import_programme
from desk.programme_document import ProgrammeFaults
from desk.search.index import index_missing

app = typer.Typer()

_MOST_FAULTS = 100
"""Faults that are told at once: whoever has more of them has one of them a thousand times."""


@app.command()
def migrate() -> None:
    """Bring the database up to date. An empty one is made ready by the first command that needs it."""
    engine = connect(load_settings())
    refuse_foreign(engine)
    before, after = bring_up_to_date(engine)
    if before == after:
        typer.echo(f"The database is up to date (revision {after}).")
    else:
        typer.echo(f"Migrated the database from revision {before or 'none'} to {after}.")
    # Each time, since a run that broke off may have left some.
    if attested := attest_missing(engine, now()):
        typer.echo(f"Made credentials for {attested} awards that had none.")
    if indexed := index_missing(engine):
        typer.echo(f"Made {indexed} mails and notes findable.")


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="The programme, as JSON; docs/programme.md shows every key.")],
) -> None:
    """Take in a whole programme: issuers, badges, earners, awards. Sends nothing, and is safe to repeat."""
    outcome = import_programme(get_service().engine, _read_json(file), file.parent, now())
    match outcome:
        case ProgrammeFaults(faults):
            refuse(*(f"{file}: {fault}" for fault in _shorten(faults)))
        case ProgrammeImported():
            typer.echo(_describe(outcome))


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes(), object_pairs_hook=_refuse_repeated_keys)
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    except UnicodeDecodeError as error:
        refuse(f"{file}: is no JSON (not UTF-8 from byte {error.start:,} on)")
    except RecursionError:
        refuse(f"{file}: is no programme (it is nested too deeply)")
    except ValueError as error:
        refuse(f"{file}: is no JSON ({error})")


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # The parser alone would keep the last one: of two lists of earners the first would be lost without a word.
    values = dict(pairs)
    if len(values) < len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return values


def _shorten(faults: Sequence[str]) -> Iterator[str]:
    yield from faults[:_MOST_FAULTS]
    if len(faults) > _MOST_FAULTS:
        yield f"{len(faults) - _MOST_FAULTS:,} more faults of this kind or another"


def _describe(outcome: ProgrammeImported) -> str:
    if not outcome.changed_anything:
        return f"Nothing has changed; {_list_counts(outcome.unchanged)} are as they were."
    parts = [(outcome.created, "new"), (outcome.changed, "changed"), (outcome.unchanged, "as they were")]
    return "Imported. " + "; ".join(f"{word}: {_list_counts(counts)}" for counts, word in parts if counts) + "."


def _list_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {word if number > 1 else _SINGULAR[word]}" for word, number in counts.items())


_SINGULAR = {
    "issuers": "issuer",
    "contacts": "contact",
    "badges": "badge",
    "earners": "earner",
    "addresses": "address",
    "accounts": "account",
    "awards": "award",
}
