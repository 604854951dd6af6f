"""A relay that refuses us: its open connections stop too, and what it would have taken goes to the others."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mailer.delivery.breaker import STRIKES, Breaker
from mailer.delivery.connecting import Refused, connect
from mailer.delivery.relay import Relay
from tests.mailer.delivery.conftest import QUICK, smtp_to
from tests.mailer.delivery.scripted_relay import Say, ScriptedRelay
from tests.mailer.ledgers import Ledger

REFUSALS = [
    ("mail", Say("550 5.7.60 you may not send as this sender"), 1),
    ("rcpt", Say("550 5.7.64 relay access denied"), STRIKES),
    ("body", Say("421 4.3.2 shutting down", then_hang_up=True), STRIKES),
]


@pytest.mark.parametrize(("phase", "refusal", "patience"), REFUSALS, ids=[phase for phase, _, _ in REFUSALS])
@pytest.mark.parametrize("extensions", [("SIZE 1000000",), ("PIPELINING", "SIZE 1000000")], ids=["plain", "pipelined"])
def test_a_relay_that_refuses_us_is_left_alone_by_every_connection(  # noqa: PLR0917
    ledger: Ledger,
    deliver: Callable[..., Any],
    phase: str,
    refusal: Say,
    patience: int,
    extensions: tuple[str, ...],
) -> None:
    ledger.add_many(60)
    lanes = 2

    async def scenario() -> None:
        bad = ScriptedRelay(play=lambda asked, _: refusal if asked == phase else None, extensions=extensions)
        async with bad, ScriptedRelay(pace=0.01) as good:
            await deliver(smtp_to(bad, good, connections=lanes, breaker=lambda: Breaker(first=60)))

    asyncio.run(scenario())
    held = ledger.rows("SELECT 1 FROM attempt WHERE relay = 'relay1' AND outcome = 'held'")
    assert 1 <= len(held) <= patience + lanes
    states = ledger.states()
    assert states["sent"] + len(held) == 60


def test_a_relay_that_refuses_our_greeting_is_left() -> None:
    async def scenario() -> None:
        async with ScriptedRelay(play=lambda phase, _: Say("550 5.7.1 not you") if phase == "ehlo" else None) as bad:
            relay = Relay("relay1", "127.0.0.1", bad.port, tls="none")
            assert await connect(relay, QUICK, "client.example", None) == Refused("550 5.7.1 not you")
            async with asyncio.timeout(5):
                await bad.until_left()

    asyncio.run(scenario())
