"""The account of a chaos run: what every mail must have come to, whatever was killed or frozen meanwhile."""

from collections import Counter

from mailer.queue.settling import Policy
from mailer.queue.states import FINAL, State
from tests.mailer.ledgers import Ledger


def find_not_final(ledger: Ledger) -> Counter[str]:
    """Return how many mails are in each state that is not an end."""
    return Counter({state: n for state, n in ledger.states().items() if State(state) not in FINAL})


def check_every_mail(ledger: Ledger, copies: Counter[str]) -> None:
    """None missing, each in a final state, a second copy only of what was in doubt, nothing left in hand."""
    doubts = Counter(
        row.rcpt_to
        for row in ledger.rows(
            "SELECT m.rcpt_to FROM attempt a JOIN message m ON m.id = a.message_id WHERE a.outcome = 'unknown'"
        )
    )
    rows = ledger.rows("SELECT rcpt_to, state, worker_id FROM message")
    assert len(rows) == ledger.counter
    for row in rows:
        assert row.worker_id is None
        if row.state == "unknown":
            assert doubts[row.rcpt_to] == Policy().doubts, row
        else:
            assert row.state == ("bounced" if row.rcpt_to.startswith("gone") else "sent"), row
        if row.state == "sent":
            assert copies[row.rcpt_to] >= 1, f"missing: {row.rcpt_to}"
        assert copies[row.rcpt_to] <= 1 + doubts[row.rcpt_to], f"repeated without doubt: {row.rcpt_to}"
    assert not ledger.rows("SELECT 1 FROM attempt WHERE outcome IS NULL")
    assert not ledger.rows("SELECT 1 FROM worker_lease")
