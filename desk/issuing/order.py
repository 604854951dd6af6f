"""What an issuer orders when handing in a roster, and what comes of it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Connection

from desk.roster.reading import Roster
from desk.roster.rows import Bad
from desk.roster.said import NOTHING_SAID, Said


@dataclass(frozen=True)
class IssueOrder:
    """A roster to award a badge to."""

    badge: str
    """The badge's slug."""
    source: BinaryIO
    """The roster: seekable, read twice."""
    name: str
    """What its file is called: tells the kind of file, and names the batch."""
    language: str | None = None
    """For rows and earners that name none; None: the issuer's."""
    skip_bad: bool = False
    """Issue to the good rows although there are bad ones; otherwise it is all or nothing."""
    dry_run: bool = False
    """Only look: everything is checked and counted, nothing is written."""
    at: datetime | None = None
    """When the mails are to leave; None: now."""
    not_later_than: datetime | None = None
    """What has not left by then is not sent any more."""
    issuer_id: str | None = None
    """On whose behalf: a badge of another issuer is none. None: whoever orders may award every badge."""
    made_by: str = ""
    """Who orders it: a member, an API token; empty: nobody is named."""
    said: Said = NOTHING_SAID
    """What a person has said about the file."""
    despite_doctor: bool = False
    """Issue although the mails are known to be ruined; whoever orders it has it noted in the trail."""


@dataclass(frozen=True)
class IssueSummary:
    """Every row of the roster, accounted for: `rows_in` is the sum of the other four."""

    rows_in: int = 0
    mails: int = 0
    """New awards; one mail each."""
    already_issued: int = 0
    repeated: int = 0
    """Rows that say again what an earlier row says."""
    bad: int = 0

    def plus(self, other: "IssueSummary") -> "IssueSummary":
        """Return both together."""
        mine, more = asdict(self), asdict(other)
        return IssueSummary(**{name: mine[name] + more[name] for name in mine})


@dataclass(frozen=True)
class IssueRefused:
    """Nothing was read any further and nothing written; `reason` is one line."""

    reason: str


@dataclass(frozen=True)
class RowsRefused:
    """There are bad rows and they were not to be skipped. Nothing was written."""

    summary: IssueSummary


@dataclass(frozen=True)
class Checked:
    """A dry run: what issuing would come to."""

    summary: IssueSummary


@dataclass(frozen=True)
class Issued:
    """Done. `batch_id` is None if there was nothing to do."""

    summary: IssueSummary
    batch_id: str | None


@dataclass(frozen=True)
class Warned:
    """A good row that somebody should look at."""

    line: int
    reason: str


class Booking:
    """What else belongs into the transaction that writes a roster. Does nothing; who has something to book overrides.

    Raises what undoes it all.
    """

    def before(self, connection: Connection) -> IssueRefused | None:
        """Called first in that transaction: return why nothing is to be written."""

    def after(self, connection: Connection, issued: Issued) -> None:
        """Called last, when everything is written."""


class IssueObserver:
    """What somebody who waits may want to see. Does nothing; who wants to see something overrides."""

    def on_opened(self, roster: Roster) -> None:
        """Called once, when the roster's columns are known."""

    def on_bad(self, bad: Bad) -> None:
        """Called for each bad row, in the order of the file, before anything is written."""

    def on_warning(self, warned: Warned) -> None:
        """The same for a good row that somebody should look at."""

    def on_doubt(self, words: str) -> None:
        """Called for what speaks, or may speak, against the mails' arriving, and does not keep them."""

    def on_progress(self, checked: int, written: int) -> None:
        """Called from time to time with the numbers of rows that each of the two passes has behind it."""
