"""`badgepost queue`: what is where, why, and when it is tried next; and what people decide about it.

Here belong the commands. The decisions stand in `mailer.queue.decisions`, how the answer looks in `queue_tables`.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Connection, Engine

from badgepost.cli.asking import get_service, now, refuse
from badgepost.cli.queue_tables import print_overview
from badges.transactions import reading
from mailer.queue.decisions import (
    Named,
    cancel,
    find_batch_state,
    find_name,
    go_on_with_batch,
    hold,
    pause_batch,
    retry,
    stop_batch,
)
from mailer.queue.overview import look_over

app = typer.Typer()
queue = typer.Typer(help="What is in the queue and why; try again, hold, cancel.")
batch = typer.Typer(help="Pause a batch, go on with it, cancel it.", no_args_is_help=True)
app.add_typer(queue, name="queue")
app.add_typer(batch, name="batch")

Names = Annotated[list[str], typer.Argument(help="Ids of messages or batches, or addresses.", metavar="ID|ADDRESS...")]
BatchId = Annotated[str, typer.Argument(help="The batch's id; `badgepost issue` says it.", metavar="ID")]
Decision = Callable[[Connection, Named, str, datetime], int]


@queue.callback(invoke_without_command=True)
def show_queue(
    context: typer.Context,
    batch_id: Annotated[str | None, typer.Option("--batch", help="Only this batch.", metavar="ID")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most messages and domains to show.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show what is where, why, and when it is tried next: states, domains, relays, then what is not done."""
    if context.invoked_subcommand is not None:
        return
    with reading(get_service().engine).connect() as connection:
        if batch_id is not None and find_batch_state(connection, batch_id) is None:
            refuse(f"there is no batch {batch_id}")
        overview = look_over(connection, batch_id, limit)
    if as_json:
        typer.echo(json.dumps(asdict(overview), default=_write_moment, ensure_ascii=False, indent=2))
    else:
        print_overview(Console(), overview, now())


@queue.command(name="retry")
def retry_messages(names: Names) -> None:
    """Try again now: what waits, is held, bounced, was suppressed or cancelled, or is in doubt."""
    _decide(names, retry, "to be tried now")


@queue.command(name="hold")
def hold_messages(names: Names) -> None:
    """Set aside what waits, until `retry`."""
    _decide(names, hold, "held")


@queue.command(name="cancel")
def cancel_messages(names: Names) -> None:
    """Never send what waits. What is under way at this moment is not stopped."""
    _decide(names, cancel, "cancelled")


@batch.command(name="pause")
def pause(batch_id: BatchId) -> None:
    """Let no more of a batch go: stops within one message a connection."""
    _change_batch(batch_id, pause_batch, "paused")


@batch.command(name="go-on")
def go_on(batch_id: BatchId) -> None:
    """Go on with a paused batch."""
    _change_batch(batch_id, go_on_with_batch, "running again")


@batch.command(name="cancel")
def cancel_batch(batch_id: BatchId) -> None:
    """Cancel a batch for good: what has not gone never goes. Stops within one message a connection."""
    engine = _change_batch(batch_id, stop_batch, "cancelled")
    with engine.begin() as connection:
        count = cancel(connection, Named.BATCH, batch_id, now())
    typer.echo(f"{count} of its messages will not be sent.")


def _decide(names: list[str], decide: Decision, words: str) -> None:
    """Apply `decide` to all that `names` name, or to nothing if one of them names nothing."""
    with get_service().engine.begin() as connection:
        found = [(name, find_name(connection, name)) for name in names]
        if missing := [name for name, named in found if named is None]:
            refuse(*(f"{name}: no message, batch or recipient of that name" for name in missing))
        moment = now()
        counts = [(name, decide(connection, named, name, moment)) for name, named in found if named is not None]
    for name, count in counts:
        typer.echo(f"{name}: {count} {'message' if count == 1 else 'messages'} {words}")


def _change_batch(batch_id: str, change: Callable[[Connection, str], bool], words: str) -> Engine:
    engine = get_service().engine
    with engine.begin() as connection:
        if change(connection, batch_id):
            typer.echo(f"Batch {batch_id} is {words}.")
        elif (state := find_batch_state(connection, batch_id)) is None:
            refuse(f"there is no batch {batch_id}")
        else:
            refuse(f"batch {batch_id} is {state}")
    return engine


def _write_moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
