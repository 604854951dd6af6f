"""What a command stands on before it does anything: settings, a database of the right version, keys, templates.

Here belongs finding these and saying in one line what is wrong with one. What is built from them stands in `wiring`.
"""

from functools import cache
from pathlib import Path

import structlog
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from badgepost.credential_keys import CredentialKeyError, read_credential_keys
from badgepost.database import is_known_revision, migrate, open_engine, pending_revision
from badgepost.jobs.asking import let_transactions_ask
from badgepost.jobs.readiness import is_ready, make_ready
from badgepost.link_keys import KeyFileError, read_secret_keys
from badgepost.refusal import Refusal
from badgepost.settings import Settings, find_config
from badges.openbadges.signing import CredentialKeys
from badges.transactions import reading
from desk.fault_words import tell_fault
from mailer.dkim import DkimKey
from mailer.keys import KeyFault, load_key, warn_of_readers

_log = structlog.get_logger(__name__)


def load_settings() -> Settings:
    """Read the settings in force. Raises `Refusal` with one line for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (tell_fault(fault, "settings") for fault in error.errors(include_url=False))
        raise Refusal(*(f"setting {fault}" for fault in faults)) from error
    except SettingsError as error:
        # Its words name a class of the library; what it could not read is always a list or a table in a variable.
        raise Refusal(
            f"settings: {error.__cause__ or error}: a list or table in a variable is written as JSON"
        ) from error
    except FileNotFoundError as error:
        raise Refusal(f"settings: {error}") from error
    except OSError as error:
        raise Refusal(f"settings: {error.filename}: {error.strerror}") from error
    except ValueError as error:
        raise Refusal(f"settings: {find_config()}: {error}") from error


def open_database(settings: Settings) -> Engine:
    """Return an engine on a database of the right version; an empty one is made ready."""
    engine = connect(settings)
    found, needed = pending_revision(engine)
    if found == needed:
        _ready_jobs(engine)
        return engine
    if found is None:
        refuse_foreign(engine)
        migrate(engine)
        let_transactions_ask(engine)
        return engine
    if is_known_revision(found):
        raise Refusal(f"the database is of revision {found}, this program needs {needed}: run `badgepost migrate`")
    raise Refusal(f"the database is of revision {found}, which this program does not know: install a newer badgepost")


def _ready_jobs(engine: Engine) -> None:
    """Make sure of the job engine's tables, which a backup may lack or an upgrade may have left behind."""
    with reading(engine).connect() as connection:
        is_there = is_ready(connection)
    if not is_there:
        make_ready(engine)
    let_transactions_ask(engine)


def connect(settings: Settings) -> Engine:
    """Return an engine, whatever state the database is in."""
    try:
        return open_engine(settings.url_of_database())
    except ModuleNotFoundError as error:
        raise Refusal(f"database_url: this kind of database needs the Python package {error.name}") from error
    except (ArgumentError, NoSuchModuleError) as error:
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


def read_link_keys(settings: Settings) -> list[str]:
    """Return the keys that sign links, oldest first."""
    try:
        return read_secret_keys(settings)
    except KeyFileError as error:
        raise Refusal(f"the key that signs links: {error}") from error
    except OSError as error:
        raise Refusal(f"the key that signs links cannot be read or kept: {error.filename}: {error.strerror}") from error


def open_credential_keys(settings: Settings) -> CredentialKeys:
    """Return the keys that sign credentials."""
    try:
        keys = CredentialKeys(read_credential_keys(settings), settings.base_url, settings.credential_algorithm)
        for warning in filter(None, map(warn_of_readers, settings.credential_keys)):
            _log.warning("credential_key", warning=warning)
        return keys
    except CredentialKeyError as error:
        raise Refusal(f"the keys that sign credentials: {error}") from error
    except ValueError as error:
        raise Refusal(f"credential_keys: {error} (credential_algorithm)") from error
    except OSError as error:
        raise Refusal(
            f"the keys that sign credentials cannot be read or kept: {error.filename}: {error.strerror}"
        ) from error


def read_dkim_keys(settings: Settings) -> list[DkimKey]:
    """Return the keys that sign mails. A missing one stops the start: unsigned mail would spoil the domain's name."""
    loaded = [load_key(file.file, file.selector, file.domain) for file in settings.dkim]
    faults = [fault for fault in loaded if isinstance(fault, KeyFault)]
    if faults:
        raise Refusal(*(f"DKIM key {fault}: make keys with `badgepost keys new`" for fault in faults))
    keys = [key for key in loaded if not isinstance(key, KeyFault)]
    for key in keys:
        if key.warning:
            _log.warning("dkim_key", warning=key.warning)
    return [key.key for key in keys]


def refuse_foreign(engine: Engine) -> None:
    """Refuse a database without a revision that is not empty: whose its tables are, nobody knows."""
    found, _ = pending_revision(engine)
    if found is None and (tables := inspect(engine).get_table_names()):
        where = engine.url.set(query={}).render_as_string()  # which leaves passwords out
        raise Refusal(
            f"{where} holds tables of something else ({tables[0]}), or of a restore that broke off: "
            "name another database"
        )
