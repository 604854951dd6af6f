"""A backup of PostgreSQL: what its own pg_dump writes, of one snapshot, and what pg_restore makes of it.

Here belongs running the two. A database is not one of ours before its revision stands in it, so that is written last,
together with the fence: whoever starts too early sends nothing.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import make_url

from badgepost.backup.sqlite import BackupFault, check_revision
from badgepost.backup.whole_files import whole_file
from badgepost.database import migrate_on, open_engine
from badgepost.jobs.readiness import SCHEMA
from mailer.instance.fence import fence_copy

MAGIC = b"PGDMP"
_FOLDERS = "/usr/lib/postgresql"
_VERSION_TABLE = "alembic_version"
_OF_PROCESSES = ("worker_lease", "process_pulse")
"""Tables of what lives; nobody of it will when the backup is brought back."""


def back_up(url: str, target: Path) -> None:
    """Write the database at `url` to `target`. Raises `BackupFault`, `OSError`."""
    without = [f"--exclude-table-data={table}" for table in _OF_PROCESSES]
    with whole_file(target) as part:
        # The job engine's tables are made anew by whoever needs them: jobs are only wake-ups.
        without.append(f"--exclude-schema={SCHEMA}")
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", *without, f"--file={part}")
        # Read once from end to end, as it will have to be.
        _run(url, "pg_restore", "--file=/dev/null", str(part), connects=False)


def restore(backup: Path, url: str, now: datetime) -> tuple[str, str]:
    """Read `backup` into the empty database at `url`, up to date and fenced; return its revision before and after."""
    revision = _read_revision(backup, url)
    check_revision(revision)
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if tables := inspect(connection).get_table_names():
                raise BackupFault(
                    f"the database is not empty (it holds {tables[0]}): a backup is brought back where nothing stands; "
                    "create another database"
                )
        _read_in(backup, url)
        after = _make_ours(engine, revision, f"it was brought back from {backup.name}", now)
    finally:
        engine.dispose()
    return revision, after


def _read_in(backup: Path, url: str) -> None:
    contents = _run(url, "pg_restore", "--list", str(backup), connects=False)
    with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as chosen:
        chosen.writelines(
            line for line in contents.splitlines(True) if not re.search(rf"TABLE DATA \S+ {_VERSION_TABLE} ", line)
        )
        chosen.flush()
        together = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        _run(url, "pg_restore", *together, f"--use-list={chosen.name}", f"--dbname={_conninfo(url)}", str(backup))


def _make_ours(engine: Engine, revision: str, because: str, now: datetime) -> str:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})
        _, after = migrate_on(connection)
        fence_copy(connection, because, now)
    assert after is not None
    return after


def _read_revision(backup: Path, url: str) -> str:
    data = _run(url, "pg_restore", "--data-only", f"--table={_VERSION_TABLE}", "--file=-", str(backup), connects=False)
    lines = data.splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(rf"COPY \S+\.{_VERSION_TABLE} ", line)]
    if not starts:
        raise BackupFault("the file is no backup of badgepost")
    return lines[starts[0] + 1].strip()


def _run(url: str, program: str, *arguments: str, connects: bool = True) -> str:
    """Run one of PostgreSQL's programs. The password is in its environment: arguments are seen by everybody."""
    path = _find(program)
    environment = dict(os.environ)
    parsed = make_url(url)
    password = parsed.password or parsed.query.get("password")
    if connects and password is not None:
        environment["PGPASSWORD"] = str(password)
    target = [f"--dbname={_conninfo(url)}"] if program == "pg_dump" else []
    ran = subprocess.run([path, *target, *arguments], capture_output=True, text=True, env=environment, check=False)
    if ran.returncode != 0:
        raise BackupFault(f"{program}: {_last_line(ran.stderr.splitlines())}")
    return ran.stdout


def _last_line(lines: Sequence[str]) -> str:
    return next((line for line in reversed(lines) if line.strip()), "it failed without a word")


def _find(program: str) -> str:
    folders = [os.environ.get("PATH", ""), *map(str, sorted(Path(_FOLDERS).glob("*/bin"), key=_version, reverse=True))]
    found = shutil.which(program, path=os.pathsep.join(folders))
    if found is None:
        raise BackupFault(f"{program} is not on this machine: install PostgreSQL's client programs")
    return found


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def _conninfo(url: str) -> str:
    parsed = make_url(url)
    known = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}
    values = {name: value for name, value in known.items() if value is not None}
    others = {name: str(value) for name, value in parsed.query.items() if name != "password"}
    return make_conninfo("", **values, **others)
