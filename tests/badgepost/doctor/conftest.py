"""An installation to be looked at, with a DNS of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from badgepost.doctor.checks import CHECKS
from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result
from badgepost.doctor.running import examine
from badgepost.judging import make_lookup
from badgepost.setting_groups import DkimKeyFile, Relay
from badgepost.settings import Settings
from mailer.dkim import PrivateKey
from mailer.keys import KeyType, make_key, to_pem
from tests.badgepost.doctor.name_server import NameServer, serving_names
from tests.web.fixtures import base_url, house, lasting_house, sample

__all__ = ["base_url", "house", "lasting_house", "sample"]

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOMAIN = "school.example"
FULL: dict[str, Any] = {
    "transport": "smtp",
    "relays": [Relay(host="127.0.0.1", port=1, tls="none")],
    "base_url": "https://badges.school.example",
    "mail_domain": "mail.school.example",
    "account_from": "badges@school.example",
    "notices_from": "notices@school.example",
    "support_address": "support@school.example",
    "helo_name": "mx.school.example",
}


@pytest.fixture(scope="session")
def _name_server() -> Iterator[NameServer]:
    with serving_names() as server:
        yield server


@pytest.fixture
def names(_name_server: NameServer) -> NameServer:
    """A name server whose zone is empty."""
    _name_server.zone.clear()
    _name_server.broken.clear()
    return _name_server


@cache
def private_key(kind: KeyType) -> PrivateKey:
    return make_key(kind)


def keep_key(folder: Path, kind: KeyType, domain: str = DOMAIN, selector: str = "") -> DkimKeyFile:
    """Write a key, the same for all tests, as `badgepost keys new` does."""
    path = folder / f"{kind}.pem"
    path.write_bytes(to_pem(private_key(kind)))
    path.chmod(0o600)
    return DkimKeyFile(selector=selector or kind, domain=domain, file=path)


@pytest.fixture
def patient(tmp_path: Path, names: NameServer) -> Callable[..., Patient]:
    """Make an installation that sends; `changes` to its settings."""

    def make(**changes: Any) -> Patient:
        own = {"data_dir": tmp_path, "database_url": f"sqlite:///{tmp_path}/badgepost.db"}
        values = {**FULL, **own, "dkim": [keep_key(tmp_path, "ed25519")], **changes}
        return Patient(Settings(**values), make_lookup("127.0.0.1", names.port), lambda: NOW)

    return make


def look(patient: Patient, name: str, **changes: Any) -> list[Result]:
    """Make one check."""
    [looked] = examine(replace(patient, **changes), [CHECKS[name]])
    return list(looked.results)


def verdicts(results: list[Result]) -> list[str]:
    return [result.verdict.value for result in results]
