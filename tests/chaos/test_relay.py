"""A relay that fails in every phase and every way, again and again, for many mails at a time, and then is well again:
nothing is lost, and only what was in doubt came twice.

By default each way of failing strikes at random phases; with `BADGEPOST_CHAOS_KILLS` set, each phase by itself as well.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from badgepost.worker import Work, Worker
from badgepost.worker_lock import WorkerLock
from mailer.delivery.breaker import Breaker
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.smtp import SmtpTransport
from mailer.queue.settling import Policy
from mailer.retry import RetryPolicy
from tests.chaos.account import Figures, check_every_mail, find_not_final
from tests.chaos.house import make_chance
from tests.mailer.delivery.scripted_relay import Act, HangUp, Pour, Say, ScriptedRelay, Stall, TakeAndHangUp
from tests.mailer.delivery.test_relays import make_certificate, serving_context
from tests.mailer.ledgers import Ledger, TinyMaker, open_ledger

MAILS, INCIDENTS = (150, 40) if "BADGEPOST_CHAOS_KILLS" in os.environ else (60, 20)
SHARE = 0.35
"""Of all chances to fail, as long as there are incidents left; of those of a phase by itself, twice as many."""
MOST_POURED = 4 << 20
"""Bytes of nonsense that a client may take in, what the system buffers for it included, before it hangs up."""
PHASES = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "half", "body")
WAYS: dict[str, list[Act]] = {
    "hangs up": [HangUp()],
    "takes and hangs up": [TakeAndHangUp()],
    "says 421": [Say("421 4.3.2 shutting down", then_hang_up=True)],
    "says 4yz": [Say("451 4.3.0 not now")],
    "is silent": [Stall()],
    "is slow": [Say("450-4.2.1 slowly\n450 4.2.1 very", bytewise=True)],
    "talks nonsense": [Say("\0\x1b[2J\xff 250 ok"), Say("999 what"), Say(""), Say("250-a\n354 b\n221 c")],
    "never ends a line": [Pour(b"250 " + b"x" * 8000)],
    "never ends a reply": [Pour(b"250-and more\r\n" * 500)],
}
EVERY_PHASE = [(phase,) for phase in PHASES] if "BADGEPOST_CHAOS_KILLS" in os.environ else []


class BadWeather:
    """Fails by chance in some phases, so many times; then all is well."""

    def __init__(self, chance: Random, phases: tuple[str, ...], acts: list[Act]) -> None:
        self._chance = chance
        self._phases = phases
        self._acts = acts
        self._share = SHARE * (2 if len(phases) == 1 else 1)
        self.incidents = Counter[str]()

    def play(self, phase: str, _rcpt_to: str) -> Act:
        if phase not in self._phases or self.incidents.total() >= INCIDENTS or self._chance.random() >= self._share:
            return None
        act = self._chance.choice(self._acts)
        if phase == "half" and not isinstance(act, HangUp):
            return None
        self.incidents[phase] += 1
        return act


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        yield ledger


@pytest.mark.parametrize("phases", [PHASES, *EVERY_PHASE], ids=lambda phases: phases[0] if len(phases) == 1 else "any")
@pytest.mark.parametrize("way", WAYS)
def test_a_relay_that_fails(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str, phases: tuple[str, ...]
) -> None:
    if phases == ("half",) and not isinstance(WAYS[way][0], HangUp):
        pytest.skip("half a body is met by hanging up alone")
    with capsys.disabled():
        weather = BadWeather(make_chance(), phases, WAYS[way])
    ledger.add_many(MAILS)
    relay = asyncio.run(_deliver(ledger, tmp_path, weather))
    copies = Counter(message.rcpt_to for message in relay.accepted)
    figures = Figures.read(ledger.rows, copies, {})
    with capsys.disabled():
        print(figures.row(f"relay {way} ({', '.join(f'{phase} {n}' for phase, n in weather.incidents.items())})"))
    assert weather.incidents
    assert relay.poured < MOST_POURED
    check_every_mail(ledger, copies)


async def _deliver(ledger: Ledger, folder: Path, weather: BadWeather) -> ScriptedRelay:
    files = make_certificate(folder, "localhost")
    relay = ScriptedRelay(weather.play, tls=serving_context(files), login=("badgepost", "right"))
    async with relay:
        hop = Relay("relay", "localhost", relay.port, "starttls", files[0], "badgepost", "right", 6, 20)
        timeouts = Timeouts(connect=1, command=0.4, reply=0.4, idle=0.3)
        transport = SmtpTransport([hop], "client.example", timeouts, lambda: Breaker(first=0.02, longest=0.1))
        retry = RetryPolicy(first=timedelta(seconds=0.1), factor=1.2, longest=timedelta(seconds=0.3))
        policy = Policy(retry, stand_back=timedelta(seconds=0.1))
        work = Work(engine=ledger.engine, maker=TinyMaker(), transport=transport, policy=policy)
        with WorkerLock(folder, "one") as lock:
            worker = Worker(work, lock)
            running = asyncio.create_task(worker.run())
            async with asyncio.timeout(120):
                while find_not_final(ledger):
                    assert not running.done(), running.exception()
                    await asyncio.sleep(0.1)
            worker.stop()
            await running
    return relay
