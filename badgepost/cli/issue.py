"""`badgepost issue`: award a badge to everybody in a roster."""

import gc
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection

from badgepost.cli.asking import get_service, now, open_roster, parse_time, refuse
from badgepost.doctor.gate import guard
from badgepost.judging import make_lookup
from badgepost.refusal import make_printable
from desk.issue import IssueOutcome, issue_roster
from desk.issuing.order import (
    Booking,
    Checked,
    Issued,
    IssueObserver,
    IssueOrder,
    IssueRefused,
    IssueSummary,
    RowsRefused,
    Warned,
)
from desk.members.audit import Act, Actor, Subject, note_act
from desk.roster.columns import SPOKEN
from desk.roster.reading import Roster
from desk.roster.rows import Bad

app = typer.Typer()


@app.command()
def issue(
    roster: Annotated[
        Path, typer.Argument(help="CSV or .xlsx with at least a column for addresses and one for names.")
    ],
    badge: Annotated[str, typer.Option(help="The badge's slug.")],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Issue to the good rows although some are bad.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When to send, as in 2026-12-01T09:00+01:00.")] = None,
    not_later_than: Annotated[
        str | None, typer.Option(metavar="TIME", help="What has not left by then is not sent any more.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="For rows and earners that name none; otherwise the issuer's.")
    ] = None,
    despite_doctor: Annotated[
        bool,
        typer.Option(
            "--despite-doctor",
            help="Issue although doctor finds that the mails will be refused or broken; noted in the trail.",
        ),
    ] = False,
) -> None:
    """Award a badge to everybody in a roster and queue their mails. The same roster again issues nothing twice."""
    starts, ends = parse_time(at, "--at"), parse_time(not_later_than, "--not-later-than")
    # As people see it: a name may hold bytes that are no text, or marks that steer a terminal.
    name = make_printable(roster.name)
    with open_roster(roster) as source, _Watcher(name) as watcher:
        order = IssueOrder(
            badge=badge,
            source=source,
            name=name,
            language=language,
            skip_bad=skip_bad,
            dry_run=dry_run,
            at=starts,
            not_later_than=ends,
            despite_doctor=despite_doctor,
        )
        try:
            with _collecting_seldom():
                outcome = issue_roster(
                    guard(get_service(), make_lookup()).office, order, now(), watcher, _Trail(order, watcher)
                )
        except KeyboardInterrupt:
            print("badgepost: stopped; the same roster again issues nothing twice", file=sys.stderr)
            raise
    _report(name, outcome)
    typer.echo(watcher.tell_columns())


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Look for cyclic garbage rarely: a row leaves hardly any, and looking took a tenth of a long roster's CPU time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _report(name: str, outcome: IssueOutcome) -> None:
    match outcome:
        case IssueRefused(reason):
            refuse(reason)
        case RowsRefused(summary):
            refuse(
                f"{name}: {summary.bad} of {summary.rows_in} rows are bad, so nothing was written; "
                "mend them, or issue to the others with --skip-bad"
            )
        case Checked(summary):
            typer.echo(f"Dry run of {name}: nothing was written.\n{_tabulate(summary, 'mails to queue')}")
        case Issued(summary, batch_id):
            typer.echo(f"{_tell_issued(name, summary, batch_id)}\n{_tabulate(summary, 'mails queued')}")


def _tell_issued(name: str, summary: IssueSummary, batch_id: str | None) -> str:
    if batch_id is not None:
        return f"Issued {name} as batch {batch_id}."
    return f"Nothing was issued: {name} holds {'nothing new' if summary.rows_in else 'no rows below its header'}."


def _tabulate(summary: IssueSummary, mails: str) -> str:
    counts = [
        ("rows in", summary.rows_in),
        (mails, summary.mails),
        ("already issued", summary.already_issued),
        ("repeated", summary.repeated),
        ("bad, skipped", summary.bad),
    ]
    width = max(len(f"{number:,}") for _, number in counts)
    return "\n".join(f"  {word:<15}{number:>{width},}" for word, number in counts)


class _Trail(Booking):
    """Notes who has issued against doctor's word, and what it said."""

    def __init__(self, order: IssueOrder, watcher: "_Watcher") -> None:
        self._order = order
        self._watcher = watcher

    def after(self, connection: Connection, issued: Issued) -> None:
        if not self._order.despite_doctor or issued.batch_id is None:
            return
        detail = {"file": self._order.name, "badge": self._order.badge, **asdict(issued.summary)}
        note_act(
            connection,
            Actor(getpass.getuser()),
            Act.BADGES_ISSUED,
            now(),
            subject=Subject("batch", issued.batch_id),
            detail=detail | {"despite_doctor": "; ".join(self._watcher.doubts) or "nothing spoke against it"},
        )


class _Watcher(IssueObserver):
    """Says what is wrong with rows as soon as it is known; a progress bar where somebody watches."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._roster: Roster | None = None
        self.doubts: list[str] = []
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, emoji=False),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._checking = self._progress.add_task("checking", total=None)
        self._writing = self._progress.add_task("writing", total=None, visible=False)

    def __enter__(self) -> "_Watcher":
        self._progress.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._progress.stop()

    def tell_columns(self) -> str:
        """Say which columns were read as what, and which not at all."""
        if self._roster is None:
            return ""
        read = ", ".join(f"“{name}” ({SPOKEN[field]})" for field, name in self._roster.columns.items())
        unread = ", ".join(f"“{name}”" for name in self._roster.ignored_columns)
        return f"Columns read: {read}." + (f" Not read: {unread}." if unread else "")

    def on_opened(self, roster: Roster) -> None:
        self._roster = roster
        for title in roster.unread_sheets:
            self._say(
                f"{self._name}: warning: only sheet “{roster.sheet}” is read; sheet “{title}” looks like a roster, "
                "too: save it as a file of its own"
            )

    def on_bad(self, bad: Bad) -> None:
        value = f" ({bad.value})" if bad.value else ""
        self._say(f"{self._name}:{bad.line}: {bad.field} {bad.reason}{value}")

    def on_warning(self, warned: Warned) -> None:
        self._say(f"{self._name}:{warned.line}: warning: {warned.reason}")

    def on_doubt(self, words: str) -> None:
        self.doubts.append(words)
        self._say(f"warning: {words}")

    def on_progress(self, checked: int, written: int) -> None:
        self._progress.update(self._checking, completed=checked)
        if written:
            self._progress.update(self._checking, total=checked)
            self._progress.update(self._writing, completed=written, total=checked, visible=True)

    def _say(self, line: str) -> None:
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
