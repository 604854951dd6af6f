"""`badgepost process`: one process that deals with the mail that came in."""

from typing import Annotated

import typer

from badgepost.cli.asking import get_service, refuse
from badgepost.jobs.readiness import has_jobs
from badgepost.judging import make_tools
from badgepost.presence import present
from badgepost.processor import Processor, run_until_signal, set_alarm
from badgepost.worker_lock import NameTakenError, WorkerLock
from inbound.processing.room import Room

app = typer.Typer()


@app.command("process")
def process_mails(
    name: Annotated[str, typer.Option(help="Its own name on this machine; the same after a restart.")] = "processor",
    once: Annotated[bool, typer.Option(help="Deal with what is due, then end.")] = False,
) -> None:
    """Deal with the mail that came in, until it is told to stop (SIGTERM, Ctrl-C): it then ends what is in hand."""
    service = get_service()
    try:
        with WorkerLock(service.settings.data_dir, name) as lock, Room() as room, present(service, "processor", name):
            tools = make_tools(service, room, lock.place)
            if has_jobs(service.engine) and not once:
                from badgepost.turn_processor import TurnProcessor, run_turn_processor  # noqa: PLC0415 - as in `worker`

                outcomes = run_turn_processor(service.engine, TurnProcessor(tools, set_alarm=set_alarm))
            else:
                outcomes = run_until_signal(Processor(tools, once=once, set_alarm=set_alarm))
    except (NameTakenError, ValueError) as fault:
        refuse(str(fault))
    if once:
        done = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        typer.echo(f"Dealt with what was due: {done or 'nothing'}.")
