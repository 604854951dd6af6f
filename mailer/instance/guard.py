"""A worker's guard: looks for signs before it is sent from, and notes what was granted before a body is written.

Here belong the moments: at the start of a worker and with each heartbeat everything is looked at, with each claim what
costs next to nothing. Transactions and their order are the worker's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Connection

from mailer.instance.fence import Standing, fence, found, grow, look, settle
from mailer.instance.notes import Note, NoteFile, forget_other_notes, read_notes
from mailer.instance.places import find_place
from mailer.instance.signs import judge_note, judge_place
from mailer.queue.recording import Intent, Step

_log = structlog.get_logger("badgepost.instance")


class Guard:
    """Guards the database that the worker `name` of this machine sends from; its notes are in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._file = NoteFile(folder, name)
        self._note: Note | None = None
        """What this process noted; None before its first check."""
        self._granted = self._growing_for = self._grown_for = 0
        """Intents that were granted; for how many of them the epoch grows, and has grown."""

    def check(self, connection: Connection, now: datetime) -> Standing:
        """Return how the database stands, which is fenced if anything speaks against sending from it.

        To be followed by `keep` when the transaction is committed.
        """
        # Read first: another worker of this machine may commit and note more before the database is looked at.
        notes = list(self._notes())
        place = find_place(connection)
        standing = look(connection) or found(connection, place, now)
        if standing.is_fenced:
            return standing
        if not standing.place:
            settle(connection, place)
        because = judge_place(standing, place) or _judge_notes(connection, standing, notes)
        if because is not None:
            return _fence(connection, because, now)
        self._growing_for = self._granted
        if self._growing_for > self._grown_for:
            grow(connection, now)
            standing = replace(standing, epoch=standing.epoch + 1)
        return standing

    def keep(self, standing: Standing) -> None:
        """Note what `check` found, on disk. Raises `OSError`."""
        if standing.is_fenced:
            return
        if self._note is not None and self._note.instance == standing.name:
            self._note = replace(self._note, epoch=max(standing.epoch, self._note.epoch))
        else:
            # A former name's, or of a database whose place a new one has taken: later they would speak against it.
            forget_other_notes(self._folder, standing.name)
            self._note = Note(standing.name, standing.epoch)
        self._grown_for = self._growing_for
        self._file.write(self._note, for_sure=True)

    def may_claim(self, connection: Connection, now: datetime) -> bool:
        """Tell, in the transaction of a claim, whether this is still the database that was sent from."""
        standing = look(connection, keep=True)
        if standing is None or self._note is None or standing.is_fenced:
            return False
        because = judge_note(connection, standing, self._note)
        if because is not None:
            _fence(connection, because, now)
        return because is None

    def note_granted(self, steps: Sequence[Step], answers: Sequence[bool]) -> None:
        """Note the last intent that was granted: its body is not written before this returns. Raises `OSError`."""
        granted = [step.message for step, stands in zip(steps, answers, strict=True) if stands and _is_intent(step)]
        if granted and self._note is not None:
            self._granted += len(granted)
            self._note = replace(self._note, message=granted[-1].id, number=granted[-1].fence)
            self._file.write(self._note, for_sure=False)

    def _notes(self) -> Iterator[Note]:
        """Yield what was noted here: at the start by every worker that ever was, later by this one."""
        if self._note is None:
            yield from read_notes(self._folder)
        else:
            yield self._note


def _judge_notes(connection: Connection, standing: Standing, notes: Iterable[Note]) -> str | None:
    judged = (judge_note(connection, standing, note) for note in notes)
    return next(filter(None, judged), None)


def _fence(connection: Connection, because: str, now: datetime) -> Standing:
    fence(connection, because, now)
    standing = look(connection)
    assert standing is not None
    _log.error("fenced", because=because)
    return standing


def _is_intent(step: Step) -> bool:
    return isinstance(step, Intent)
