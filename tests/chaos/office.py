"""An office of its own for a chaos run, and the settings that its processes share."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from badgepost.settings import Settings
from badgepost.wiring import open_service
from desk.programme import ProgrammeImported, import_programme
from inbound.processing.room import Room
from tests.chaos.load import utc_now
from tests.inbound.processing.mail_office import BORDER, PROGRAMME, MailOffice

LOOPBACK = ["127.0.0.0/8"]


def open_office(folder: Path, url: str) -> MailOffice:
    """Return an office with its programme on an empty database."""
    service = open_service(
        Settings(data_dir=folder, database_url=url, authserv_id=BORDER, hooks_allow=LOOPBACK)  # type: ignore[arg-type]
    )
    outcome = import_programme(service.engine, deepcopy(PROGRAMME), folder, utc_now())
    assert isinstance(outcome, ProgrammeImported), outcome
    return MailOffice(service, Room())


def service_settings(folder: Path, url: str, relay: int, listener: int, **more: Any) -> dict[str, Any]:
    """Return settings for processes that deliver to the port `relay` and listen at the port `listener`."""
    settings = {
        "authserv_id": BORDER,
        "database_url": url,
        "data_dir": str(folder),
        "transport": "smtp",
        "relays": [{"host": "127.0.0.1", "port": relay, "tls": "none", "connections": 4}],
        "helo_name": "client.example",
        "retry": {"first": 0.2, "factor": 1.5, "longest": 1.0},
        "hooks_allow": LOOPBACK,
        "workers": 0,
        "processors": 0,
        "hook_senders": 0,
        "listener": {"enabled": False, "port": listener, "limits": {"connections_per_address": 0}},
    }
    return settings | more
