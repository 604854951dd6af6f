"""A worker that the system stops for longer than others have patience (SIGSTOP, a paused machine), and that wakes."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.account import check_every_mail, find_not_final
from tests.chaos.holding import is_transaction_open
from tests.chaos.house import until
from tests.chaos.processes import Crew, running_relay
from tests.mailer.ledgers import Ledger, open_ledger

MAILS = 500
CONNECTIONS = 4


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        yield ledger


@pytest.mark.timeout(900)
def test_a_frozen_worker_that_wakes_does_not_send_what_another_took(ledger: Ledger, tmp_path: Path) -> None:
    record = tmp_path / "copies"
    record.touch()
    with running_relay(record, seed=1) as port:
        crew = Crew(ledger.engine.url.render_as_string(hide_password=False), tmp_path, port)
        try:
            _freeze_and_thaw(crew, ledger)
        finally:
            crew.end()
    check_every_mail(ledger, Counter(record.read_text().splitlines()))


def _freeze_and_thaw(crew: Crew, ledger: Ledger) -> None:
    ledger.add_many(MAILS)
    crew.start("one")
    until(lambda: ledger.states()["sent"] >= 20, "the first one delivers")
    until(lambda: _freeze_with_more_in_hand(crew, ledger), "it freezes with more in hand than its connections carry")
    crew.start("two")
    until(lambda: not find_not_final(ledger), "the second one takes over and brings the rest to an end")
    crew.thaw("one")
    until(lambda: ledger.rows("SELECT 1 FROM worker_lease WHERE name = 'one'"), "the first one begins anew")
    assert crew.drain("one") == 0
    assert crew.drain("two") == 0


def _freeze_with_more_in_hand(crew: Crew, ledger: Ledger) -> bool:
    """Freeze the first worker; thaw it again if it happens to be between two claims, with little to take over."""
    _freeze_outside_of_a_transaction(crew, ledger)
    if ledger.rows("SELECT COUNT(*) AS n FROM message WHERE worker_id IS NOT NULL")[0].n > CONNECTIONS:
        return True
    crew.thaw("one")
    return False


def _freeze_outside_of_a_transaction(crew: Crew, ledger: Ledger) -> None:
    """Whoever freezes with a lock in hand stops everybody: nothing to be taken over then."""
    crew.freeze("one")
    while is_transaction_open(ledger.engine):
        crew.thaw("one")
        time.sleep(0.01)
        crew.freeze("one")
