"""What a person says about a draft: which badge, which column is what, what stands in a cell instead, how to send it.

Each act changes the draft and looks at its rows again at once. Two people may do so side by side: corrections of other
rows add up, and whoever issues must have seen the newest of it (`issuing`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import col

from badges.transactions import reading
from desk.drafts.keeping import Draft, NoDraft, digest_names, find_draft, open_content
from desk.drafts.report import MOST_FAULTY, SHOWN, Report, look_over, write_report
from desk.drafts.tables import ColumnChoice, RosterDraft, RosterFile
from desk.drafts.terms import ChosenColumns, SendingTerms, write_columns, write_corrections, write_terms
from desk.office import Office
from desk.roster.columns import SPOKEN
from desk.roster.reading import read_roster
from desk.roster.rows import RosterFault
from desk.roster.said import NOTHING_SAID
from desk.roster.surveying import survey_file
from mailer.lint.mail import Origin

MOST_CORRECTIONS = 2 * MOST_FAULTY
"""Lines of one draft. Whoever has more to mend does it in the file."""
SHORT_FILE = 2 << 20
"""Bytes: some 40,000 rows of text, a second or two."""
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class NotChanged:
    """The draft is as it was; `reason` is one word: `issued`, `busy`, `columns`, `many`."""

    reason: str
    detail: str = ""


Changed = Draft | NoDraft | NotChanged


def choose_badge(office: Office, issuer_id: str, draft_id: str, badge: str, now: datetime) -> Changed:
    """Say which badge the draft is about. That it is one of the issuer's is asked when it is counted and issued."""
    return _change(office, issuer_id, draft_id, now, lambda _connection, draft: replace(draft, badge=badge))


def choose_terms(office: Office, issuer_id: str, draft_id: str, terms: SendingTerms, now: datetime) -> Changed:
    """Say how the draft is to be issued."""
    return _change(office, issuer_id, draft_id, now, lambda _connection, draft: replace(draft, terms=terms))


def choose_columns(office: Office, issuer_id: str, draft_id: str, columns: ChosenColumns, now: datetime) -> Changed:
    """Say which column is what; remembered for the issuer's next file with the same header. Refused (`columns`) where
    that leaves none for the address or the name."""
    with reading(office.engine).connect() as connection:
        draft = find_draft(connection, issuer_id, draft_id)
        if isinstance(draft, NoDraft):
            return draft
        source = open_content(connection, draft_id)
    survey = survey_file(source, draft.name, NOTHING_SAID)
    if isinstance(survey, RosterFault):  # a file is only kept if it is none: this one has been issued meanwhile
        return NotChanged("issued", draft.batch_id) if draft.batch_id else NotChanged("columns", survey.reason)
    if columns.header_line == survey.header_line:
        columns = replace(columns, header_line=None)  # in the next file these names may stand elsewhere
    said = replace(draft.said, header_line=columns.header_line, fields=columns.fields, order=columns.order)
    roster = read_roster(source, draft.name, now.date(), said)
    if isinstance(roster, RosterFault):
        return NotChanged("columns", roster.reason)

    def change(connection: Connection, draft: Draft) -> Draft:
        _remember(connection, issuer_id, digest_names(survey.names), columns, now)
        return replace(draft, columns=columns)

    return _change(office, issuer_id, draft_id, now, change)


def correct_rows(
    office: Office, issuer_id: str, draft_id: str, corrections: Mapping[int, Mapping[str, str]], now: datetime
) -> Changed:
    """Have other texts stand in some cells, by line and field. What was corrected before stays so where nothing else is
    said now."""

    def change(_connection: Connection, draft: Draft) -> Draft | NotChanged:
        merged = {line: dict(texts) for line, texts in draft.corrections.items()}
        for line, texts in corrections.items():
            kept = {name: text.strip()[: 2 * SHOWN] for name, text in texts.items() if name in SPOKEN}
            if line > 0 and kept:
                merged.setdefault(line, {}).update(kept)
        if len(merged) > MOST_CORRECTIONS:
            return NotChanged("many")
        return replace(draft, corrections=merged)

    return _change(office, issuer_id, draft_id, now, change)


def accept_suggestions(  # noqa: PLR0913, PLR0917 - whose, which row of it
    office: Office, issuer_id: str, draft_id: str, line: int | None, address: str, now: datetime
) -> Changed:
    """Take what is suggested for the misspelt `address` in `line`, or, where `line` is None, all that is suggested."""
    with reading(office.engine).connect() as connection:
        draft = find_draft(connection, issuer_id, draft_id)
    if isinstance(draft, NoDraft):
        return draft
    report = draft.report or look_again(office, draft, now)
    meant = [
        row
        for row in report.suspected
        if row.suggestion and (line is None or (row.line == line and row.address == address))
    ]
    return correct_rows(office, issuer_id, draft_id, {row.line: {"address": row.suggestion} for row in meant}, now)


def look_again(office: Office, draft: Draft, now: datetime) -> Report:
    """Return what is wrong with the rows of a draft, read anew. Stores nothing."""
    with reading(office.engine).connect() as connection:
        source = open_content(connection, draft.id)
    return _look(office, draft, source, now)


def keep_report(office: Office, draft: Draft, now: datetime) -> Draft:
    """Look at the rows of a draft and keep what was found, unless it has been changed meanwhile."""
    report = look_again(office, draft, now)
    with office.engine.begin() as connection:
        same = col(RosterDraft.id) == draft.id, col(RosterDraft.changed_at) == draft.changed_at
        connection.execute(update(RosterDraft).where(*same).values(report=write_report(report)))
    return replace(draft, report=report)


def is_short(office: Office, draft: Draft) -> bool:
    """Tell whether the rows of a draft are looked at while somebody waits. Those of a long file are left to the caller:
    a change returns it without a report, to be made by `check_draft`."""
    with reading(office.engine).connect() as connection:
        query = select(func.length(col(RosterFile.content))).where(col(RosterFile.draft_id) == draft.id)
        return int(connection.execute(query).scalar_one_or_none() or 0) <= SHORT_FILE


def check_draft(office: Office, draft: Draft, now: datetime) -> Draft:
    """Look at the rows of a long draft, which `issuing.begin_work` was said of, and keep what was found."""
    try:
        return keep_report(office, draft, now)
    finally:
        end_work(office, draft)


def end_work(office: Office, draft: Draft) -> None:
    """Say that what was begun about a draft is done."""
    with office.engine.begin() as connection:
        mine = col(RosterDraft.id) == draft.id, col(RosterDraft.work_at) == draft.work_at
        connection.execute(update(RosterDraft).where(*mine).values(work="", work_at=None))


def _look(office: Office, draft: Draft, source: BinaryIO, now: datetime) -> Report:
    roster = read_roster(source, draft.name, (draft.terms.at or now).date(), draft.said)
    if isinstance(roster, RosterFault):
        return Report(fault=roster.reason)
    return look_over(roster, Origin(office.site.base_url, office.site.mail_domain))


def _change(
    office: Office,
    issuer_id: str,
    draft_id: str,
    now: datetime,
    change: Callable[[Connection, Draft], Draft | NotChanged],
) -> Changed:
    with office.engine.begin() as connection:
        draft = find_draft(connection, issuer_id, draft_id, to_change=True)
        if isinstance(draft, NoDraft):
            return draft
        if draft.batch_id is not None:
            return NotChanged("issued", draft.batch_id)
        if draft.work == "issuing" and draft.is_busy(now):
            return NotChanged("busy")
        changed = change(connection, draft)
        if isinstance(changed, NotChanged):
            return changed
        report = draft.report if _reads_alike(draft, changed, now) else None
        changed = replace(changed, changed_at=max(now, draft.changed_at + _TICK), work="", counted=None, report=report)
        _write(connection, changed)
    return (
        changed if report is not None else keep_report(office, changed, now) if is_short(office, changed) else changed
    )


def _reads_alike(before: Draft, after: Draft, now: datetime) -> bool:
    """Tell whether the rows of both are the same: neither badge nor hour has a part in what is wrong with them."""
    days = {(draft.terms.at or now).date() for draft in (before, after)} | {before.changed_at.date()}
    return before.said == after.said and len(days) == 1


def _write(connection: Connection, draft: Draft) -> None:
    values = {
        "badge": draft.badge,
        "columns": write_columns(draft.columns),
        "corrections": write_corrections(draft.corrections),
        "terms": write_terms(draft.terms),
        "changed_at": draft.changed_at,
        "work": "",
        "counted": "",
        "report": "" if draft.report is None else write_report(draft.report),
    }
    connection.execute(update(RosterDraft).where(col(RosterDraft.id) == draft.id).values(**values))


def _remember(connection: Connection, issuer_id: str, digest: str, columns: ChosenColumns, now: datetime) -> None:
    which = col(ColumnChoice.issuer_id) == issuer_id, col(ColumnChoice.header_digest) == digest
    connection.execute(delete(ColumnChoice).where(*which))
    row = {"issuer_id": issuer_id, "header_digest": digest, "columns": write_columns(columns), "used_at": now}
    connection.execute(insert(ColumnChoice).values(**row))
