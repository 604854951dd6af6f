"""Figure 8: a worker that sends 100,000 mails needs no more memory than one that sends 1,000.

Each is a process of its own, `badgepost worker --once` with its settings file, as an operator starts it: SQLite
ledger, RSA signature, SMTP to the sink. What counts is the most memory it ever had resident.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.goals import Bound, Finding, Goal
from bench.rows import count_messages, empty, fill_queue
from bench.stage import SITE, Stage
from mailer.keys import to_pem

GROWTH = Goal("worker: peak memory, many mails less 1,000", Bound.AT_MOST, 20, "MB")
FEW = 1_000


def measure(stage: Stage, port: int, many: int) -> list[Finding]:
    """Send 1,000 mails and `many` mails, each from a fresh process; return how much more memory the latter had."""
    few, more = (_peak_memory(stage, port, count) for count in (FEW, many))
    aside = f"{few:.0f} MB for {FEW:,} mails, {more:.0f} MB for {many:,}"
    return [Finding(GROWTH, more - few, aside=aside)]


def _peak_memory(stage: Stage, port: int, messages: int) -> float:
    """Return the peak resident memory, in MB, of a worker that sends so many messages."""
    empty(stage.engine)
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
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    sent = count_messages(stage.engine, "sent")
    if sent != messages:
        raise RuntimeError(f"{sent} of {messages} messages were sent, exit status {process.returncode}")
    return usage.ru_maxrss / 1024


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
