"""The gate before a batch: what doctor finds that would ruin it keeps it from leaving.

Here belongs which checks decide, and remembering for some minutes that all was well. What a refusal does to a roster
stands in `desk.issue`. Nothing is refused while no mail leaves (`transport` is not "smtp"), and nothing for what cannot
be known from here: that is only said.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from badgepost.doctor.checks import CHECKS
from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Looked
from badgepost.doctor.running import examine
from badgepost.settings import Settings
from badgepost.wiring import Service
from desk.issuing.approval import Approval
from inbound.authentication.dns import Lookup, Recorder
from web.operation import Verdict

ALWAYS = ("base-url", "freemail", "dkim", "alignment", "wire-form", "links", "unsubscribe", "one-click")
"""Checks whose fail spoils every mail."""
FOR_MANY = ("spf", "dmarc")
"""Checks whose fail big receivers take as a reason to refuse what comes in bulk."""
MANY = 1000
"""Mails of one roster. Gmail counts as bulk some 5,000 a day, of all that a domain sends."""
KEPT = timedelta(minutes=10)
"""How long it is remembered that nothing failed. What failed is looked at again each time: it may have been mended."""
SECONDS = 12.0
FILE = "doctor-passed.json"
_OVERRULED = "badgepost doctor tells what to do; badgepost issue --despite-doctor issues all the same"


def guard(service: Service, lookup: Lookup) -> Service:
    """Return the service whose office asks doctor before a roster's mails are written.

    `lookup` had better remember nothing for long: what it said a minute ago may have been mended.
    """
    gate = Gate(service, lookup)
    return replace(service, office=replace(service.office, approve=gate.judge))


@dataclass(frozen=True, slots=True)
class _Passed:
    """That nothing failed, and what could not be known."""

    of: str
    at: datetime
    doubts: tuple[str, ...]
    checks: tuple[str, ...]


class Gate:
    """Judges rosters. Safe to be asked by several threads."""

    def __init__(self, service: Service, lookup: Lookup) -> None:
        self._service = service
        self._lookup = lookup
        self._lock = Lock()

    def judge(self, mails: int) -> Approval:
        """Return what speaks against letting so many mails leave."""
        settings = self._service.settings
        if settings.transport != "smtp" or mails == 0:
            return Approval()
        names = (*ALWAYS, *(FOR_MANY if mails >= MANY else ()))
        with self._lock:
            known = _recall(settings, names)
            if known is not None:
                return Approval(doubts=known)
            looked = self._examine(names)
        obstacles = _list(looked, Verdict.FAIL)
        if obstacles:
            more = f"; and {len(obstacles) - 1} more" if len(obstacles) > 1 else ""
            return Approval(f"doctor finds that the mails would be ruined: {obstacles[0]}{more}. {_OVERRULED}")
        doubts = _list(looked, Verdict.UNKNOWN)
        _remember(settings, _Passed(_digest(settings), datetime.now(UTC), doubts, names))
        return Approval(doubts=doubts)

    def _examine(self, names: tuple[str, ...]) -> list[Looked]:
        settings = self._service.settings
        patient = Patient(
            settings, Recorder(self._lookup), lambda: datetime.now(UTC), tuple(settings.egress), SECONDS, self._service
        )
        return examine(patient, [CHECKS[name] for name in names])


def _list(looked: list[Looked], verdict: Verdict) -> tuple[str, ...]:
    return tuple(
        f"{one.check.name}: {result.seen}" for one in looked for result in one.results if result.verdict is verdict
    )


def _digest(settings: Settings) -> str:
    """Return what changes with the settings and the keys that they name; secrets are masked in it."""
    files = [key.file for key in settings.dkim]
    times = [file.stat().st_mtime_ns if file.exists() else 0 for file in files]
    return hashlib.sha256(f"{settings.model_dump_json()} {times}".encode()).hexdigest()


def _recall(settings: Settings, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the doubts that were left when nothing failed lately; None: it is to be looked at."""
    try:
        kept = json.loads((settings.data_dir / FILE).read_text(encoding="utf-8"))
        passed = _Passed(kept["of"], datetime.fromisoformat(kept["at"]), tuple(kept["doubts"]), tuple(kept["checks"]))
        age = datetime.now(UTC) - passed.at
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_fresh = timedelta(0) <= age < KEPT and passed.of == _digest(settings)
    return passed.doubts if is_fresh and set(names) <= set(passed.checks) else None


def _remember(settings: Settings, passed: _Passed) -> None:
    """Keep it for the next command, whole or not at all. A folder that cannot be written costs only time."""
    content = {"of": passed.of, "at": passed.at.isoformat(), "doubts": passed.doubts, "checks": passed.checks}
    path = settings.data_dir / FILE
    with suppress(OSError):
        path.with_suffix(".new").write_text(json.dumps(content), encoding="utf-8")
        path.with_suffix(".new").replace(path)
