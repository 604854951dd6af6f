"""A processor that deals with mail when it is woken: under the job engine of PostgreSQL, with any number of others.

Here belongs what a turn is to a processor: a name of its own, which begins with that of the job. Whoever gets that job
next knows that this one is dead, and frees what it held.
"""

import asyncio
import os
import time
from collections import Counter
from dataclasses import replace

import structlog
from sqlalchemy import Engine

from badgepost.chores import do_chores
from badgepost.jobs.running import Chore, Jobs, run_under_engine
from badgepost.processor import NICENESS, Processor
from badges.ids import make_id
from badges.transactions import reading
from inbound.processing.claims import free_job, has_waiting, next_due
from mailer.queue.waking import Turn, ask_for_later, ask_for_turn

LASTS = 15.0
"""Seconds that a turn lasts: between two the engine gives out what dead processes had, to those who are busy, too."""
MANY = 1000
"""More mails than one process should deal with alone."""

_log = structlog.get_logger("badgepost.processor")


class TurnProcessor(Processor):
    """Deals with deliveries from `take_turn` until none is due, or the turn has lasted long enough."""

    def take_turn(self, job: str) -> None:
        """Free what the former holder of `job` had, then deal with mails."""
        self._tools = replace(self._tools, who=f"{job} {make_id()}")
        with self._engine.begin() as connection:
            freed = free_job(connection, job)
        if freed:
            _log.info("freed", deliveries=freed)
        ends = time.monotonic() + LASTS
        while time.monotonic() < ends and (outcome := self._take_patiently()) is not None:
            self.outcomes[outcome] += 1
        self.look()

    def look(self) -> None:
        """Ask for a turn if mail waits, now or later."""
        now = self._tools.clock()
        with reading(self._engine).connect() as connection:
            waits, later = has_waiting(connection, now), next_due(connection, now)
        if waits or later:
            with self._engine.begin() as connection:
                if waits:
                    ask_for_turn(connection, Turn.PROCESS, MANY)
                if later:
                    ask_for_later(connection, Turn.PROCESS, later)

    def do_chores(self) -> None:
        """See `badgepost.chores`."""
        do_chores(self._tools.office, self._tools.clock(), self._tools.keep_raw_mail)

    @property
    def _engine(self) -> Engine:
        return self._tools.office.engine


def run_turn_processor(engine: Engine, processor: TurnProcessor) -> Counter[str]:
    """Run `processor` under the job engine of the database; SIGTERM and SIGINT make it drain."""
    os.nice(NICENESS)

    async def take_turn(job: str) -> None:
        await asyncio.to_thread(processor.take_turn, job)

    async def look() -> None:
        await asyncio.to_thread(processor.look)

    async def see_to_chores() -> None:
        await asyncio.to_thread(processor.do_chores)

    async def run() -> Counter[str]:
        chores = [Chore("look_for_mail_in", "* * * * *", look), Chore("hourly_chores", "7 * * * *", see_to_chores)]
        jobs = Jobs(engine, Turn.PROCESS, take_turn, chores)
        stopped = asyncio.Event()

        def stop() -> None:
            processor.stop()
            stopped.set()

        await run_under_engine(jobs, stopped.wait(), stop)
        return processor.outcomes

    return asyncio.run(run())
