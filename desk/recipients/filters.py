"""Which recipients a list shows, and where its next page begins. Plain values; the look-up stands in `listing`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from badges.columns import from_microseconds, to_microseconds
from badges.ids import ID_LENGTH


class Progress(StrEnum):
    """How far the earner has come."""

    OPENED = "opened"
    NOT_OPENED = "not_opened"
    CLAIMED = "claimed"
    """A password is set."""
    NOT_CLAIMED = "not_claimed"
    SHARED = "shared"
    """One of LinkedIn's buttons was used."""
    HELD = "held"
    """Somebody said "this is not me"."""


@dataclass(frozen=True, slots=True)
class RecipientFilter:
    """What to show; an empty value: everything."""

    state: str = ""
    """Of the newest mail: a word of `mailer.queue.states`."""
    batch_id: str = ""
    badge: str = ""
    """The slug of a badge class."""
    domain: str = ""
    progress: Progress | None = None
    search: str = ""
    """A name, an address or a part of one."""

    @property
    def is_selective(self) -> bool:
        """Whether awards have to be looked through for those that fit."""
        return bool(self.state or self.batch_id or self.domain or self.progress or self.search)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind which award a page begins."""

    created_at: datetime
    assertion_id: str

    def __str__(self) -> str:
        return f"{to_microseconds(self.created_at)}.{self.assertion_id}"


def read_cursor(text: str) -> Cursor | None:
    """Return what `str` wrote; None for anything else, which then begins at the beginning."""
    stamp, _, assertion_id = text.partition(".")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 17 and len(assertion_id) == ID_LENGTH):
        return None
    return Cursor(from_microseconds(int(stamp)), assertion_id)
