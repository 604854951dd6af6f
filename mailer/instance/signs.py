"""The two signs that a database is not what it was: it stands elsewhere, or it lacks what was noted outside of it.

Here belongs judging. Nothing is written.
"""

from sqlalchemy import Connection

from mailer.instance.fence import Standing, has_attempt, was_sent_from
from mailer.instance.notes import Note
from mailer.instance.places import Place, is_same_place

ELSEWHERE = "it stands in another place than when it was last sent from: it is a copy, or was moved"
EARLIER = "mails were sent from here that it knows nothing of: it is an earlier state, brought back"
OTHER = "mails were sent from here out of another database than this one"


def judge_place(standing: Standing, place: Place) -> str | None:
    """Return what the place says against sending; None: nothing."""
    return None if is_same_place(standing.place, place) else ELSEWHERE


def judge_note(connection: Connection, standing: Standing, note: Note) -> str | None:
    """Return what `note` says against sending; None: nothing."""
    if note.instance in standing.former:
        return None
    if note.instance != standing.name:
        # A new database that nothing was sent from is no earlier state of any: somebody begins again.
        return OTHER if was_sent_from(connection) else None
    if note.epoch > standing.epoch:
        return EARLIER
    if note.message and not has_attempt(connection, note.message, note.number):
        return EARLIER
    return None
