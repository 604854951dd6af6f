"""Where a database stands, as far as it can be told from a connection to it.

Here belongs finding a place and comparing two. A restart, another host name and another container on the same volume
leave a place as it is; a copied file and a dump that was read into another database do not. What cannot be told: a
cloned disk or cluster, which is the same in every sign (docs/operations.md).
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))

Place = Mapping[str, str]
"""Signs by name. One that is missing could not be read, and says nothing."""


def find_place(connection: Connection) -> Place:
    """Return the signs of the database that `connection` leads to. Raises `OSError` if its file is gone."""
    if connection.dialect.name == "sqlite":
        return _find_file(connection)
    return _find_cluster(connection)


def write_place(place: Place) -> str:
    """Return `place` as it is kept."""
    return json.dumps(dict(place), sort_keys=True)


def read_place(kept: str) -> Place:
    """Return the place that `write_place` wrote."""
    return {str(name): str(sign) for name, sign in json.loads(kept).items()}


def is_same_place(one: Place, other: Place) -> bool:
    """Tell whether nothing says that these are two places."""
    differing = {name for name in one.keys() & other.keys() if one[name] != other[name]}
    # The machine's id changes with a container, the disk's with a move to a new disk: both at once is another machine.
    return not differing & {"kind", "file", "database", "cluster"} and differing != {"disk", "machine"}


def _find_file(connection: Connection) -> Place:
    path = next(row.file for row in connection.execute(text("PRAGMA database_list")) if row.name == "main")
    place = {"kind": "sqlite"}
    if not path:  # in memory
        return place
    place["file"] = str(Path(path).stat().st_ino)
    if disk := os.statvfs(path).f_fsid:
        place["disk"] = f"{disk:x}"
    if machine := _read_machine_id():
        place["machine"] = machine
    return place


def _read_machine_id() -> str | None:
    for path in _MACHINE_IDS:
        try:
            found = path.read_bytes().strip()
        except OSError:
            continue
        if found:
            # machine-id(5): it is not to be shown as it is.
            return hashlib.sha256(b"badgepost " + found).hexdigest()[:16]
    return None


def _find_cluster(connection: Connection) -> Place:
    oid = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    place = {"kind": "postgresql", "database": str(oid)}
    try:
        # Every role may ask this, unless somebody took that right away: the number of the database must do then.
        with connection.begin_nested():
            cluster = connection.execute(text("SELECT system_identifier FROM pg_control_system()")).scalar_one()
    except DBAPIError as fault:
        if fault.connection_invalidated:
            raise
        return place
    return place | {"cluster": str(cluster)}
