"""Figure 5: CPU time of the delivery client alone, the mails being built already, over 8 connections to one sink.

Ours is the SMTP transport with a feed that hands out ready parcels and records nothing. aiosmtplib and smtplib send
the same bytes the way their documentation shows. Opening and closing the connections counts in all three.
"""

import asyncio
import time
from collections.abc import Awaitable, Sequence

from bench.figures.figure import Figure, microseconds
from bench.figures.sending import CONNECTIONS, make_smtp
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.peers.clients import Letter, deliver_with_aiosmtplib, deliver_with_smtplib
from bench.rounds import Results, Variant
from mailer.delivery.outcomes import Outcome, Sent
from mailer.delivery.transport import Parcel

OURS = "SMTP transport"
AIOSMTPLIB = "aiosmtplib"
SMTPLIB = "smtplib, 8 threads"

OF_AIOSMTPLIB = Goal("delivery client: CPU per message as share of aiosmtplib's", Bound.AT_MOST, 1 / 8)
OF_SMTPLIB = Goal("the same: as share of smtplib's", Bound.AT_MOST, 1 / 4)


class ReadyFeed:
    """A feed of parcels that were composed before; whatever comes of them is counted and forgotten."""

    def __init__(self, parcels: Sequence[Parcel], times: int) -> None:
        self._parcels = (parcels[number % len(parcels)] for number in range(times))
        self._expected = times
        self._ended = asyncio.Event()
        self.sent = 0

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    async def take(self, relay: str, patience: float | None = None) -> Parcel | None:
        parcel = self.take_now(relay)
        if parcel is None:
            await self._ended.wait()
        return parcel

    def take_now(self, relay: str) -> Parcel | None:
        return next(self._parcels, None)

    def intend(self, parcel: Parcel, relay: str) -> Awaitable[bool]:
        granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        granted.set_result(True)
        return granted

    def settle(self, parcel: Parcel, relay: str, outcome: Outcome) -> None:
        if not isinstance(outcome, Sent):
            raise RuntimeError(f"the sink did not take a mail: {outcome}")
        self.sent += 1
        if self.sent == self._expected:
            self._ended.set()

    def give_back(self, parcel: Parcel, relay: str, reason: str | None = None) -> None:
        raise RuntimeError(f"a mail was not tried: {reason}")

    def give_all_back(self, reason: str | None) -> None:
        raise RuntimeError(f"the sink cannot be reached: {reason}")

    def report_relay(self, relay: str, reason: str | None, next_try_in: float | None) -> None:
        raise RuntimeError(f"the sink cannot be reached: {reason}")

    async def rest(self, seconds: float) -> bool:
        await asyncio.sleep(0)
        return not self.ended


def prepare(parcels: Sequence[Parcel], port: int, messages: int) -> Figure:
    """Return the figure for a sink on `port` and so many messages a round and client."""
    mails = [parcel.mail for parcel in parcels]
    letters = [Letter(mail.mail_from, mail.rcpt_to, mail.data) for mail in mails]
    variants = [
        Variant(OURS, messages, lambda times: _deliver(port, parcels, times)),
        Variant(AIOSMTPLIB, messages, lambda times: deliver_with_aiosmtplib(port, letters, times, CONNECTIONS)),
        Variant(SMTPLIB, messages, lambda times: deliver_with_smtplib(port, letters, times, CONNECTIONS)),
    ]
    return Figure(variants, _judge)


def _judge(results: Results) -> list[Finding]:
    return [
        from_ratio(
            OF_AIOSMTPLIB,
            results.ratio(OURS, AIOSMTPLIB),
            f"{microseconds(results, OURS)}, {microseconds(results, AIOSMTPLIB)}",
        ),
        from_ratio(OF_SMTPLIB, results.ratio(OURS, SMTPLIB), microseconds(results, SMTPLIB)),
    ]


def _deliver(port: int, parcels: Sequence[Parcel], times: int) -> float:
    start = time.process_time()
    asyncio.run(_run_lanes(port, parcels, times))
    return time.process_time() - start


async def _run_lanes(port: int, parcels: Sequence[Parcel], times: int) -> None:
    feed = ReadyFeed(parcels, times)
    await asyncio.gather(*(lane.run(feed) for lane in make_smtp(port).lanes()))
