"""`badgepost suppressions`: addresses that are not sent to."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from badgepost.cli.asking import get_service, now, refuse
from badges.transactions import reading
from mailer.notices import Stream
from mailer.queue.suppressions import EVERY, Suppressed, list_suppressions, suppress, unsuppress
from wire.address import AddressFault, parse_address

app = typer.Typer()
suppressions = typer.Typer(help="Addresses that are not sent to, and why.", no_args_is_help=True)
app.add_typer(suppressions, name="suppressions")

AddressText = Annotated[str, typer.Argument(help="The whole address.", metavar="ADDRESS")]
StreamName = Annotated[Stream | None, typer.Option("--stream", help="Only mail of this stream; otherwise all.")]


@suppressions.command(name="list")
def list_all(limit: Annotated[int, typer.Option(min=1, help="The most entries to show.")] = 100) -> None:
    """Show the list, the newest first."""
    with reading(get_service().engine).connect() as connection:
        entries = list_suppressions(connection, limit)
    if not entries:
        typer.echo("The suppression list is empty.")
        return
    table = Table("Address", "Mail", "Issuer", "Since", "Why", box=None, header_style="bold")
    for entry in entries:
        since = f"{entry.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            escape(entry.address), entry.stream or "all", entry.issuer_id or "all", since, escape(entry.reason)
        )
    Console().print(table)


@suppressions.command()
def add(
    address: AddressText,
    stream: StreamName = None,
    reason: Annotated[str, typer.Option(help="Why, for those who look later.")] = "put on the list by hand",
) -> None:
    """Send no more to an address. Counts for what is queued already."""
    _refuse_if_no_address(address)
    entry = Suppressed(address, reason, now(), stream=stream.value if stream else EVERY)
    with get_service().engine.begin() as connection:
        is_new = suppress(connection, [entry]) > 0
    typer.echo(f"{address} is on the list{'' if is_new else ' already'}.")


@suppressions.command()
def remove(
    address: AddressText,
    stream: Annotated[Stream | None, typer.Option("--stream", help="Only the entry for this stream.")] = None,
) -> None:
    """Take an address off the list. What was suppressed stays so; `badgepost queue retry` sends it."""
    with get_service().engine.begin() as connection:
        if not unsuppress(connection, address, stream=stream.value if stream else None):
            refuse(f"{address} is not on the list{f' for {stream.value}' if stream else ''}")
    typer.echo(f"{address} is off the list.")


def _refuse_if_no_address(text: str) -> None:
    parsed = parse_address(text)
    if isinstance(parsed, AddressFault):
        refuse(f"{text}: {parsed.reason}")
