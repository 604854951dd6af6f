"""Drafts: kept when they are uploaded, found again, thrown away, forgotten after a week.

Here belong these acts. What is said about a draft stands in `changing`, what becomes of it in `issuing`. Whoever asks
names the issuer, too: a draft of another one is none.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, Select, delete, insert, select
from sqlmodel import col

from badges.columns import to_microseconds
from badges.ids import make_id
from badges.transactions import reading
from desk.drafts.report import Report, read_report
from desk.drafts.tables import ColumnChoice, RosterDraft, RosterFile
from desk.drafts.terms import (
    ChosenColumns,
    Counted,
    SendingTerms,
    read_columns,
    read_corrections,
    read_counted,
    read_terms,
    say,
    write_columns,
    write_terms,
)
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.roster.cells import shorten
from desk.roster.rows import RosterFault
from desk.roster.said import Said
from desk.roster.surveying import survey_file

KEPT_FOR = timedelta(days=7)
CHOICES_KEPT_FOR = timedelta(days=400)
"""Rosters of a yearly course have the same header again."""
LARGEST = 20 << 20
"""Bytes of a file: some 300,000 rows of text."""
MOST_LINES = 500_000
"""Of a file: ones of a few characters, or of none, take as long to read as others, and that many more fit."""
MOST_DRAFTS = 20
"""Of one issuer at a time: so much may lie about."""
TOO_MANY_LINES = f"has more than {MOST_LINES:,} lines: issue it in parts, or with `badgepost issue`"
LONGEST_NAME = 120
WORK_LASTS = timedelta(minutes=10)
"""What is under way for longer was ended with its process."""


@dataclass(frozen=True)
class Draft:
    """A roster on its way to being issued."""

    id: str
    issuer_id: str
    made_by: str
    badge: str
    name: str
    columns: ChosenColumns
    corrections: dict[int, dict[str, str]]
    terms: SendingTerms
    batch_id: str | None
    created_at: datetime
    changed_at: datetime
    work: str
    work_at: datetime | None
    counted: Counted | None
    report: Report | None

    @property
    def stamp(self) -> int:
        """Tells one version of it from another."""
        return to_microseconds(self.changed_at)

    @property
    def said(self) -> Said:
        """What reading its file is to heed."""
        return say(self.columns, self.corrections)

    def is_busy(self, now: datetime) -> bool:
        """Tell whether it is being counted or issued at this moment."""
        return bool(self.work) and self.work_at is not None and now - self.work_at < WORK_LASTS


@dataclass(frozen=True)
class NoDraft:
    """There is no such draft, or it is another issuer's."""


@dataclass(frozen=True)
class NotKept:
    """The file was not taken."""

    reason: str
    """In one line that goes on from the file's name."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in the list."""

    id: str
    name: str
    badge: str
    made_by: str
    changed_at: datetime


def keep_roster(  # noqa: PLR0913, PLR0917 - whose, which file, for which badge, when
    office: Office, actor: Actor, issuer_id: str, badge: str, name: str, content: bytes, now: datetime
) -> Draft | NotKept:
    """Keep an uploaded file, if it is a table. What was said of the last one with the same header holds for it, too."""
    shown = shorten(name.replace("\\", "/").rpartition("/")[2] or "roster")[:LONGEST_NAME]
    if len(content) > LARGEST:
        return NotKept(f"is larger than {LARGEST >> 20} MB: issue it in parts, or with `badgepost issue`")
    if has_too_many_lines(content):
        return NotKept(TOO_MANY_LINES)
    survey = survey_file(io.BytesIO(content), name, Said())
    if isinstance(survey, RosterFault):
        return NotKept(survey.reason)
    draft_id = make_id()
    with office.engine.begin() as connection:
        if len(_list(connection, issuer_id)) >= MOST_DRAFTS:
            return NotKept("cannot be kept: discard a draft first, there are too many")
        columns = recall_columns(connection, issuer_id, survey.names) or ChosenColumns()
        row = {"id": draft_id, "issuer_id": issuer_id, "made_by": actor.name, "badge": badge, "name": shown}
        said = {"columns": write_columns(columns), "corrections": "{}", "terms": write_terms(SendingTerms())}
        rest = {"created_at": now, "changed_at": now, "work": "", "counted": "", "report": ""}
        connection.execute(insert(RosterDraft).values(**row, **said, **rest))
        connection.execute(insert(RosterFile).values(draft_id=draft_id, content=content))
        subject, detail = Subject("draft", draft_id), {"file": shown, "bytes": len(content), "badge": badge}
        note_act(connection, actor, Act.ROSTER_UPLOADED, now, issuer_id=issuer_id, subject=subject, detail=detail)
        kept = find_draft(connection, issuer_id, draft_id)
    assert isinstance(kept, Draft)
    return kept


def has_too_many_lines(content: bytes) -> bool:
    """Tell whether reading a file would hold up everybody else. A workbook, compressed, has its own limits."""
    return max(content.count(b"\n"), content.count(b"\r")) > MOST_LINES


def find_draft(connection: Connection, issuer_id: str, draft_id: str, *, to_change: bool = False) -> Draft | NoDraft:
    """Return a draft of the issuer. `to_change`: others who would change it wait until this transaction ends."""
    query = _DRAFTS.where(col(RosterDraft.id) == draft_id, col(RosterDraft.issuer_id) == issuer_id)
    row = connection.execute(query.with_for_update() if to_change else query).first()
    return NoDraft() if row is None else _read(row)


def list_drafts(connection: Connection, issuer_id: str) -> Sequence[DraftLine]:
    """Return what an issuer has begun and not issued, the newest first."""
    return [DraftLine(*tuple(row)) for row in _list(connection, issuer_id)]


def open_content(connection: Connection, draft_id: str) -> BinaryIO:
    """Return the file of a draft; an empty one if the draft was issued or discarded meanwhile."""
    query = select(col(RosterFile.content)).where(col(RosterFile.draft_id) == draft_id)
    return io.BytesIO(connection.execute(query).scalar_one_or_none() or b"")


def forget_content(connection: Connection, draft_id: str) -> None:
    """Forget the file of a draft that is issued: the awards are on record."""
    connection.execute(delete(RosterFile).where(col(RosterFile.draft_id) == draft_id))


def discard_draft(office: Office, actor: Actor, issuer_id: str, draft_id: str, now: datetime) -> bool:
    """Throw a draft away, but for one that is being issued; tell whether it was there."""
    with office.engine.begin() as connection:
        draft = find_draft(connection, issuer_id, draft_id, to_change=True)
        if isinstance(draft, NoDraft) or (draft.work == "issuing" and draft.is_busy(now)):
            return False
        _forget(connection, [draft_id])
        subject, detail = Subject("draft", draft_id), {"file": draft.name}
        note_act(connection, actor, Act.ROSTER_DISCARDED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return True


def sweep_drafts(office: Office, now: datetime) -> int:
    """Forget drafts older than a week, issued or not; return how many. What was said about columns stays for a year."""
    with reading(office.engine).connect() as connection:
        old = select(col(RosterDraft.id)).where(col(RosterDraft.created_at) < now - KEPT_FOR).limit(MOST_DRAFTS)
        found = list(connection.execute(old).scalars())
    with office.engine.begin() as connection:
        _forget(connection, found)
        connection.execute(delete(ColumnChoice).where(col(ColumnChoice.used_at) < now - CHOICES_KEPT_FOR))
    return len(found)


def recall_columns(connection: Connection, issuer_id: str, names: Sequence[str]) -> ChosenColumns | None:
    """Return what was said about the last file of the issuer whose columns had these names."""
    which = col(ColumnChoice.issuer_id) == issuer_id, col(ColumnChoice.header_digest) == digest_names(names)
    text = connection.execute(select(col(ColumnChoice.columns)).where(*which)).scalar_one_or_none()
    return None if text is None else read_columns(text)


def digest_names(names: Sequence[str]) -> str:
    """Return what tells one header from another."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def _list(connection: Connection, issuer_id: str) -> Sequence[Row[Any]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(RosterDraft.id),
            col(RosterDraft.name),
            col(RosterDraft.badge),
            col(RosterDraft.made_by),
            col(RosterDraft.changed_at),
        )
        .where(col(RosterDraft.issuer_id) == issuer_id, col(RosterDraft.batch_id).is_(None))
        .order_by(col(RosterDraft.changed_at).desc())
        .limit(MOST_DRAFTS)
    )
    return connection.execute(query).all()


def _forget(connection: Connection, draft_ids: Sequence[str]) -> None:
    connection.execute(delete(RosterFile).where(col(RosterFile.draft_id).in_(draft_ids)))
    connection.execute(delete(RosterDraft).where(col(RosterDraft.id).in_(draft_ids)))


_DRAFTS = select(RosterDraft.__table__)  # type: ignore[attr-defined]


def _read(row: Row[Any]) -> Draft:
    return Draft(
        id=row.id,
        issuer_id=row.issuer_id,
        made_by=row.made_by,
        badge=row.badge,
        name=row.name,
        columns=read_columns(row.columns),
        corrections=read_corrections(row.corrections),
        terms=read_terms(row.terms),
        batch_id=row.batch_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
        work=row.work,
        work_at=row.work_at,
        counted=read_counted(row.counted),
        report=read_report(row.report),
    )
