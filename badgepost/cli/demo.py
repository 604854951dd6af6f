"""`badgepost demo`: the whole journey once, without a person; what the screen says of it."""

import tempfile
import time
from pathlib import Path

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from badgepost.arrived import ArrivedMail
from badgepost.demo import DOMAIN, DemoError, PasswordJourney, run_demo
from badgepost.logging import set_up_logs
from badgepost.sample import SampleError
from badgepost.wiring import Service
from desk.issuing.order import IssueSummary
from desk.programme import ProgrammeImported

app = typer.Typer()

_SHOWN_LINK = 64


@app.command("demo")
def show_demo() -> None:
    """Import a programme, issue from a CSV, deliver over SMTP to a local server, set a password; say what arrived."""
    set_up_logs("console", "warning")  # what goes right is told in words below
    began = time.monotonic()
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="badgepost-demo-") as folder:
            run_demo(Path(folder), _Teller(console))
    except (DemoError, SampleError, OSError) as fault:
        Console(stderr=True, highlight=False).print(f"badgepost demo: failed: {fault}", markup=False)
        raise typer.Exit(1) from fault
    console.print(f"\nAll of it held, in {time.monotonic() - began:.1f} s. Nothing left this machine.")


class _Teller:
    """Says what came of each step."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = 0

    def on_ready(self, service: Service, port: int) -> None:
        """The parts are up."""
        self._say("Ready", f"DKIM keys for {DOMAIN} (RSA-2048, Ed25519), a local SMTP server at port {port}")
        self._more(f"and pages at {service.settings.base_url}")

    def on_imported(self, imported: ProgrammeImported) -> None:
        """The programme is in the database."""
        counts = ", ".join(f"{number} {kind}" for kind, number in imported.created.items())
        self._say("Imported", counts)

    def on_issued(self, summary: IssueSummary) -> None:
        """Awards and messages are committed."""
        self._say("Issued", f"{summary.rows_in} rows in, {summary.mails} mails queued, {summary.bad} bad rows")

    def on_delivered(self, mails: list[ArrivedMail], seconds: float) -> None:
        """All mails have arrived."""
        self._say("Delivered", f"{len(mails)} mails over SMTP in {seconds:.1f} s; all parse without a defect")
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
        table.add_column("Size", justify="right", no_wrap=True)
        for title in ("To", "Subject"):
            table.add_column(title, no_wrap=True)
        for mail in mails:
            table.add_row(f"{mail.size / 1024:.0f} KB", Text(mail.rcpt_to), Text(mail.subject))
        self._console.print(Padding(table, (0, 0, 0, 3)))
        self._more(f"each with {' + '.join(mails[0].parts)}, signed with {' and '.join(mails[0].signatures)}")
        self._more(f"links to {mails[0].rcpt_to}:")
        for link in mails[0].links:
            self._more(f"   {_shorten(link)}")

    def on_scanned(self, links: int) -> None:
        """Links were opened as scanners do."""
        self._say("Scanned", f"{links} links opened by GET and HEAD, as mail scanners do: all still work")

    def on_password(self, journey: PasswordJourney) -> None:
        """A password was set."""
        self._say("Password", f"{journey.user_name} opens {_shorten(journey.link)}")
        self._more(" · ".join(f"{name}: {status}" for name, status in journey.statuses))
        self._more(f"which leads to {journey.badge_page}")
        self._more(f"and a mail confirms it: “{journey.notice.subject}”")

    def _say(self, title: str, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}  {title:<10}[/bold]", end="")
        self._console.print(text, markup=False, soft_wrap=True)

    def _more(self, text: str) -> None:
        self._console.print(f"   {text}", markup=False, soft_wrap=True)


def _shorten(link: str) -> str:
    return link if len(link) <= _SHOWN_LINK else f"{link[:_SHOWN_LINK]}…"
