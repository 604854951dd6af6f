"""Files that hold secrets: who may read them, and whether they are there."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result, failed, passed, warned
from badgepost.settings import Settings, find_config
from badgepost.shown_settings import list_settings
from mailer.keys import warn_of_readers

_OWN = ("secret.key", "secret.key.next", "credentials-rsa.pem", "credentials-ed25519.pem")


def check_secrets(patient: Patient) -> Iterator[Result]:
    """May anybody but the service's own user read a key, a password or the database?"""
    settings = patient.settings
    files = [file for file in _list_files(settings) if file.is_file()]
    open_files = [file for file in files if warn_of_readers(file)]
    for file in open_files:
        mode = stat.S_IMODE(file.stat().st_mode)
        judge = failed if mode & stat.S_IRWXO else warned
        yield judge(
            f"{file} can be read by others (mode {mode:04o})", "let only its owner read it", f"chmod 600 {file}"
        )
    for file in (file for file in files if not os.access(file, os.R_OK)):
        yield failed(f"{file} cannot be read by the user who asks", f"give it to the service's user (you are {_me()})")
    yield from _check_database(patient)
    if files and not open_files:
        yield passed(f"{len(files)} files with secrets, readable by their owner alone")


def _list_files(settings: Settings) -> Iterator[Path]:
    yield from (settings.data_dir / name for name in _OWN)
    yield from settings.credential_keys
    yield from (key.file for key in settings.dkim)
    yield from filter(None, [settings.listener.tls_key or settings.listener.tls_certificate])
    config = find_config()
    if config is not None and _holds_secret(settings):
        yield config


def _holds_secret(settings: Settings) -> bool:
    """Whether the settings hold one; it may come from the environment, and then a file of them is kept all the same."""
    return any(one.is_secret and not one.is_default for one in list_settings(settings)) or "@" in settings.database_url


def _check_database(patient: Patient) -> Iterator[Result]:
    """The file holds addresses and what passwords hash to. Behind a folder that is shut its mode does not count."""
    file = patient.database_file
    if file is None or not file.exists():
        return
    folder_mode, mode = file.parent.stat().st_mode, file.stat().st_mode
    if mode & stat.S_IROTH and folder_mode & stat.S_IXOTH:
        seen = f"everybody on this machine can read {file}, with everybody's address"
        yield warned(seen, "shut its folder to others", f"chmod 700 {file.parent}")


def _me() -> str:
    return f"user {os.geteuid()}"
