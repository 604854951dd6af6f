"""The texts of the rules, as the console reads them: published ones from the database, version 0 as it was shipped."""

from sqlalchemy import Connection

from inbound.rulebook import find_newest, find_version
from web.needs import WebService


def find_number_in_force(connection: Connection) -> int:
    """Return the version in force; 0: the shipped file."""
    newest = find_newest(connection)
    return newest.number if newest else 0


def read_rules(connection: Connection, service: WebService, number: int) -> str | None:
    """Return the text of a version; None if there is none."""
    if number == 0:
        return service.judging.shipped
    version = find_version(connection, number)
    return version.content if version else None
