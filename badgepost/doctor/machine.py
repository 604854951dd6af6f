"""The machine and the processes on it: disk, clock, who lives, what is stuck."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlmodel import col

from badgepost.doctor.patient import CannotKnowError, Patient
from badgepost.doctor.quick import make_quick
from badgepost.doctor.results import WORST_FIRST, Result, failed, passed, unknown, warned
from badgepost.health import judge_free
from badges.columns import from_microseconds
from badges.transactions import reading
from mailer.instance.pulses import SILENT_AFTER
from mailer.instance.tables import ProcessPulse
from mailer.queue.tables import SET_ASIDE
from web.operation import Verdict

_AHEAD = timedelta(minutes=1)
"""By how much a record may lie in the future: clocks of several machines differ."""
_FORGOTTEN = timedelta(days=1)
"""A process that has been silent for so long was ended for good."""
_quick_clock = make_quick("clock")
_COUNT_ASIDE = text(f"""
    SELECT state, COUNT(*) AS number FROM message
    WHERE {SET_ASIDE} AND state IN ('queued', 'deferred', 'unknown') GROUP BY state
""")  # noqa: S608  (put together from constants)
_STOPPED = text("""
    SELECT id, label, stopped_because FROM batch WHERE state = 'paused' AND stopped_because <> '' ORDER BY id LIMIT 10
""")


def check_disk(patient: Patient) -> Iterator[Result]:
    """Is there room for the data and for the database, in bytes and in inodes?"""
    places = {"data_dir": patient.settings.data_dir}
    if patient.database_file is not None:
        places["the database"] = patient.database_file.parent
    by_disk: dict[int, tuple[str, Path]] = {}
    for name, place in places.items():
        if not place.exists():
            raise CannotKnowError(f"{name} ({place}) is not there yet")
        by_disk.setdefault(place.stat().st_dev, (name, place))
    for name, place in by_disk.values():
        yield _judge_disk(name, place)


def _judge_disk(name: str, place: Path) -> Result:
    usage, system = shutil.disk_usage(place), os.statvfs(place)
    verdicts = [judge_free(usage.free / usage.total)]
    words = f"{name}: {usage.free / usage.total:.0%} free, {usage.free / 1e9:.1f} GB"
    if system.f_files:  # some file systems count none
        verdicts.append(judge_free(system.f_favail / system.f_files))
        words += f"; {system.f_favail / system.f_files:.0%} of the inodes"
    worst = min(verdicts, key=WORST_FIRST.index)
    remedy = "" if worst is Verdict.PASS else f"make room at {place.absolute()}: a full disk stops everything"
    return Result(worst, words, remedy)


def check_clock(patient: Patient) -> Iterator[Result]:
    """Does the clock agree with the database's, and with what was written before?"""
    now = patient.clock()
    pulses = select(func.max(col(ProcessPulse.beat_at)))
    leases = text("SELECT MAX(heartbeat_at) FROM worker_lease")
    with reading(patient.service.engine).connect() as connection:
        last = connection.execute(pulses).scalar()
        lease = connection.execute(leases).scalar()
    ahead = max([beat - now for beat in (last, from_microseconds(lease) if lease else None) if beat], default=_AHEAD)
    if ahead > _AHEAD:
        seen = f"a process wrote {int(ahead.total_seconds())} seconds ahead of this clock: one of them is wrong"
        yield failed(seen, "have the clocks of all machines set by NTP: retries and take-overs depend on them")
        return
    yield from _quick_clock(patient)


def check_pulses(patient: Patient) -> Iterator[Result]:
    """Has every process that lived lately said so in time?"""
    now = patient.clock()
    query = select(ProcessPulse).where(col(ProcessPulse.beat_at) > now - _FORGOTTEN).order_by(col(ProcessPulse.kind))
    with reading(patient.service.engine).connect() as connection:
        rows = connection.execute(query).all()
    silent = [row for row in rows if now - row.beat_at >= SILENT_AFTER]
    for row in silent:
        minutes = int((now - row.beat_at).total_seconds() // 60)
        yield warned(
            f"{row.kind} {row.name} on {row.place} has been silent for {minutes} minutes",
            "look at its log; if it was ended on purpose, nothing is to be done",
        )
    if not rows:
        yield unknown("no process has told of itself", "start badgepost serve, or the processes one by one")
    elif not silent:
        kinds = [f"{sum(row.kind == kind for row in rows)} {kind}" for kind in dict.fromkeys(row.kind for row in rows)]
        yield passed(f"all live: {', '.join(kinds)}")
    versions = sorted({row.version for row in rows if row not in silent})
    if len(versions) > 1:
        yield warned(f"processes of several versions run: {', '.join(versions)}", "restart those of the older one")


def check_stuck(patient: Patient) -> Iterator[Result]:
    """Is there mail that waits for a person?"""
    with reading(patient.service.engine).connect() as connection:
        counts = {row.state: row.number for row in connection.execute(_COUNT_ASIDE)}
        stopped = connection.execute(_STOPPED).all()
    doubtful, held = counts.pop("unknown", 0), sum(counts.values())
    if doubtful:
        seen = f"of {doubtful:,} mails nobody knows whether they left"
        yield warned(seen, "badgepost queue shows them; badgepost queue retry or cancel decides")
    if held:
        yield warned(f"{held:,} mails are held", "badgepost queue tells why; badgepost queue retry lets them go")
    for batch in stopped:
        seen = f"batch {batch.id} ({batch.label}) was paused: {batch.stopped_because}"
        yield warned(seen, "look into it; badgepost batch go-on lets it go on, badgepost batch cancel ends it")
    if not doubtful and not held and not stopped:
        yield passed("no mail waits for a person")
