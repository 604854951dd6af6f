"""The counts of overviews, kept while they are fresh: counting a million awards takes seconds, and no page waits.

Here belong keeping and the thread that counts. A few awards are counted at once, for each page anew. Of many, each day
is counted by itself, in the background, the newest first; the older a day is, the less often. What is not counted yet
is said to be missing. Nothing is written anywhere: another process counts for itself.
"""

from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy import Engine

from badges.transactions import reading
from desk.recipients.tallies import Cell, Tally, count_by_day, count_up_to, start_of, tally_awards

_log = structlog.get_logger(__name__)

FEW = 3000
"""Awards that are counted while a page waits: some tenths of a second."""
LONGEST = 90
"""Days that are counted."""
MOST_ISSUERS = 50
"""Whose counts are kept; who looked longest ago goes first."""
FRESH = timedelta(minutes=2)
"""How long a count of today is good for."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known now."""

    cells: Mapping[Cell, Tally]
    counted_at: datetime
    is_complete: bool


@dataclass
class _Kept:
    cells: dict[Cell, tuple[Tally, datetime]] = field(default_factory=dict)
    wanted: Mapping[Cell, int] = field(default_factory=dict)
    """How many awards there are, when last looked."""
    counted_at: datetime | None = None
    is_counting: bool = False


class Tallies:
    """Counts for overviews."""

    def __init__(self, engine: Engine, few: int = FEW) -> None:
        """Awards up to `few` are counted at once."""
        self._few = few
        self._engine = reading(engine)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, "tallies")

    def tell(self, issuer_id: str, badge_ids: frozenset[str], now: datetime) -> Counted:
        """Return the counts of the last `LONGEST` days, as far as they are known."""
        since = start_of(now.date() - timedelta(days=LONGEST - 1))
        with self._engine.connect() as connection:
            if count_up_to(connection, badge_ids, since, self._few + 1) <= self._few:
                return Counted(tally_awards(connection, badge_ids, since), now, is_complete=True)
        with self._lock:
            kept = self._kept.setdefault(issuer_id, _Kept())
            self._kept.move_to_end(issuer_id)
            while len(self._kept) > MOST_ISSUERS:
                self._kept.popitem(last=False)
            is_due = kept.counted_at is None or now - kept.counted_at > FRESH
            if is_due and not kept.is_counting:
                kept.is_counting = True
                self._thread.submit(self._count, kept, badge_ids, since, now)
            cells = {cell: tally for cell, (tally, _) in kept.cells.items()}
            is_complete = kept.counted_at is not None
            return Counted(cells, kept.counted_at or now, is_complete)

    def close(self) -> None:
        """Finish the day that is being counted; nothing more is taken on."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _count(self, kept: _Kept, badge_ids: frozenset[str], since: datetime, now: datetime) -> None:
        try:
            with self._engine.connect() as connection:
                kept.wanted = count_by_day(connection, badge_ids, since)
            stale = {day for cell in kept.wanted if _is_stale(kept, cell, now) for day in [cell[1]]}
            for day in sorted(stale, reverse=True):
                with self._engine.connect() as connection:  # a short transaction each
                    found = tally_awards(connection, badge_ids, start_of(day), start_of(day + timedelta(days=1)))
                with self._lock:
                    kept.cells.update({cell: (tally, now) for cell, tally in found.items()})
            with self._lock:
                kept.cells = {cell: kept.cells[cell] for cell in kept.wanted if cell in kept.cells}
                kept.counted_at = now
        except Exception:
            # Nobody waits for this thread: what is counted already is shown, and the next page has it tried again.
            _log.exception("counting_failed")
        finally:
            kept.is_counting = False


def _is_stale(kept: _Kept, cell: Cell, now: datetime) -> bool:
    counted = kept.cells.get(cell)
    if counted is None or counted[0].awards != kept.wanted[cell]:
        return True
    return now - counted[1] > max(FRESH, _age_of(cell[1], now) / 20)


def _age_of(day: date, now: datetime) -> timedelta:
    return now - start_of(day)
