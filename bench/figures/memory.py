"""Figure 8: a worker that sends 100,000 mails needs no more memory than one that sends 1,000.

Each is a process of its own, `badgepost worker --once` with its settings file, as an operator starts it: SQLite
ledger, RSA signature, SMTP to the sink. What counts is the most memory it ever had resident.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.goals import Bound, Finding, Goal
from bench.rows import count_messages, empty, fill_queue
from bench.stage import SITE, Stage
from mailer.keys import to_pem

GROWTH = Goal("worker: peak memory, many mails less 1,000", Bound.AT_MOST, 20, "MB")
FEW = 1_000
_LOOK_EVERY = 0.02
"""Seconds."""


def measure(stage: Stage, port: int, many: int) -> list[Finding]:
    """Send 1,000 mails and `many` mails, each from a fresh process; return how much more memory the latter had."""
    if not Path("/proc/self/status").exists():
        return [Finding(GROWTH, None, aside="this system has no /proc to read memory from")]
    few, more = (_peak_memory(stage, port, count) for count in (FEW, many))
    aside = f"{few:.0f} MB for {FEW:,} mails, {more:.0f} MB for {many:,}"
    return [Finding(GROWTH, more - few, aside=aside)]


def _peak_memory(stage: Stage, port: int, messages: int) -> float:
    """Return the peak resident memory, in MB, of a worker that sends so many messages."""
    empty(stage)
    fill_queue(stage, messages, datetime.now(UTC))
    stage.engine.dispose()
    config = _write_settings(stage, port)
    with (stage.folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "badgepost", "worker", "--once"],
            env={**os.environ, "BADGEPOST_CONFIG": str(config)},
            stdout=log,
            stderr=log,
        )
        try:
            peak = _watch_peak(process)
        finally:
            process.kill()
            process.wait()
    sent = count_messages(stage.engine, "sent")
    if sent != messages:
        raise RuntimeError(f"{sent} of {messages} messages were sent, exit status {process.returncode}")
    return peak


def _watch_peak(process: subprocess.Popen[bytes]) -> float:
    """Return the high-water mark of the process's resident memory, in MB, as it stood last before its end.

    The system's own account of a child that has ended will not do: it begins with what its parent had.
    """
    peak = 0.0
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
        marks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        peak = max([peak, *(int(kilobytes) / 1024 for kilobytes in marks)])
        time.sleep(_LOOK_EVERY)
    return peak


def _write_settings(stage: Stage, port: int) -> Path:
    key = stage.folder / "dkim.pem"
    key.write_bytes(to_pem(stage.key.private_key))
    key.chmod(0o600)
    config = stage.folder / "badgepost.toml"
    config.write_text(
        f"""
data_dir = "{stage.folder}"
base_url = "{SITE.base_url}"
mail_domain = "{SITE.mail_domain}"
secret_keys = ["a key for measuring, 32 characters"]
transport = "smtp"
log_format = "json"
helo_name = "bench.badgepost.example"

[[relays]]
name = "sink"
host = "127.0.0.1"
port = {port}
tls = "none"

[[dkim]]
selector = "{stage.key.selector}"
domain = "{stage.key.domain}"
file = "{key}"
""",
        encoding="utf-8",
    )
    return config
