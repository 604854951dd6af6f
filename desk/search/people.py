"""Finding people, badges and issuers: by a part of a name or of an address, or by an id.

Here belong these queries. They are short lists and no pages: who has too many hits types another word.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, TextClause, select, text
from sqlmodel import col

from badges.names import fold_name
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress, Issuer
from desk.search.asking import Asked
from desk.search.words import list_words

MOST = 10
_WINDOW = 300


@dataclass(frozen=True, slots=True)
class FoundAward:
    """A badge that somebody holds."""

    assertion_id: str
    badge_name: str
    issuer_slug: str
    state: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """An earner."""

    earner_id: str
    name: str
    addresses: Sequence[str]
    """The primary one first."""
    is_locked: bool
    awards: Sequence[FoundAward]


@dataclass(frozen=True, slots=True)
class FoundBadge:
    """A badge class."""

    slug: str
    name: str
    issuer_slug: str
    issuer_name: str


@dataclass(frozen=True, slots=True)
class FoundIssuer:
    """An issuer."""

    slug: str
    name: str
    domain: str


def find_people(connection: Connection, asked: Asked) -> list[FoundPerson]:
    """Return the earners whose name, address, id or award fits: `MOST` + 1 where there are more than `MOST`."""
    typed = asked.loose.lower()
    found = dict.fromkeys(
        [
            *_find_by_id(connection, typed),
            *(_find_by_address(connection, typed) if "@" in typed or "." in typed else []),
            *_find_by_name(connection, asked.loose),
        ]
    )
    ids = list(found)[: MOST + 1]
    if not ids:
        return []
    names: Select[*tuple[Any, ...]] = (
        select(col(Earner.id), col(Earner.name), col(Account.locked_at))
        .outerjoin(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(Earner.id).in_(ids))
    )
    rows = {row.id: row for row in connection.execute(names)}
    addresses, awards = _list_addresses(connection, ids), _list_awards(connection, ids)
    return [
        FoundPerson(
            each, rows[each].name, addresses.get(each, []), rows[each].locked_at is not None, awards.get(each, [])
        )
        for each in ids
        if each in rows
    ]


def find_badges(connection: Connection, asked: Asked) -> list[FoundBadge]:
    """Return the badge classes in whose name every word stands. There are some thousands of them at most."""
    query: Select[*tuple[Any, ...]] = select(
        col(BadgeClass.slug), col(BadgeClass.name), col(Issuer.slug), col(Issuer.name)
    ).join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
    rows = connection.execute(query.order_by(col(BadgeClass.slug)).limit(_MOST_NAMES))
    return [FoundBadge(*row) for row in rows if _fits(f"{row[1]} {row[0]}", asked.loose)][: MOST + 1]


def find_issuers(connection: Connection, asked: Asked) -> list[FoundIssuer]:
    """Return the issuers in whose name, slug or domain every word stands."""
    query = select(col(Issuer.slug), col(Issuer.name), col(Issuer.domain)).order_by(col(Issuer.slug))
    rows = connection.execute(query.limit(_MOST_NAMES))
    typed = f"{asked.loose} {asked.issuer or ''}"
    return [FoundIssuer(*row) for row in rows if _fits(" ".join(row), typed)][: MOST + 1]


_MOST_NAMES = 2_000


def _fits(name: str, typed: str) -> bool:
    wanted = [word.text for word in list_words(typed, 12)]
    words = [word.text for word in list_words(name[:300])]
    return bool(wanted) and all(any(word.startswith(each) for word in words) for each in wanted)


def _find_by_id(connection: Connection, typed: str) -> list[str]:
    """An earner's id, or that of an award: both stand in links that people send."""
    if len(typed) > 40 or not typed.isalnum():
        return []
    earner = select(col(Earner.id)).where(col(Earner.id) == typed)
    award = select(col(Assertion.earner_id)).where(col(Assertion.id) == typed)
    return [str(each) for each in connection.execute(earner.union(award)).scalars()]


def _find_by_address(connection: Connection, typed: str) -> list[str]:
    part = typed.replace("\0", "")
    if connection.dialect.name == "postgresql":
        *first, last = [word.text for word in list_words(part, 12) if word.text.isascii()] or [""]
        if not last:
            return []
        query = " & ".join([*(f"'{word}'" for word in first), f"'{last}':*"])
        return _list(connection, _ADDRESSES_POSTGRESQL, q=query, part=part)
    phrase = part.replace('"', '""')
    return _list(connection, _ADDRESSES_SQLITE, q=f'"{phrase}" *') if any(map(str.isalnum, part)) else []


def _find_by_name(connection: Connection, typed: str) -> list[str]:
    words = [word for word in fold_name(typed)[:12] if word.isalnum() and (len(word) > 1 or not word.isascii())]
    if not words:
        return []
    if connection.dialect.name == "postgresql":
        return _list(connection, _NAMES_POSTGRESQL, q=" & ".join(f"'{word}':*" for word in words))
    return _list(connection, _NAMES_SQLITE, q=" AND ".join(f'("{word}" *)' for word in words))


def _list(connection: Connection, query: TextClause, **values: str) -> list[str]:
    most = {"most": MOST + 1} | ({"window": _WINDOW} if ":window" in query.text else {})
    return [str(each) for each in connection.execute(query, values | most).scalars()]


_NAMES_SQLITE = text("""
    SELECT id FROM earner WHERE name_key IN
    (SELECT name_key FROM search_names WHERE search_names MATCH :q LIMIT :window) LIMIT :most
""")
_NAMES_POSTGRESQL = text("""
    SELECT id FROM earner WHERE array_to_tsvector(string_to_array(name_key, ' ')) @@ CAST(:q AS tsquery) LIMIT :most
""")
_ADDRESSES_SQLITE = text("""
    SELECT DISTINCT earner_id FROM earner_address WHERE address IN
    (SELECT address FROM search_addresses WHERE search_addresses MATCH :q LIMIT :window) LIMIT :most
""")
# The expression as the index has it (migration 0006). It knows no order of words, so the text is looked at, too.
_ADDRESSES_POSTGRESQL = text("""
    SELECT DISTINCT earner_id FROM earner_address WHERE
    array_to_tsvector(array_remove(string_to_array(regexp_replace(address, '[^a-z0-9]+', ' ', 'g'), ' '), ''))
    @@ CAST(:q AS tsquery) AND strpos(address, :part) > 0 LIMIT :most
""")


def _list_addresses(connection: Connection, earner_ids: Collection[str]) -> Mapping[str, list[str]]:
    query = (
        select(col(EarnerAddress.earner_id), col(EarnerAddress.address))
        .where(col(EarnerAddress.earner_id).in_(earner_ids))
        .order_by(col(EarnerAddress.is_primary).desc(), col(EarnerAddress.address))
    )
    found: dict[str, list[str]] = {}
    for earner_id, address in connection.execute(query):
        found.setdefault(earner_id, []).append(address)
    return found


def _list_awards(connection: Connection, earner_ids: Collection[str]) -> Mapping[str, list[FoundAward]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Assertion.earner_id), col(Assertion.id), col(BadgeClass.name), col(Issuer.slug), col(Assertion.state)
        )
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .where(col(Assertion.earner_id).in_(earner_ids))
        .order_by(col(Assertion.issued_on).desc())
    )
    found: dict[str, list[FoundAward]] = {}
    for earner_id, *award in connection.execute(query.limit(_WINDOW)):
        found.setdefault(earner_id, []).append(FoundAward(*award))
    return found
