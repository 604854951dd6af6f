"""Figures of acceptance: mails that are durably ours, per second, beside a Postfix that holds what it takes.

Both are fed by the same `smtp-source`: 20 sessions, one connection a mail, and both say 250 only after the mail is
synced to the same disk. Unlike the other figures these count the time on the clock: the work is spread over processes
and the disk, and what is asked is how much mail one machine takes. Ours is `badgepost listen` as it is run in service;
its CPU time is read from the process.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from badgepost.database import migrate, open_engine
from bench.figures import answering
from bench.figures.figure import Figure
from bench.goals import Bound, Finding, Goal, from_ratio, show
from bench.peers import postfix
from bench.rounds import Results, Variant
from bench.servers import Server, running_server

SESSIONS = 20
SUPPORT = "support@badgepost.example"
SHORT, LONG = 4096, 100_000
"""Bytes of a mail."""

RATES = {
    SHORT: Goal("4 KB mails durably taken: times the rate of Postfix (held)", Bound.AT_LEAST, 1.5),
    LONG: Goal("100 KB mails durably taken: times the rate of Postfix (held)", Bound.AT_LEAST, 1.0),
}
CPU = {
    SHORT: Goal("CPU of the listener for a 4 KB mail", Bound.AT_MOST, 1.0, "ms"),
    LONG: Goal("CPU of the listener for a 100 KB mail", Bound.AT_MOST, 2.5, "ms"),
}


def prepare(mails: int, stack: ExitStack) -> Figure:
    """Return the figure for so many short mails a round."""
    missing = postfix.find_missing()
    if missing:
        goals = [*RATES.values(), *CPU.values(), answering.P99]
        return Figure([], lambda _: [Finding(goal, None, aside=missing) for goal in goals])
    ours = stack.enter_context(running_listener(make_open_folder(stack)))
    port = stack.enter_context(postfix.running_postfix(make_open_folder(stack) / "postfix"))
    spent: dict[int, list[float]] = {SHORT: [], LONG: []}
    counts = {SHORT: mails, LONG: mails // 3}
    variants = [
        variant
        for size, count in counts.items()
        for variant in (
            Variant(_name("badgepost", size), count, _feed_and_account(ours, size, spent[size])),
            Variant(_name("Postfix", size), count, _feed(port, size)),
        )
    ]
    waiting = answering.prepare(ours.port, port, mails)
    return Figure(
        [*variants, *waiting.variants],
        lambda results: [*_judge_rates(results), *_judge_cpu(spent), *waiting.judge(results)],
    )


def make_open_folder(stack: ExitStack) -> Path:
    """Make a folder that Postfix's own users may enter, and remove it at the end."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="badgepost-accepting-")))
    folder.chmod(0o755)
    return folder


@contextmanager
def running_listener(folder: Path) -> Iterator[Server]:
    """Start `badgepost listen` on a new database in `folder`, and end it."""
    url = f"sqlite:///{folder / 'badgepost.db'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    settings = {
        "BADGEPOST_DATA_DIR": str(folder),
        "BADGEPOST_DATABASE_URL": url,
        "BADGEPOST_LISTENER__PORT": "0",
        "BADGEPOST_LISTENER__LIMITS__CONNECTIONS_PER_ADDRESS": "0",
        "BADGEPOST_SUPPORT_ADDRESS": SUPPORT,
    }
    with running_server(["badgepost", "listen"], settings, folder / "log") as server:
        yield server


def feed(port: int, size: int, count: int) -> float:
    """Send so many mails; return the seconds on the clock. Raises `CalledProcessError` if one was not taken."""
    program = shutil.which("smtp-source", path="/usr/sbin")
    assert program is not None
    what = ["-m", str(count), "-l", str(size), "-f", "robin@north.example", "-t", SUPPORT]
    start = time.perf_counter()
    subprocess.run(
        [program, "-s", str(SESSIONS), *what, f"127.0.0.1:{port}"], check=True, capture_output=True, timeout=300
    )
    return time.perf_counter() - start


def _feed(port: int, size: int) -> Callable[[int], float]:
    return lambda count: feed(port, size, count)


def _feed_and_account(ours: Server, size: int, spent: list[float]) -> Callable[[int], float]:
    """The same, and note how many milliseconds of CPU each mail took."""

    def run(count: int) -> float:
        before = ours.cpu_seconds()
        taken = feed(ours.port, size, count)
        if count > 1:  # the first, single call is for warming up
            spent.append((ours.cpu_seconds() - before) / count * 1e3)
        return taken

    return run


def _judge_rates(results: Results) -> list[Finding]:
    return [
        from_ratio(
            goal,
            results.ratio(_name("Postfix", size), _name("badgepost", size)),
            f"{1 / results.median(_name('badgepost', size)):,.0f}/s, Postfix "
            f"{1 / results.median(_name('Postfix', size)):,.0f}/s",
        )
        for size, goal in RATES.items()
    ]


def _judge_cpu(spent: dict[int, list[float]]) -> list[Finding]:
    return [
        Finding(goal, median(spent[size]), f"{show(min(spent[size]))}-{show(max(spent[size]))}")
        for size, goal in CPU.items()
    ]


def _name(who: str, size: int) -> str:
    return f"{who} takes {size:,} bytes"
