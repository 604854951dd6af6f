"""`badgepost hooks`: one process that posts webhooks."""

import asyncio
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now
from badgepost.hook_sender import HookSender, run_until_signal
from badgepost.jobs.readiness import has_jobs
from badgepost.presence import present
from desk.hooks.posting import Post
from mailer.instance.guard import Guard

app = typer.Typer()


@app.command("hooks")
def post_hooks(
    once: Annotated[bool, typer.Option(help="Post what is due, then end.")] = False,
) -> None:
    """Tell other systems what happened, until it is told to stop (SIGTERM, Ctrl-C): requests under way are ended."""
    service = get_service()
    post = Post(service.office.hooks_allow)

    async def run() -> dict[str, int]:
        if has_jobs(service.engine) and not once:
            from badgepost.turn_hooks import TurnHookSender, run_turn_hooks  # noqa: PLC0415 - as in `worker`

            return dict(await run_turn_hooks(service.engine, TurnHookSender(service.office, post, now)))
        return dict(await run_until_signal(HookSender(service.office, post, now, once=once)))

    with present(service, "hooks"):
        with service.engine.begin() as connection:
            # A copy posts nothing either, and must not wait for a worker to find out that it is one.
            Guard(service.settings.data_dir, "hooks").check(connection, now())
        asyncio.run(run())
    if once:
        typer.echo("Posted what was due.")
