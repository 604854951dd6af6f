"""`badgepost listen`: takes the mail that comes to us."""

import typer

from badgepost.cli.asking import get_service
from badgepost.listening import take_mail
from badgepost.presence import present

app = typer.Typer()


@app.command("listen")
def listen_for_mail() -> None:
    """Take mail until Ctrl-C or SIGTERM; each is in the database before its sender is told so."""
    service = get_service()
    protocol = service.settings.listener.protocol.upper()

    def announce(host: str, port: int) -> None:
        typer.echo(f"Taking mail over {protocol} on {host} port {port}.")

    with present(service, "listener"):
        take_mail(service, announce)
    typer.echo("Stopped.")
