"""Every phase of an SMTP conversation x everything that may go wrong in it -> what becomes of the message."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mailer.delivery.smtp import SmtpTransport
from tests.mailer.delivery.conftest import smtp_to
from tests.mailer.delivery.scripted_relay import Act, HangUp, Say, ScriptedRelay, Stall
from tests.mailer.ledgers import Ledger

HELD, SENT, DEFERRED, BOUNCED, UNKNOWN = "held", "sent", "deferred", "bounced", "unknown"

CASES: list[tuple[str, Act, str]] = [
    ("connect", Say("554 5.3.2 not today"), HELD),
    ("connect", Say("421 4.3.2 shutting down", then_hang_up=True), HELD),
    ("connect", Say("this is no SMTP server"), HELD),
    ("connect", HangUp(), HELD),
    ("connect", Stall(), HELD),
    ("ehlo", Say("550 5.7.1 I do not know you"), HELD),
    ("ehlo", HangUp(), HELD),
    ("mail", Say("250-2.1.0 fine\n250 2.1.0 really"), SENT),
    ("mail", Say("250 2.1.0 fine", bytewise=True), SENT),
    ("mail", Say("421 4.3.2 shutting down", then_hang_up=True), HELD),
    ("mail", Say("451 4.3.0 try again later"), HELD),
    ("mail", Say("550 5.7.1 sender rejected"), HELD),
    ("mail", Say("530 5.7.0 authentication required"), HELD),
    ("mail", Say("552 5.3.4 too big"), BOUNCED),
    ("mail", Say("250-fine\n999 nonsense"), HELD),
    ("mail", HangUp(), HELD),
    ("mail", Stall(), HELD),
    ("rcpt", Say("251 2.1.5 will forward"), SENT),
    ("rcpt", Say("421 4.3.2 shutting down", then_hang_up=True), HELD),
    ("rcpt", Say("450 4.2.1 mailbox busy"), DEFERRED),
    ("rcpt", Say("450 4.2.1 mailbox busy", then_hang_up=True), DEFERRED),
    ("rcpt", Say("550 5.7.1 greylisted, come back"), DEFERRED),
    ("rcpt", Say("550 5.1.1 no such user here"), BOUNCED),
    ("rcpt", Say("554 5.7.1 relay access denied"), HELD),
    ("rcpt", HangUp(), DEFERRED),
    ("rcpt", Stall(), DEFERRED),
    ("data", Say("421 4.3.2 shutting down", then_hang_up=True), HELD),
    ("data", Say("451 4.3.0 queue file trouble"), DEFERRED),
    ("data", Say("554 5.7.1 not this one"), BOUNCED),
    ("data", Say("250 2.0.0 what?"), DEFERRED),
    ("data", HangUp(), DEFERRED),
    ("data", Stall(), DEFERRED),
    ("half", HangUp(), UNKNOWN),
    ("body", Say("250-2.0.0 taken\n250 2.0.0 as 4711", bytewise=True), SENT),
    ("body", Say("250 2.0.0 taken", then_hang_up=True), SENT),
    ("body", Say("421 4.3.2 shutting down", then_hang_up=True), HELD),
    ("body", Say("452 4.3.1 disk full"), DEFERRED),
    ("body", Say("554 5.7.1 spam"), BOUNCED),
    ("body", Say("354 again?"), UNKNOWN),
    ("body", Say("grmbl"), UNKNOWN),
    ("body", HangUp(), UNKNOWN),
    ("body", Stall(), UNKNOWN),
]

FINAL_STATE = {HELD: "queued", SENT: "sent", DEFERRED: "deferred", BOUNCED: "bounced", UNKNOWN: "unknown"}


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "in-turn"])
@pytest.mark.parametrize(("phase", "act", "expected"), CASES, ids=lambda value: str(value).replace(" ", "_")[:60])
def test_phase(
    ledger: Ledger,
    deliver: Callable[..., Any],
    *,
    phase: str,
    act: Act,
    expected: str,
    pipelining: bool,
) -> None:
    message = ledger.add(stream="notices")

    async def scenario() -> ScriptedRelay:
        extensions = ("PIPELINING", "SIZE 100000") if pipelining else ("SIZE 100000",)
        async with ScriptedRelay(lambda at, _: act if at == phase else None, extensions) as relay:
            await deliver(smtp_to(relay, connections=1))
        return relay

    relay = asyncio.run(scenario())
    row, attempts = ledger.message(message.id), ledger.attempts(message.id)
    assert (row.state, row.worker_id) == (FINAL_STATE[expected], None)
    assert row.attempts == (0 if expected == HELD else 1)
    assert row.reason
    if attempts:
        assert [(attempt.outcome, bool(attempt.reply)) for attempt in attempts] == [(expected, True)]
    assert len(relay.accepted) == (expected == SENT)
    suppressed = ledger.rows("SELECT address FROM suppression")
    assert len(suppressed) == ("no such user" in str(act))


def test_no_relay_listens(ledger: Ledger, deliver: Callable[..., Any]) -> None:
    ledger.add_many(30)

    async def scenario() -> None:
        async with ScriptedRelay() as relay:
            transport: SmtpTransport = smtp_to(relay)
        await deliver(transport)

    asyncio.run(scenario())
    assert ledger.states() == {"queued": 30}
    assert not ledger.rows("SELECT * FROM attempt")
    note = ledger.rows("SELECT * FROM relay_state")[0]
    assert note.state == "down"
    assert note.next_try_at
    assert "refused" in note.reason.lower() or "connect" in note.reason.lower()
