"""What the commands share: the service they work on, files and times as people name them, and how they say no."""

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from badgepost.logging import list_secrets, set_up_logs
from badgepost.observing import find_observer
from badgepost.opening import load_settings
from badgepost.refusal import Refusal
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service


def get_service() -> Service:
    """Return the service that the settings describe, with logs set up."""
    return open_service(get_settings())


def get_settings() -> Settings:
    """Return the settings in force, with logs set up.

    Whoever runs a command reads what it prints: in the form for people only warnings stand beside that, until a process
    that stays says more (`badgepost.presence`).
    """
    settings = load_settings()
    level = "warning" if settings.log_format == "console" else settings.log_level
    set_up_logs(settings.log_format, level, list_secrets(settings), observer=find_observer(settings))
    return settings


def refuse(*lines: str) -> NoReturn:
    """End the command with exit status 2."""
    raise Refusal(*lines)


def now() -> datetime:
    """Return this moment: the one place where a command reads the clock."""
    return datetime.now(UTC)


def open_roster(path: Path) -> BinaryIO:
    """Open a roster. Refused is what is no regular file: a roster is read twice, and a pipe flows by once, or never."""
    try:
        if path.exists() and not path.is_file():
            refuse(f"{path}: is no regular file; save the roster to one first")
        return path.open("rb")
    except OSError as error:
        refuse(f"{path}: {error.strerror}")


def parse_time(text: str | None, option: str) -> datetime | None:
    """Read a moment with its time zone, as in 2026-12-01T09:00+01:00 or 2026-12-01 08:00Z."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter beyond the years 1 and 9999
        refuse(f"{option}: {text!r} is no time; write it as 2026-12-01T09:00+01:00")
    refuse(f"{option}: {text!r} has no time zone; write it as {moment:%Y-%m-%dT%H:%M}+01:00, or with Z for UTC")
