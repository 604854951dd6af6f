"""What the commands share: the service they work on, times as people type them, and how they say no."""

from datetime import UTC, datetime
from typing import NoReturn

from badgepost.logging import set_up_logs
from badgepost.opening import load_settings
from badgepost.refusal import Refusal
from badgepost.wiring import Service, open_service


def get_service() -> Service:
    """Return the service that the settings describe, with logs set up."""
    settings = load_settings()
    set_up_logs(settings.log_format)
    return open_service(settings)


def refuse(*lines: str) -> NoReturn:
    """End the command with exit status 2."""
    raise Refusal(*lines)


def now() -> datetime:
    """Return this moment: the one place where a command reads the clock."""
    return datetime.now(UTC)


def parse_time(text: str | None, option: str) -> datetime | None:
    """Read a moment with its time zone, as in 2026-12-01T09:00+01:00 or 2026-12-01 08:00Z."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        refuse(f"{option}: {text!r} is no time; write it as 2026-12-01T09:00+01:00")
    if moment.tzinfo is None:
        refuse(f"{option}: {text!r} has no time zone; write it as {text.strip()}+01:00, or with Z for UTC")
    return moment.astimezone(UTC)
