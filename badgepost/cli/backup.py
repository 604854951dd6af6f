"""`badgepost backup` and `badgepost restore`: the database in a file, and a file as the database.

Here belong the words, and what a backup of the database leaves out. The copies stand in `badgepost.backup`.
"""

import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from badgepost.backup import postgresql, sqlite
from badgepost.backup.sqlite import BackupFault
from badgepost.backup.whole_files import whole_file
from badgepost.cli.asking import now, refuse
from badgepost.opening import connect, load_settings, open_database
from badgepost.presence import processes_folder
from badgepost.settings import Settings, find_config
from badgepost.slots import find_living
from desk.credentials.missing import attest_missing
from desk.search.index import index_missing

app = typer.Typer()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to; nothing may stand there.", metavar="FILE")],
    keys: Annotated[
        Path | None, typer.Option(help="Write the keys and the settings to a second file (tar).", metavar="FILE")
    ] = None,
) -> None:
    """Write the whole database to a file, as it is at one moment, while everything goes on."""
    settings = load_settings()
    _refuse_existing(*filter(None, (file, keys)))
    engine = open_database(settings)
    url = settings.url_of_database()
    try:
        if engine.dialect.name == "sqlite":
            sqlite.back_up(url, file, now())
        else:
            postgresql.back_up(url, file)
    except (BackupFault, sqlite3.Error) as fault:
        refuse(f"no backup was written: {fault}")
    except OSError as fault:
        refuse(f"no backup was written: {fault.filename}: {fault.strerror}")
    try:
        if keys is not None:
            _write_keys(settings, keys)
    except OSError as fault:
        refuse(f"{file} is written and whole, but not the keys: {fault.filename}: {fault.strerror}")
    typer.echo(f"Wrote {file} ({file.stat().st_size / 1e6:.1f} MB), and read it once to check it.")
    typer.echo("It is not encrypted, and holds addresses and mails: only its owner may read it (mode 0600).")
    if keys is not None:
        typer.echo(f"Wrote {keys}: the keys. Keep it apart from the backup; whoever has both can open every account.")
    for missing in _list_missing(settings, keys is not None):
        typer.echo(f"Not in it: {missing}")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `badgepost backup` wrote.", metavar="FILE")]) -> None:
    """Make a database out of a backup, where none stands. Nothing is sent from it before you say what it is."""
    settings = load_settings()
    url = settings.url_of_database()
    is_file = url.startswith("sqlite")
    try:
        with file.open("rb") as opened:
            _refuse_other_kind(file, opened.read(16), is_file)
        if is_file:
            _refuse_running(settings.data_dir)
        before, after = sqlite.restore(file, url, now()) if is_file else postgresql.restore(file, url, now())
    except (BackupFault, sqlite3.Error, SQLAlchemyError) as fault:
        refuse(f"nothing was brought back: {fault}")
    except OSError as fault:
        refuse(f"nothing was brought back: {fault.filename}: {fault.strerror}")
    engine = connect(settings)
    attest_missing(engine, now())
    index_missing(engine)
    newer = "" if before == after else f", brought up to {after}"
    typer.echo(f"Brought back {file} (revision {before}{newer}).")
    typer.echo("Nothing is sent from it: say what it is with `badgepost instance adopt --restored` (or --moved).")


def _refuse_existing(*files: Path) -> None:
    for file in files:
        if file.exists():
            refuse(f"{file} is there already; a backup is never written over another")
        if not file.absolute().parent.is_dir():
            refuse(f"{file.parent}: there is no such folder")


def _refuse_running(data_dir: Path) -> None:
    # What has the former file open goes on writing to it, also when it was moved away: mail that was acknowledged.
    if living := [*find_living(data_dir), *find_living(processes_folder(data_dir))]:
        refuse(f"nothing was brought back: {', '.join(living)} run here; stop them first, with what was moved away")


def _refuse_other_kind(file: Path, head: bytes, is_file: bool) -> None:
    kinds = {sqlite.MAGIC: "SQLite", postgresql.MAGIC: "PostgreSQL"}
    found = next((kind for magic, kind in kinds.items() if head.startswith(magic)), None)
    if found is None:
        refuse(f"{file} is no backup of badgepost")
    wanted = "SQLite" if is_file else "PostgreSQL"
    if found != wanted:
        refuse(f"{file} is a backup of {found}, and database_url names {wanted}")


def _list_keys(settings: Settings) -> Iterator[Path]:
    """Yield the files of keys, as far as there are any."""
    names = ("secret.key", "secret.key.next", "credentials-rsa.pem", "credentials-ed25519.pem")
    named = [*settings.credential_keys, *(key.file for key in settings.dkim)]
    yield from (path for path in [*(settings.data_dir / name for name in names), *named] if path.is_file())


def _list_missing(settings: Settings, with_keys: bool) -> Iterator[str]:
    if not with_keys:
        if files := ", ".join(map(str, _list_keys(settings))):
            yield f"{files}: without these keys links, sealed secrets and credentials are lost; see --keys"
        if config := find_config():
            yield f"{config}, and BADGEPOST_ variables"
    elif settings.secret_keys and find_config() is None:
        yield "secret_keys, which stand in a variable"
    if settings.transport == "outbox":
        yield f"{settings.outbox_dir()}: the mails of the local outbox"


def _write_keys(settings: Settings, target: Path) -> None:
    with whole_file(target) as part, tarfile.open(part, "w") as archive:
        for path in filter(None, (*_list_keys(settings), find_config())):
            archive.add(path.absolute())
