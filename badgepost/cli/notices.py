"""`badgepost remind`, `expiry-notices`, `resend` and `send-test`: mails besides those of a roster."""

from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, refuse
from desk.expiry_notices import notify_of_expiry
from desk.reminders import remind as remind_everybody
from desk.resending import NotResent, Resent, resend_failed, resend_to
from desk.sampling import SampleQueued, SampleRefused, send_sample

app = typer.Typer()


@app.command()
def remind() -> None:
    """Remind earners who have set no password: a week after the last link, three times at most. Run it daily."""
    typer.echo(f"Queued {remind_everybody(get_service().office, now()):,} reminders.")


@app.command(name="expiry-notices")
def expiry_notices() -> None:
    """Tell earners whose badge expires within a month, a week, a day; each once. Run it daily."""
    typer.echo(f"Queued {notify_of_expiry(get_service().office, now()):,} expiry notices.")


@app.command()
def resend(
    address: Annotated[str | None, typer.Argument(help="The earner's address: everything they hold.")] = None,
    failed: Annotated[
        str | None, typer.Option("--failed", metavar="BATCH", help="Those of a batch whom the mail did not reach.")
    ] = None,
) -> None:
    """Send issuance mails once more, with fresh password links."""
    if (address is None) == (failed is None):
        refuse("resend: name either an address or --failed BATCH")
    office = get_service().office
    outcome = resend_failed(office, failed, now()) if failed else resend_to(office, address or "", now())
    match outcome:
        case NotResent(reason):
            refuse(reason)
        case Resent(mails, on_their_way):
            waiting = f"; {on_their_way:,} are on their way already" if on_their_way else ""
            typer.echo(f"Queued {mails:,} mails{waiting}.")


@app.command(name="send-test")
def send_test(
    badge: Annotated[str, typer.Argument(help="The badge's slug.")],
    address: Annotated[str, typer.Argument(help="Where to send it: your own address.")],
    language: Annotated[str | None, typer.Option(help="Otherwise the issuer's.")] = None,
) -> None:
    """Send yourself the issuance mail of a badge, about an invented person."""
    match send_sample(get_service().office, badge, address, now(), language):
        case SampleRefused(reason):
            refuse(reason)
        case SampleQueued(rcpt_to):
            typer.echo(f"Queued a test mail to {rcpt_to}.")
