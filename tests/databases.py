"""Which database a test gets: a SQLite file, or with `--database postgresql` one in a server that the tests start.

Tests name databases by a path in a folder of theirs, as SQLite does; here, and nowhere else, the path becomes a URL. In
PostgreSQL each path stands for a database of its own, made when it is first named and dropped with the folder. How the
server runs stands in `tests.mailer.postgresql`.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from badgepost.database import open_engine
from badgepost.settings import Settings
from tests.mailer.postgresql import PostgresServer, running_postgres

KINDS = ("sqlite", "postgresql")

Fill = Callable[[Engine], object]


@dataclass
class _Databases:
    """What this process has made, by what it is named by."""

    kind: str = "sqlite"
    server: PostgresServer | None = None
    names: dict[Path, str] = field(default_factory=dict)
    filled: dict[tuple[str, Fill], Path] = field(default_factory=dict)
    folder: Path | None = None
    closing: ExitStack = field(default_factory=ExitStack)


_ours = _Databases()


def choose_database(kind: str) -> None:
    """Say what tests get from now on."""
    assert kind in KINDS
    _ours.kind = kind


def chosen_database() -> str:
    return _ours.kind


def database_url(path: Path) -> str:
    """Return the URL of the database at `path`: empty when it is named for the first time."""
    path = path.absolute()
    if _ours.kind == "sqlite":
        return f"sqlite:///{path}"
    if path not in _ours.names:
        _ours.names[path] = postgres_server().create("template0")
    return postgres_server().url_of(_ours.names[path])


def filled_database(path: Path, fill: Fill) -> str:
    """Return the URL of a new database at `path` that holds what `fill` puts in; it is called once for all tests."""
    key = (_ours.kind, fill)
    if key not in _ours.filled:
        source = _own_folder() / f"{len(_ours.filled)}.db"
        engine = open_engine(database_url(source))
        fill(engine)
        engine.dispose()  # the last connection to close folds SQLite's write-ahead log into the file
        _ours.filled[key] = source
    return copy_database(_ours.filled[key], path)


def copy_database(source: Path, target: Path) -> str:
    """Copy a database that nobody is connected to; return the URL of the copy."""
    source, target = source.absolute(), target.absolute()
    if _ours.kind == "sqlite":
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    else:
        _ours.names[target] = postgres_server().create(_ours.names[source])
    return database_url(target)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder with all databases in it."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    for path in _named_under(source):
        copy_database(path, target.absolute() / path.relative_to(source.absolute()))


def drop_databases(folder: Path) -> None:
    """Drop those that are named by a path in `folder`; the files go with the folder."""
    for path in _named_under(folder):
        postgres_server().drop(_ours.names.pop(path))


def has_database(path: Path) -> bool:
    """Tell whether there is a database at `path`, perhaps an empty one."""
    return path.exists() or path.absolute() in _ours.names


def variables_of(path: Path) -> dict[str, str]:
    """Return what tells a program in a process of its own where its database is."""
    return {} if _ours.kind == "sqlite" else {"BADGEPOST_DATABASE_URL": database_url(path)}


def url_in_force(settings: Settings) -> str:
    """Stand in for `Settings.url_of_database`: what settings leave open is decided here."""
    return settings.database_url or database_url(settings.data_dir / "badgepost.db")


def dump_rows(engine: Engine) -> list[str]:
    """Return every row of every table, in an order that does not depend on the database.

    Not what SQLite keeps of its full text index.
    """
    with engine.connect() as connection:
        tables = sorted(name for name in inspect(connection).get_table_names() if not name.startswith("search_"))
        return [line for table in tables for line in _dump_table(connection, table)]


def order_of_writing() -> str:
    """Return the column that tells which row of a table was written first, where none was changed since."""
    return "rowid" if _ours.kind == "sqlite" else "ctid"


@contextmanager
def rows_refused(engine: Engine, table: str, after: int = 0) -> Iterator[None]:
    """Have the database refuse any further row in `table` once it holds so many, as a full disk would."""
    full = f"(SELECT count(*) FROM {table}) >= {after}"
    if engine.dialect.name == "sqlite":
        made = [f"CREATE TRIGGER full_up BEFORE INSERT ON {table} WHEN {full} BEGIN SELECT RAISE(FAIL, 'full'); END"]
        dropped = ["DROP TRIGGER full_up"]
    else:
        body = f"BEGIN IF {full} THEN RAISE 'full'; END IF; RETURN NEW; END"
        made = [
            f"CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
            f"CREATE TRIGGER full_up BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_up()",
        ]
        dropped = [f"DROP TRIGGER full_up ON {table}", "DROP FUNCTION full_up"]
    _execute_each(engine, made)
    yield
    _execute_each(engine, dropped)


def postgres_server() -> PostgresServer:
    """Return the one server of this process, started when it is first wanted."""
    if _ours.server is None:
        _ours.server = _ours.closing.enter_context(running_postgres())
    return _ours.server


@contextmanager
def databases_closed() -> Iterator[None]:
    """Stop the server at the end, and remove what was made here."""
    with _ours.closing:
        yield
    _ours.server = _ours.folder = None


def _execute_each(engine: Engine, statements: list[str]) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _dump_table(connection: Connection, table: str) -> list[str]:
    found = connection.execute(text(f'SELECT * FROM "{table}"'))
    return [f"{table}: {list(found.keys())}", *sorted(f"{table}: {tuple(row)!r}" for row in found)]


def _named_under(folder: Path) -> list[Path]:
    return [path for path in _ours.names if path.is_relative_to(folder.absolute())]


def _own_folder() -> Path:
    if _ours.folder is None:
        _ours.folder = Path(_ours.closing.enter_context(tempfile.TemporaryDirectory(prefix="badgepost-filled-")))
    return _ours.folder
