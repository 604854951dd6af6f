"""Writing the index: one row for each mail and note that staff may look for, in the transaction that writes it.

Here belong the rows of `desk.tables.SearchEntry` and the words of each. Names and addresses of people need nothing of
this: the database keeps theirs itself (docs/console.md). Reading stands in `finding`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, Text, cast, insert, literal, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import col

from badges.transactions import reading
from desk.search.words import fold_words
from desk.tables import SearchEntry, Ticket, TicketEntry

MOST_CHARACTERS = 8_000
"""Of a text."""
MOST_WORDS = 1_500
KINDS = ("mail_in", "mail_out", "note")
"""Of ticket entries: what somebody wrote. What happened is told by the ticket."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Findable:
    """What a row is found by."""

    sender: str
    """Name and address of who wrote."""
    words: Sequence[str]
    """Texts: subject, reference, what was written."""


def index_entry(connection: Connection, ticket_id: str, entry_id: str, findable: Findable) -> None:
    """Make an entry of a ticket findable."""
    _write(connection, {"ticket_id": ticket_id, "entry_id": entry_id}, findable)


def index_mail(connection: Connection, raw_mail_id: str, subject: str, findable: Findable) -> None:
    """Make a mail findable that belongs to no ticket. Its subject and sender are kept to be shown."""
    values = {"raw_mail_id": raw_mail_id, "title": subject, "sender": findable.sender}
    _write(connection, values, findable)


def index_missing(engine: Engine) -> int:
    """Make findable what was written before there was an index, a page at a time; return how many entries."""
    with reading(engine).connect() as connection:
        missing = list(connection.execute(_MISSING).scalars())
    for start in range(0, len(missing), _AT_ONCE):
        with engine.begin() as connection:
            some = missing[start : start + _AT_ONCE]
            rows = connection.execute(_ENTRIES.where(col(TicketEntry.id).in_(some))).all()
            for row in sorted(rows, key=lambda row: row.created_at):
                sender = f"{row.requester_name} {row.requester_address}" if row.kind == "mail_in" else row.author
                findable = Findable(sender, (row.subject, row.reference, row.text))
                index_entry(connection, row.ticket_id, row.id, findable)
    return len(missing)


_MISSING = (
    select(col(TicketEntry.id))
    .outerjoin(SearchEntry, col(SearchEntry.entry_id) == col(TicketEntry.id))
    .where(col(TicketEntry.kind).in_(KINDS), col(SearchEntry.id).is_(None))
    .order_by(col(TicketEntry.created_at))
)
_ENTRIES: Select[*tuple[Any, ...]] = select(
    col(TicketEntry.id),
    col(TicketEntry.ticket_id),
    col(TicketEntry.kind),
    col(TicketEntry.author),
    col(TicketEntry.text),
    col(TicketEntry.created_at),
    col(Ticket.subject),
    col(Ticket.reference),
    col(Ticket.requester_name),
    col(Ticket.requester_address),
).join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))


def _write(connection: Connection, values: dict[str, str], findable: Findable) -> None:
    sender = _cut(findable.sender)
    words = [word for each in findable.words for word in _cut(each)][:MOST_WORDS]
    is_postgresql = connection.dialect.name == "postgresql"
    own = {"words": cast(literal(write_vector(sender, words), Text), TSVECTOR)} if is_postgresql else {}
    number = connection.execute(insert(SearchEntry).values(**values, **own).returning(col(SearchEntry.id))).scalar_one()
    if not is_postgresql:
        connection.execute(_WRITE, {"id": number, "sender": " ".join(sender), "words": " ".join(words)})


_WRITE = text("INSERT INTO search_words (rowid, sender, words) VALUES (:id, :sender, :words)")


def _cut(each: str) -> list[str]:
    return fold_words(each[:MOST_CHARACTERS], MOST_WORDS)


def write_vector(sender: Iterable[str], words: Iterable[str]) -> str:
    """Return PostgreSQL's `tsvector` of words, with the sender's of weight A. Words are letters and digits only."""
    positions: dict[str, list[str]] = {}
    at = 0
    for at, word in enumerate(sender, 1):
        positions.setdefault(word, []).append(f"{at}A")
    for place, word in enumerate(words, at + 2):  # a gap: no phrase goes across
        positions.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(places[:250])}" for word, places in positions.items())
