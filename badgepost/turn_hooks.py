"""A sender of webhooks that posts when it is woken: under the job engine of PostgreSQL, with any number of others.

Here belongs what a turn is to it. An event's claim runs out by itself soon after its sender died, so a turn frees
nothing.
"""

from collections import Counter
from datetime import timedelta

from sqlalchemy import Connection, Engine

from badgepost.hook_sender import HookSender
from badgepost.jobs.running import Chore, Jobs, run_under_engine
from desk.hooks.claiming import next_due
from mailer.queue.waking import Turn, ask_for_later

SOON = timedelta(seconds=5)
"""Before a turn that found nothing to be tried is followed by another one."""


class TurnHookSender(HookSender):
    """Posts events from `take_turn` until none may be tried; `run` keeps what is known of the endpoints."""

    async def run(self) -> Counter[str]:
        """See `HookSender.run`."""
        with self._writer:
            try:
                await self._stopped.wait()
            finally:
                await self._drain()
        return self.outcomes

    async def take_turn(self, _job: str) -> None:
        """Post what is due."""
        await self._take_rounds(until_idle=True)
        await self.look()

    async def look(self) -> None:
        """Ask for a turn when something will be due, or may be tried again."""
        if not self._stopped.is_set():
            await self._writer.run(self._ask_again)

    async def do_chores(self) -> None:
        """See `desk.hooks.chores`."""
        await super()._do_chores()

    async def _do_chores(self) -> None:
        """Done by one sender of all, when the engine says so."""

    def _ask_again(self, connection: Connection) -> None:
        due, now = next_due(connection), self._clock()
        if due is None:
            return
        rested = min((moment for moment in self._resting.values() if moment > now), default=now)
        ask_for_later(connection, Turn.HOOKS, max(due, rested, now + SOON) if due <= now else due)


async def run_turn_hooks(engine: Engine, sender: TurnHookSender) -> Counter[str]:
    """Run `sender` under the job engine of the database; SIGTERM and SIGINT make it drain."""
    chores = [
        Chore("look_for_hooks", "* * * * *", sender.look),
        Chore("hook_chores", "* * * * *", sender.do_chores),
    ]
    return await run_under_engine(Jobs(engine, Turn.HOOKS, sender.take_turn, chores), sender.run(), sender.stop)
