"""How `badgepost queue` looks: tables for people. What stands in them is `mailer.queue.overview`'s."""

from datetime import datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mailer.queue.leases import DEAD_AFTER
from mailer.queue.overview import Overview

_COLORS = {"sent": "green", "bounced": "red", "unknown": "magenta", "deferred": "yellow", "held": "yellow"}


def print_overview(console: Console, overview: Overview, now: datetime) -> None:
    """Print `overview` as it is at `now`: the trouble first, then the numbers, then the messages."""
    _print_trouble(console, overview, now)
    if not overview.counts:
        console.print("The queue is empty: no message was ever put in.")
        return
    counts = "  ".join(f"{_colored(state)} {number}" for state, number in overview.counts.items())
    console.print(f"[bold]Messages[/]  {counts}")
    if overview.oldest is not None:
        console.print(f"[bold]Oldest that is not done[/]  {_ago(overview.oldest, now)}")
        console.print(_domains(overview, now))
        console.print(_messages(overview, now))
    else:
        console.print("Everything is done.")


def _print_trouble(console: Console, overview: Overview, now: datetime) -> None:
    if overview.fenced_because:
        console.print(
            f"[bold red]Nothing is sent from this database[/]: {escape(overview.fenced_because)}. "
            "Say what it is: `badgepost instance`"
        )
    for relay in overview.relays:
        if not relay.is_up:
            tried = "" if relay.next_try_at is None else f"; tried again {_ago(relay.next_try_at, now)}"
            console.print(
                f"[bold red]Relay {escape(relay.relay)} is down[/] since {_ago(relay.since, now)}{tried}: "
                f"{escape(relay.reason or 'no reason known')}"
            )
    for batch_id, label in overview.paused:
        console.print(f"[yellow]Batch {batch_id} is paused[/] ({escape(label)}); `badgepost batch go-on {batch_id}`")
    alive = [worker for worker in overview.workers if now - worker.heartbeat_at < DEAD_AFTER]
    if not alive and overview.oldest is not None:
        console.print("[yellow]No worker runs[/]; `badgepost worker` starts one.")
    for worker in overview.workers:
        if worker not in alive:
            console.print(f"[yellow]Worker {escape(worker.name)} is silent[/] since {_ago(worker.heartbeat_at, now)}.")
    for process in overview.processes:
        if process.kind != "worker" and process.is_silent(now):
            told = f"{process.kind} {process.name} on {process.place}"
            console.print(f"[yellow]The process {escape(told)} is silent[/] since {_ago(process.beat_at, now)}.")


def _domains(overview: Overview, now: datetime) -> Table:
    table = Table("Domain", "Not done", "Deferred", "Oldest", "Next try", box=None, header_style="bold")
    for line in overview.domains:
        next_due = "" if line.next_due is None else _ago(line.next_due, now)
        table.add_row(escape(line.domain), str(line.waiting), str(line.deferred), _ago(line.oldest, now), next_due)
    return table


def _messages(overview: Overview, now: datetime) -> Table:
    table = Table(box=None, header_style="bold")
    for header, can_wrap in (("Id", 0), ("To", 1), ("State", 0), ("Tries", 0), ("Next try", 0), ("Why", 1)):
        table.add_column(header, no_wrap=not can_wrap, overflow="fold")
    for line in overview.messages:
        waits = line.state in ("queued", "deferred")
        table.add_row(
            line.id,
            escape(line.rcpt_to),
            _colored(line.state),
            str(line.attempts),
            _ago(line.due_at, now) if waits else "",
            escape(line.reason or ""),
        )
    return table


def _colored(state: str) -> str:
    color = _COLORS.get(state)
    return f"[{color}]{state}[/]" if color else state


def _ago(moment: datetime, now: datetime) -> str:
    """Return how far `moment` is from `now`, in the largest unit that tells enough."""
    distance = abs(now - moment)
    for unit, letters in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if distance >= 2 * unit:
            words = f"{distance // unit} {letters}"
            break
    else:
        words = f"{distance.seconds} s"
    return f"{words} ago" if moment <= now else f"in {words}"
