"""`badgepost why` and `badgepost batches`: what became of one person's mails, and of a whole roster's."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TextIO

import typer

from badgepost.cli.asking import get_service, refuse
from desk.batches import BatchRecipient, BatchSummary, list_batches, list_recipients
from desk.timeline import NothingKnown, Timeline, tell_timeline

app = typer.Typer()

_COLUMNS = (
    "address",
    "name",
    "state",
    "state_at",
    "attempts",
    "reason",
    "due_at",
    "password_set_at",
    "message_id",
)
_BUTTONS = ("add_to_profile", "add_to_stream")
"""LinkedIn's: how often the owner pressed each."""


@app.command()
def why(address: Annotated[str, typer.Argument(help="Any address of the person.")]) -> None:
    """Show everything that happened to one person: awards, mails, attempts, links, suppressions."""
    match tell_timeline(get_service().engine, address):
        case NothingKnown(reason):
            refuse(reason)
        case Timeline() as timeline:
            _show_timeline(timeline)


@app.command()
def batches(
    batch: Annotated[str | None, typer.Argument(help="The id of one batch: its recipients as CSV.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the CSV to this file.")] = None,
) -> None:
    """List the newest batches, or export the recipients of one with how their mails stand."""
    engine = get_service().engine
    if batch is None:
        _show_batches(list_batches(engine))
        return
    recipients = list_recipients(engine, batch)
    if recipients is None:
        refuse(f"there is no batch {batch}")
    if output is None:
        _write_csv(sys.stdout, recipients)
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            _write_csv(file, recipients)
    except OSError as error:
        refuse(f"{output}: {error.strerror}")


def _show_timeline(timeline: Timeline) -> None:
    if timeline.person is None:
        typer.echo(f"{timeline.address} belongs to no earner.")
    else:
        person = timeline.person
        account = "has set a password" if person.has_password else "has set no password yet"
        typer.echo(f"{person.name}, {', '.join(timeline.addresses)}; {account}; earner {person.earner_id}.")
    width = max((len(event.what) for event in timeline.events), default=0)
    for event in timeline.events:
        typer.echo(f"{event.at:%Y-%m-%d %H:%M:%S}Z  {event.what:<{width}}  {' '.join(event.detail.split())}")


def _show_batches(summaries: Iterable[BatchSummary]) -> None:
    empty = True
    for batch in summaries:
        empty = False
        states = ", ".join(f"{number:,} {state}" for state, number in sorted(batch.by_state.items()))
        what = f"{batch.issuer}: {batch.label} ({batch.kind}, {batch.state})"
        counts = f"{batch.rows_in:,} rows in, {batch.mails:,} mails: {states}"
        typer.echo(f"{batch.id}  {batch.created_at:%Y-%m-%d %H:%M}Z  {what}; {counts}")
    if empty:
        typer.echo("There are no batches yet.")


def _write_csv(file: TextIO, recipients: Iterable[BatchRecipient]) -> None:
    writer = csv.writer(file)
    writer.writerow([*_COLUMNS, *_BUTTONS])
    for recipient in recipients:
        presses = [getattr(recipient.shares, button) for button in _BUTTONS]
        writer.writerow([*(_cell(getattr(recipient, column)) for column in _COLUMNS), *presses])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    # A spreadsheet runs what starts like a formula: a leading apostrophe makes it text (OWASP, CSV Injection).
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
