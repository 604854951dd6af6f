"""`badgepost worker`: one process that delivers."""

import asyncio
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, refuse
from badgepost.jobs.readiness import has_jobs
from badgepost.presence import present
from badgepost.wiring import make_work
from badgepost.worker import Worker, run_until_signal
from badgepost.worker_lock import NameTakenError, WorkerLock

app = typer.Typer()


@app.command()
def worker(
    name: Annotated[str, typer.Option(help="Its own name on this machine; the same after a restart.")] = "worker",
    once: Annotated[bool, typer.Option(help="Deliver what is due, then end.")] = False,
) -> None:
    """Deliver what is due, until it is told to stop (SIGTERM, Ctrl-C): it then ends what is under way."""
    service = get_service()
    try:
        lock = WorkerLock(service.settings.data_dir, name)
        with lock, present(service, "worker", name):
            work, engine = make_work(service), service.engine
            if has_jobs(engine) and not once:
                from badgepost.turn_worker import TurnWorker, run_turn_worker  # noqa: PLC0415 - see `jobs.readiness`

                outcomes = asyncio.run(run_turn_worker(engine, TurnWorker(work, lock)))
            else:
                outcomes = asyncio.run(run_until_signal(Worker(work, lock, once=once)))
    except (NameTakenError, ValueError) as fault:
        refuse(str(fault))
    if once:
        done = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()) if number)
        typer.echo(f"Delivered what was due: {done or 'nothing'}.")
