"""Everything that is read of one mail before anybody asks who wrote it: the value that reading its bytes comes to.

Here belongs the value only; `reader` makes it. It comes back from a process of its own (`inbound.processing.room`), so
it is plain and can be pickled.
"""

from dataclasses import dataclass, field

from inbound.reading.sections import Sections
from wire.automatic import Automatic
from wire.reports import ComplaintReport, DeliveryReport


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the mail's text, by its own description."""

    file_name: str
    media_type: str
    size: int
    """Bytes, with the transfer encoding undone."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text from an attached CSV, .xlsx or text file. Formulas are never evaluated."""

    file_name: str
    rows: tuple[tuple[str, ...], ...]
    """Cells as text, trimmed; the header row, if there is one, is the first."""
    is_cut: bool = False
    """The file holds more than is read."""
    fault: str | None = None
    """Why nothing of it can be read, in words that go on from the file's name; it has no rows then."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail, read."""

    subject: str
    message_id: str
    """Without angle brackets; empty where there is none."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender_name: str
    """The display name in From, decoded: a claim."""
    sections: Sections
    attachments: tuple[Attachment, ...] = ()
    tables: tuple[Table, ...] = ()
    report: DeliveryReport | ComplaintReport | None = None
    automatic: Automatic | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """(lower-case name, decoded value) of every field, in their order: for rules that match a header."""
    flaws: tuple[str, ...] = field(default=())
    """What is wrong with the mail's form, in words."""
