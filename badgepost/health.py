"""How the service is: a handful of checks, each quick and each by itself: one that fails does not hide the others.

Here belong the checks. What a verdict means and what to do about it, the page says in the operator's language, and
`badgepost doctor` in English. DNS and relays are asked by nothing here: a page that everybody may reload is no place
for it; those are doctor's (`badgepost.doctor`).
"""

import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select, text
from sqlmodel import col

from badgepost.database import pending_revision
from badgepost.settings import Settings
from badgepost.wiring import Service
from badges.transactions import reading
from inbound.tables import WAITING, Delivery
from mailer.instance.fence import look
from mailer.instance.pulses import list_pulses
from mailer.queue.claiming import next_due
from mailer.queue.leases import DEAD_AFTER
from mailer.queue.overview import list_workers
from mailer.queue.relays import list_relays
from web.operation import Finding, Verdict

LATE = timedelta(minutes=10)
"""Mail that was due this long ago, or came in this long ago and was not looked at: somebody should look."""
TOO_LATE = timedelta(hours=1)
SKEW = timedelta(seconds=30)
LEAST_FREE, LITTLE_FREE = 0.05, 0.15
"""Of the disk."""
_CONNECT_SECONDS = 1.0

Check = Callable[[Service, Connection, datetime], Iterator[Finding]]


def check_health(service: Service, now: datetime) -> Sequence[Finding]:
    """Return what came of every check."""
    findings = []
    try:
        with reading(service.engine).connect() as connection:
            connection.execute(select(1)).scalar_one()
    except Exception as fault:  # whatever the driver raises: the page is to say that the database is away
        return [Finding("database", Verdict.FAIL, {"why": type(fault).__name__})]
    findings.append(Finding("database", Verdict.PASS, {"kind": service.engine.dialect.name}))
    for name in CHECKS:
        try:
            findings += check_one(name, service, now)
        except Exception as fault:
            findings.append(Finding(name, Verdict.UNKNOWN, {"why": type(fault).__name__}))
    return findings


def check_one(name: str, service: Service, now: datetime) -> list[Finding]:
    """Return what came of one of `CHECKS`. Raises whatever keeps it from being made."""
    with reading(service.engine).connect() as connection:
        return list(CHECKS[name](service, connection, now))


def _check_revision(service: Service, _connection: Connection, _now: datetime) -> Iterator[Finding]:
    found, needed = pending_revision(service.engine)
    verdict = Verdict.PASS if found == needed else Verdict.FAIL
    yield Finding("revision", verdict, {"found": str(found), "needed": str(needed)})


def _check_fence(_service: Service, connection: Connection, _now: datetime) -> Iterator[Finding]:
    standing = look(connection)
    if standing is not None and standing.is_fenced:
        yield Finding("fence", Verdict.FAIL, {"why": standing.because})


def _check_workers(_service: Service, connection: Connection, now: datetime) -> Iterator[Finding]:
    workers = list_workers(connection)
    alive = [worker for worker in workers if now - worker.heartbeat_at < DEAD_AFTER]
    told = {"alive": str(len(alive)), "silent": ", ".join(worker.name for worker in workers if worker not in alive)}
    verdict = Verdict.FAIL if not alive else Verdict.WARN if told["silent"] else Verdict.PASS
    yield Finding("workers", verdict, told)


def _check_processes(_service: Service, connection: Connection, now: datetime) -> Iterator[Finding]:
    """All but the workers, which have a heartbeat of their own."""
    others = [line for line in list_pulses(connection) if line.kind != "worker"]
    silent = [f"{line.kind} {line.name} ({line.place})" for line in others if line.is_silent(now)]
    told = {"alive": str(len(others) - len(silent)), "silent": ", ".join(silent)[:300]}
    yield Finding("processes", Verdict.WARN if silent else Verdict.PASS, told)


def _check_relays(service: Service, connection: Connection, _now: datetime) -> Iterator[Finding]:
    if service.settings.transport != "smtp":
        yield Finding("relays", Verdict.WARN, {"transport": service.settings.transport})
        return
    relays = list_relays(connection)
    down = [f"{relay.relay} ({relay.reason})" if relay.reason else relay.relay for relay in relays if not relay.is_up]
    if not relays:
        yield Finding("relays", Verdict.UNKNOWN)
    elif down:
        verdict = Verdict.FAIL if len(down) == len(relays) else Verdict.WARN
        yield Finding("relays", verdict, {"down": "; ".join(down)[:300]})
    else:
        yield Finding("relays", Verdict.PASS, {"up": str(len(relays))})


def _check_queue(_service: Service, connection: Connection, now: datetime) -> Iterator[Finding]:
    yield _judge_age("queue", next_due(connection), now)


def _check_incoming(_service: Service, connection: Connection, now: datetime) -> Iterator[Finding]:
    query = select(func.min(col(Delivery.received_at))).where(text(WAITING))
    yield _judge_age("incoming", connection.execute(query).scalar(), now)


def _judge_age(check: str, since: datetime | None, now: datetime) -> Finding:
    if since is None:
        return Finding(check, Verdict.PASS)
    age = now - since
    verdict = Verdict.FAIL if age > TOO_LATE else Verdict.WARN if age > LATE else Verdict.PASS
    return Finding(check, verdict, {"minutes": str(max(0, int(age.total_seconds() // 60)))})


def _check_disk(service: Service, _connection: Connection, _now: datetime) -> Iterator[Finding]:
    usage = shutil.disk_usage(service.settings.data_dir)
    share = usage.free / usage.total
    told = {"percent": f"{share * 100:.0f}", "gigabytes": f"{usage.free / 1e9:.1f}"}
    yield Finding("disk", judge_free(share), told)


def judge_free(share: float) -> Verdict:
    """Judge how much of a disk, or of its inodes, is free."""
    return Verdict.FAIL if share < LEAST_FREE else Verdict.WARN if share < LITTLE_FREE else Verdict.PASS


def _check_clock(service: Service, connection: Connection, now: datetime) -> Iterator[Finding]:
    if service.engine.dialect.name == "sqlite":
        yield Finding("clock", Verdict.UNKNOWN)  # a file has no clock of its own to compare with
        return
    theirs: datetime = connection.execute(select(func.now())).scalar_one()
    skew = abs(theirs.astimezone(UTC) - now)
    verdict = Verdict.WARN if skew > SKEW else Verdict.PASS
    yield Finding("clock", verdict, {"seconds": str(int(skew.total_seconds()))})


def _check_listener(service: Service, _connection: Connection, _now: datetime) -> Iterator[Finding]:
    listener = service.settings.listener
    if not listener.enabled or listener.port == 0:
        yield Finding("listener", Verdict.UNKNOWN)
        return
    told = {"where": f"{listener.host}:{listener.port}"}
    try:
        socket.create_connection((reach(listener.host), listener.port), _CONNECT_SECONDS).close()
    except OSError as error:
        yield Finding("listener", Verdict.FAIL, told | {"why": error.strerror or type(error).__name__})
        return
    yield Finding("listener", Verdict.PASS, told)


def reach(host: str) -> str:
    """Return the address at which this machine finds what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _check_address(service: Service, _connection: Connection, _now: datetime) -> Iterator[Finding]:
    settings: Settings = service.settings
    is_https = settings.base_url.startswith("https://")
    yield Finding("address", Verdict.PASS if is_https else Verdict.WARN, {"base_url": settings.base_url})
    yield Finding("signing", Verdict.PASS if settings.dkim else Verdict.WARN, {"keys": str(len(settings.dkim))})


CHECKS: dict[str, Check] = {
    "revision": _check_revision,
    "fence": _check_fence,
    "workers": _check_workers,
    "processes": _check_processes,
    "relays": _check_relays,
    "queue": _check_queue,
    "incoming": _check_incoming,
    "listener": _check_listener,
    "disk": _check_disk,
    "clock": _check_clock,
    "address": _check_address,
}
