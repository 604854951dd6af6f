"""Canned answers: words that staff use again and again, in each language that they were written in.

Here belong listing, filling, writing and removing them. What becomes of one in a reply stands in `staff`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.requests.plain import clean_line
from desk.roster.languages import LANGUAGES
from desk.tables import CannedAnswer
from mailer.quoting import tidy_lines

PLACEHOLDERS = frozenset({"name", "reference"})
"""What may stand in braces: the requester's name, and what the ticket is called."""
LONGEST_TITLE = 80
LONGEST_TEXT = 4_000
MOST = 300
"""Answers there may be: staff choose from a list."""
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_GAP = re.compile(r"[ \t]+([,.!?:;])")


@dataclass(frozen=True, slots=True)
class Canned:
    """One answer, in the language that was asked for or the next best."""

    title: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class CannedSet:
    """One answer in all its languages."""

    title: str
    texts: Mapping[str, str]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class CannedSaved:
    """It is written; `title` is what it is called."""

    title: str


@dataclass(frozen=True, slots=True)
class CannedRemoved:
    """It is gone."""


@dataclass(frozen=True, slots=True)
class CannedRefused:
    """Nothing was done. `field` is `title` or a language; `why` one of the words below, `what` a placeholder."""

    field: str
    why: str
    """needed, too_long, taken, unknown_placeholder, open_braces, too_many or gone."""
    what: str = ""


def list_canned(connection: Connection, language: str) -> list[Canned]:
    """Return every answer once, by title: in `language`, else in English, else in any."""
    return [_choose(each, language) for each in list_canned_sets(connection)]


def list_canned_sets(connection: Connection) -> list[CannedSet]:
    """Return every answer with all its languages, by title."""
    query = (
        select(
            col(CannedAnswer.title),
            col(CannedAnswer.language),
            col(CannedAnswer.text),
            col(CannedAnswer.changed_at),
            col(CannedAnswer.changed_by),
        )
        .order_by(col(CannedAnswer.changed_at))
        .limit(MOST * len(LANGUAGES))
    )
    found: dict[str, CannedSet] = {}
    for title, language, text, changed_at, changed_by in connection.execute(query):
        known = found.get(title)
        texts = {**(known.texts if known else {}), language: text}
        found[title] = CannedSet(title, texts, changed_at, changed_by)
    return sorted(found.values(), key=lambda each: each.title.casefold())


def fill_canned(text: str, facts: Mapping[str, str]) -> str:
    """Return `text` with its placeholders filled from `facts`; for one that is not known, nothing stands there."""
    filled = _PLACEHOLDER.sub(lambda found: facts.get(found[1].strip().lower(), ""), text)
    return filled if filled == text else _GAP.sub(r"\1", filled)


def save_canned(  # noqa: PLR0913, PLR0917 - what, in place of what, whose word
    office: Office, title: str, texts: Mapping[str, str], actor: Actor, now: datetime, former: str | None = None
) -> CannedSaved | CannedRefused:
    """Write an answer in all its languages at once; `former` is the title of the one that it takes the place of."""
    title = clean_line(title)
    written = {language: tidy_lines(texts.get(language, "")) for language in LANGUAGES}
    written = {language: text for language, text in written.items() if text}
    refused = _check_title(title) or _check_texts(written)
    if refused:
        return refused
    with office.engine.begin() as connection:
        known = {each.title: each for each in list_canned_sets(connection)}
        if former is not None and former not in known:
            return CannedRefused("title", "gone")
        if title != former and title in known:
            return CannedRefused("title", "taken")
        if former is None and len(known) >= MOST:
            return CannedRefused("title", "too_many")
        _remove(connection, former or title)
        rows = [
            CannedAnswer(title=title, language=language, text=text, changed_at=now, changed_by=actor.name).model_dump()
            for language, text in written.items()
        ]
        connection.execute(insert(CannedAnswer), rows)
        before = {"title": former, "texts": dict(known[former].texts)} if former else None
        detail = {"before": before, "after": {"title": title, "texts": written}}
        note_act(connection, actor, Act.CANNED_SAVED, now, subject=Subject("canned", title), detail=detail)
    return CannedSaved(title)


def remove_canned(office: Office, title: str, actor: Actor, now: datetime) -> CannedRemoved | CannedRefused:
    """Remove an answer in all its languages. The trail keeps its words."""
    with office.engine.begin() as connection:
        known = {each.title: each for each in list_canned_sets(connection)}
        if title not in known:
            return CannedRefused("title", "gone")
        _remove(connection, title)
        detail = {"before": {"title": title, "texts": dict(known[title].texts)}}
        note_act(connection, actor, Act.CANNED_REMOVED, now, subject=Subject("canned", title), detail=detail)
    return CannedRemoved()


def _choose(each: CannedSet, language: str) -> Canned:
    best = next(code for code in (language, "en", *each.texts) if code in each.texts)
    return Canned(each.title, best, each.texts[best])


def _remove(connection: Connection, title: str) -> None:
    connection.execute(delete(CannedAnswer).where(col(CannedAnswer.title) == title))


def _check_title(title: str) -> CannedRefused | None:
    if not title:
        return CannedRefused("title", "needed")
    return CannedRefused("title", "too_long") if len(title) > LONGEST_TITLE else None


def _check_texts(texts: Mapping[str, str]) -> CannedRefused | None:
    if not texts:
        return CannedRefused("en", "needed")
    return next(filter(None, (_check_text(language, text) for language, text in texts.items())), None)


def _check_text(language: str, text: str) -> CannedRefused | None:
    if len(text) > LONGEST_TEXT:
        return CannedRefused(language, "too_long")
    unknown = [name for name in find_placeholders(text) if name not in PLACEHOLDERS]
    if unknown:
        return CannedRefused(language, "unknown_placeholder", unknown[0])
    is_open = _BRACES.search(_PLACEHOLDER.sub("", text)) is not None
    return CannedRefused(language, "open_braces") if is_open else None


def find_placeholders(text: str) -> Sequence[str]:
    """Return the words in double braces, folded, in their order."""
    return [found.strip().lower() for found in _PLACEHOLDER.findall(text)]
