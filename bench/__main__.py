"""`python -m bench`: all figures in one interleaved run, then the table. Exit status 0 whatever was reached."""

import argparse
import contextlib
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from badgepost.logging import set_up_logs
from bench.figures import (
    accepting,
    authenticating,
    building,
    counting,
    delivering,
    enqueue,
    issuing,
    memory,
    processing,
    ruling,
    sending,
    serving,
)
from bench.figures.figure import Figure
from bench.fixture import NOW, make_awards
from bench.goals import Finding, print_findings
from bench.limits import rsa_sign
from bench.orders import make_order
from bench.peers import node
from bench.rounds import run_rounds
from bench.rows import attest
from bench.sink import name_sink, running_sink
from bench.stage import Stage, make_claimed, open_stage
from bench.versions import describe_machine, read_load, read_python_versions
from mailer.delivery.transport import Parcel


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    messages: int
    """Mails that ours sends in a round."""
    recipients: int
    """Rows in one commit."""
    mails: int
    """What the memory of 1,000 is compared with."""
    accepted: int
    """Short mails that the listener takes in a round; a third as many long ones."""
    pages: int
    """Badge pages that are asked for in a round."""


FULL = Size(rounds=9, messages=800, recipients=10_000, mails=100_000, accepted=900, pages=1_000)
QUICK = Size(rounds=2, messages=200, recipients=1_000, mails=10_000, accepted=150, pages=200)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it works, not to quote")
    size = QUICK if parser.parse_args(arguments).quick else FULL
    # Ended from outside, it still ends the sink, the peer and the worker, and removes its folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console = Console(width=None if sys.stdout.isatty() else 200)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="badgepost-bench-")))
        _write_logs_to(folder / "log", stack)
        _print_setting(console)
        print_findings(_measure(open_stage(folder), size, stack, console), console)
    return 0


def _measure(stage: Stage, size: Size, stack: ExitStack, console: Console) -> list[Finding]:
    port = stack.enter_context(running_sink())
    figures = _prepare(stage, port, size, stack)
    variants = [rsa_sign(stage.rsa_key), *(variant for figure in figures for variant in figure.variants)]

    def tell(number: int) -> None:
        console.print(f"round {number + 1} of {size.rounds}, load {read_load()}")

    results = run_rounds(variants, size.rounds, tell)
    findings = [finding for figure in figures for finding in figure.judge(results)]
    findings += counting.measure(stage, port, 200)
    console.print(f"sending {size.mails:,} mails to see what memory that takes")
    findings += memory.measure(stage, port, size.mails)
    return findings


def _prepare(stage: Stage, port: int, size: Size, stack: ExitStack) -> list[Figure]:
    messages = [make_claimed(award, stage.published.digest) for award in make_awards()]
    attest(stage, make_awards())
    orders = [make_order(stage, message) for message in messages]
    parcels = [Parcel(message, stage.composer.compose(message, NOW)) for message in messages]
    return [
        building.prepare(stage, messages, orders, stack),
        sending.prepare(stage, orders, port, size.messages),
        delivering.prepare(parcels, port, size.messages),
        enqueue.prepare(stage, size.recipients),
        issuing.prepare(stage, size.recipients),
        accepting.prepare(size.accepted, stack),
        authenticating.prepare(),
        ruling.prepare(stack),
        processing.prepare(),
        serving.prepare(size.pages, stack),
    ]


def _write_logs_to(path: Path, stack: ExitStack) -> None:
    """The worker writes its log as it does in service, but into a file: that is part of what sending costs."""
    with contextlib.redirect_stderr(stack.enter_context(path.open("w", encoding="utf-8"))):
        set_up_logs("json")


def _print_setting(console: Console) -> None:
    versions = read_python_versions()
    if node.find_missing() is None:
        versions |= node.read_versions()
    console.print(f"{describe_machine()}; sink: {name_sink()}; load {read_load()}")
    console.print(", ".join(f"{name} {number}" for name, number in versions.items()))


if __name__ == "__main__":
    sys.exit(main())
