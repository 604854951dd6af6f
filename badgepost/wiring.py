"""Building the service from its settings: the only place that knows every part.

Here belongs who is given what. Each part is made once; anything that is missing (a key file, a template folder, a
database of another version) ends the start with a `Refusal`, never a half-built service.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from badgepost.database import is_known_revision, migrate, open_engine, pending_revision
from badgepost.refusal import Refusal
from badgepost.settings import Settings, read_secret_keys
from badges.links import LinkMaker
from desk.office import Office
from desk.publishing import Publisher
from mailer.templates.constants import SiteConstants
from mailer.templates.environment import TemplateSources


@dataclass(frozen=True)
class Service:
    """The parts, wired."""

    settings: Settings
    engine: Engine
    office: Office
    site: SiteConstants


def load_settings() -> Settings:
    """Read the settings in force. Raises `Refusal` with one line for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise Refusal(*(_explain_setting(fault) for fault in error.errors(include_url=False))) from error
    except (FileNotFoundError, ValueError) as error:
        raise Refusal(f"settings: {error}") from error


def open_service(settings: Settings) -> Service:
    """Build the service on a database that is ready. Raises `Refusal`."""
    engine = open_database(settings)
    keys = _read_keys(settings)
    site = SiteConstants(settings.base_url, settings.support_address, f"{settings.base_url}/password")
    office = Office(
        engine=engine,
        links=LinkMaker(keys),
        publisher=Publisher(site, TemplateSources.from_directory(find_templates() / "email")),
        mail_domain=settings.mail_domain,
    )
    return Service(settings, engine, office, site)


def open_database(settings: Settings) -> Engine:
    """Return an engine on a database of the right version; an empty one is made ready."""
    engine = connect(settings)
    found, needed = pending_revision(engine)
    if found == needed:
        return engine
    if found is None:
        _migrate_empty(engine, settings)
        return engine
    if is_known_revision(found):
        raise Refusal(f"the database is of revision {found}, this program needs {needed}: run `badgepost migrate`")
    raise Refusal(f"the database is of revision {found}, which this program does not know: install a newer badgepost")


def connect(settings: Settings) -> Engine:
    """Return an engine, whatever state the database is in."""
    try:
        return open_engine(settings.url_of_database())
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise Refusal(f"database_url: {error}".splitlines()[0]) from error
    except OSError as error:
        raise Refusal(f"the database's folder cannot be made: {error.filename}: {error.strerror}") from error


@cache
def find_templates() -> Path:
    """Return the folder that holds `email` and `pages`: beside the packages, or installed with them."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "templates", here / "assets" / "templates"):
        if (folder / "email").is_dir():
            return folder
    raise Refusal(f"there are no templates beside {here}: install badgepost again")


def _read_keys(settings: Settings) -> list[str]:
    try:
        return read_secret_keys(settings)
    except OSError as error:
        raise Refusal(f"the key that signs links cannot be kept: {error.filename}: {error.strerror}") from error


def _migrate_empty(engine: Engine, settings: Settings) -> None:
    tables = inspect(engine).get_table_names()
    if tables:
        raise Refusal(
            f"{settings.url_of_database()} holds tables of something else ({tables[0]}): name another database"
        )
    migrate(engine)


def _explain_setting(fault: object) -> str:
    assert isinstance(fault, dict)
    name = ".".join(str(step) for step in fault["loc"]) or "settings"
    return f"setting {name}: {str(fault['msg']).removeprefix('Value error, ')}"
