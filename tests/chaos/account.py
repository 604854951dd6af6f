"""The account of a chaos run: what every mail must have come to, whatever was killed or frozen meanwhile."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailer.queue.settling import Policy
from mailer.queue.states import FINAL, State
from tests.mailer.ledgers import Ledger

Rows = Callable[[str], Sequence[Any]]
"""Runs a query."""

_DOUBTS = "SELECT m.rcpt_to FROM attempt a JOIN message m ON m.id = a.message_id WHERE a.outcome = 'unknown'"


@dataclass
class Figures:
    """What is printed of a run, and kept in docs/reliability.md."""

    kills: Mapping[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    messages: int = 0
    attempts: int = 0
    unknown: int = 0
    seconds: int = 0
    """Second copies: how many more than one for each message."""
    lost: int = 0
    beyond: int = 0
    """Copies more than one of a recipient, beyond those in doubt."""
    takeover: float | None = None
    """Seconds."""

    @classmethod
    def read(cls, rows: Rows, copies: Counter[str], kills: Mapping[str, int], acknowledged: int = 0) -> "Figures":
        """Count what the database and the relay's record say."""
        doubts = Counter(row.rcpt_to for row in rows(_DOUBTS))
        wanted = Counter(row.rcpt_to for row in rows("SELECT rcpt_to FROM message WHERE state = 'sent'"))
        all_wanted = Counter(row.rcpt_to for row in rows("SELECT rcpt_to FROM message"))
        return cls(
            kills=kills,
            acknowledged=acknowledged,
            messages=all_wanted.total(),
            attempts=rows("SELECT COUNT(*) AS n FROM attempt")[0].n,
            unknown=doubts.total(),
            seconds=(copies - all_wanted).total(),
            lost=(wanted - copies).total(),
            beyond=(copies - all_wanted - doubts).total(),
        )

    def row(self, name: str) -> str:
        """Return a row of the table in docs/reliability.md."""
        killed = ", ".join(f"{who} {number}" for who, number in sorted(self.kills.items()) if number)
        takeover = "" if self.takeover is None else f"{self.takeover:.1f}"
        columns = [sum(self.kills.values()), self.acknowledged, self.messages, self.attempts, self.unknown]
        columns += [self.seconds, self.lost, self.beyond, takeover]
        return f"\nchaos | {name} | " + " | ".join(map(str, columns)) + f" | {killed}"


def find_not_final(ledger: Ledger) -> Counter[str]:
    """Return how many mails are in each state that is not an end."""
    return Counter({state: n for state, n in ledger.states().items() if State(state) not in FINAL})


def check_every_mail(ledger: Ledger, copies: Counter[str]) -> None:
    """None missing, each in a final state, a second copy only of what was in doubt, nothing left in hand."""
    rows = ledger.rows("SELECT rcpt_to, state, worker_id FROM message")
    doubts = Counter(row.rcpt_to for row in ledger.rows(_DOUBTS))
    assert len(rows) == ledger.counter
    for row in rows:
        assert row.worker_id is None
        if row.state == "unknown":
            assert doubts[row.rcpt_to] == Policy().doubts, row
        else:
            assert row.state == ("bounced" if row.rcpt_to.startswith("gone") else "sent"), row
    check_departures(ledger.rows, copies)


def check_departures(rows: Rows, copies: Counter[str]) -> None:
    """What is sent has left, and more often than it was to be only if it was in doubt; nothing is left in hand."""
    doubts = Counter(row.rcpt_to for row in rows(_DOUBTS))
    messages = rows("SELECT rcpt_to, state, worker_id FROM message")
    wanted = Counter(row.rcpt_to for row in messages)
    sent = Counter(row.rcpt_to for row in messages if row.state == "sent")
    for address in wanted.keys() | copies.keys():
        assert copies[address] >= sent[address], f"missing: {address}"
        assert copies[address] <= wanted[address] + doubts[address], f"repeated without doubt: {address}"
    assert not [row for row in messages if row.worker_id is not None]
    assert not rows("SELECT 1 FROM attempt WHERE outcome IS NULL")
    assert not rows("SELECT 1 FROM worker_lease")


def check_arrivals(rows: Rows, acknowledged: set[str], most_shelved: int) -> None:
    """What was acknowledged is stored; each mail is decided on, acted on and answered once, or a person's."""
    contents = [bytes(row.content) for row in rows("SELECT content FROM raw_mail")]
    stored = {content.partition(b"Message-ID: <")[2].partition(b"@")[0].decode() for content in contents}
    assert acknowledged <= stored, f"lost: {sorted(acknowledged - stored)}"
    assert len(stored) == len(contents), "a mail that came twice is one mail"
    assert not rows("SELECT 1 FROM delivery WHERE claimed_by IS NOT NULL")
    deliveries = Counter(row.state for row in rows("SELECT state FROM delivery"))
    assert set(deliveries) <= {"done", "shelved"}
    # A mail under whose reading two processes died is put before a person instead.
    assert deliveries["shelved"] <= most_shelved
    decisions = rows("SELECT outcome FROM decision")
    assert len(decisions) == deliveries["done"]
    repeats = sum(row.outcome == "drop" for row in decisions)
    assert deliveries.total() - repeats == len(contents), "each mail is dealt with once, each repeat dropped"
    tickets = rows("SELECT COUNT(*) AS n FROM ticket_entry WHERE kind = 'mail_in' GROUP BY raw_mail_id")
    assert [row.n for row in tickets] == [1] * len(tickets), "no mail stands on two tickets"
    facts = [json.loads(row.facts) for row in rows("SELECT facts FROM message WHERE idempotency_key LIKE 'answer/%'")]
    answered = Counter(fact["in_reply_to"] for fact in facts if fact.get("in_reply_to"))
    assert set(answered.values()) <= {1}, "somebody was answered twice"
    asked = sum(b"From: writer-" in content for content in contents)
    assert sum("writer-" in str(fact) for fact in facts) <= asked
