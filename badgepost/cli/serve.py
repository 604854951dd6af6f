"""`badgepost serve`: the whole service on this machine."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from badgepost.cli.asking import get_service, now
from badgepost.presence import present
from badgepost.sample import find_any_award, import_sample, invite_sample_members, is_empty, issue_sample
from badgepost.serving import Running, serve
from badgepost.wiring import Service

app = typer.Typer()


@app.command("serve")
def run_service(
    sample: Annotated[
        bool,
        typer.Option("--sample", help="Load a sample programme and issue to its roster, if the database is empty."),
    ] = False,
) -> None:
    """Serve the pages, send and take mail until Ctrl-C or SIGTERM; mails under way are finished first."""
    service = get_service()
    console = Console(highlight=False)
    if sample and is_empty(service.engine):
        import_sample(service.office, now())
        summary = issue_sample(service.office, now())
        invited = invite_sample_members(service.office, now())
        console.print(f"Sample programme loaded: {summary.mails} mails queued.")
        console.print(f"Invited into the console: {', '.join(invited)}; their invitations are in the outbox.")

    def announce(running: Running) -> None:
        console.print(_tell_where(service, running))

    with present(service, "web"):
        status = serve(service, announce)
    console.print("Stopped.")
    raise typer.Exit(status)


def _tell_where(service: Service, running: Running) -> Table:
    settings = service.settings
    places = Table.grid(padding=(0, 2))
    places.add_row("badgepost", settings.base_url)
    invited = "an invitation in the outbox, or " if settings.transport == "outbox" else ""
    places.add_row("console", f"{settings.base_url}/console (the way in: {invited}badgepost members invite)")
    if settings.transport == "outbox":
        places.add_row("outbox", f"{settings.base_url}/outbox")
    award = find_any_award(service.engine)
    if award is not None:
        places.add_row("a badge page", f"{settings.base_url}/badges/{award}")
    places.add_row("listening on", f"{running.address} port {running.port}")
    places.add_row("data", str(settings.data_dir))
    places.add_row("workers", str(settings.workers))
    if settings.listener.enabled:
        door = f"{settings.listener.host} port {settings.listener.port or 'any'}"
        places.add_row("mail in", f"{settings.support_address} on {door}")
    places.add_row("", "Ctrl-C stops it.")
    return places
