"""The database itself: whether it is whole, set up as it must be, and the one that may send."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select, text
from sqlmodel import col

from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result, failed, passed, unknown, warned
from badges.transactions import reading
from mailer.instance.tables import Instance

_LARGE = 2 << 30
"""Bytes of an SQLite file that are looked through only when they are asked for: it takes a minute for each few GB."""
_OLDEST = 14
"""The major version of PostgreSQL below which nothing is tested."""
_UNSAFE = ("off",)
"""Of synchronous_commit: a power cut takes back what was told as committed."""


def check_integrity(patient: Patient) -> Iterator[Result]:
    """Is the file whole (SQLite), is the server set up as it must be (PostgreSQL)?"""
    with reading(patient.engine).connect() as connection:
        if connection.dialect.name == "sqlite":
            yield from _check_file(patient, connection)
        else:
            yield from _check_server(connection)


def check_fence(patient: Patient) -> Iterator[Result]:
    """May this database be sent from, or is it a copy of another?"""
    with reading(patient.service.engine).connect() as connection:
        row = connection.execute(select(col(Instance.fenced_at), col(Instance.fenced_because))).first()
    if row is None:
        yield passed("nothing has been sent from this database yet")
    elif row.fenced_at is None:
        yield passed("this database may be sent from")
    else:
        seen = f"nothing is sent since {row.fenced_at:%Y-%m-%d %H:%M}Z: {row.fenced_because}"
        yield failed(seen, "say whether this is the original or a copy: badgepost instance")


def _check_file(patient: Patient, connection: Connection) -> Iterator[Result]:
    file = patient.database_file
    size = file.stat().st_size if file is not None else 0
    if size > _LARGE and patient.seconds < size / _LARGE * 60:
        seen = f"{size / 1e9:.1f} GB are not looked through by the way"
        yield unknown(seen, f"badgepost doctor --only integrity --seconds {size // _LARGE * 60 + 60}")
        return
    said = connection.execute(text("PRAGMA quick_check(5)")).scalars().all()
    if said == ["ok"]:
        yield passed(f"SQLite finds {size / 1e6:,.0f} MB whole")
        return
    yield failed(
        f"SQLite finds the file damaged: {'; '.join(map(str, said))[:300]}",
        "stop the service, keep a copy of the file, go back to the last backup or mend it with sqlite3's .recover",
    )


def _check_server(connection: Connection) -> Iterator[Result]:
    query = (
        "SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number, "
        "current_setting('server_encoding') AS encoding, current_setting('synchronous_commit') AS sync, "
        "current_setting('fsync') AS fsync, current_setting('TimeZone') AS zone, "
        "pg_is_in_recovery() AS standby"
    )
    row = dict(connection.execute(text(query)).one()._mapping)
    found = list(_judge_server(row))
    yield from found
    if not found:
        yield passed(f"PostgreSQL {row['version']}, {row['encoding']}, synchronous_commit {row['sync']}, {row['zone']}")


def _judge_server(row: Mapping[str, object]) -> Iterator[Result]:
    if int(str(row["number"])) < _OLDEST * 10_000:
        yield warned(f"PostgreSQL is of version {row['version']}", f"take {_OLDEST} or newer")
    if row["encoding"] != "UTF8":
        yield failed(
            f"the database is encoded as {row['encoding']}: names of some people cannot be written",
            "make one with ENCODING 'UTF8', and restore a dump into it",
        )
    if row["fsync"] == "off" or row["sync"] in _UNSAFE:
        yield failed(
            f"fsync is {row['fsync']}, synchronous_commit {row['sync']}: a power cut forgets mails that have left, "
            "and they are sent again",
            "set both to on in postgresql.conf, or for this database",
            "ALTER DATABASE … SET synchronous_commit = on",
        )
    if row["standby"]:
        yield failed("this server is a standby: it takes no writes", "let database_url name the primary")
