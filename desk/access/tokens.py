"""Tokens by which other systems act for an issuer: making, finding, revoking them.

Here belong these acts and look-ups. A token is 256 random bits, so its plain SHA-256 is kept: nobody guesses what was
hashed, and it is looked up by the hash. It is shown once, when it is made. What it may do stands in `scopes`, how
often it may be used in `rates`.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.tables import Issuer
from badges.transactions import take_turn_for
from desk.access.scopes import Scope, read_scopes, write_scopes
from desk.access.tables import ApiToken
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.requests.plain import clean_line

BEGINNING = "bp_"
"""How every token begins, so that people and scanners of leaked secrets know one when they see it."""
TOKEN_BYTES = 32
SHOWN = len(BEGINNING) + 6
"""Characters of a token that are kept to know it by: 36 of its 256 bits."""
LONGEST_NAME = 80
LONGEST_LIFE = timedelta(days=366 * 3)
MOST_TOKENS = 50
"""Of one issuer that are in use at a time."""
SEEN_EVERY = timedelta(minutes=5)

_TOKEN = re.compile(BEGINNING + "[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token as people see it."""

    token_id: str
    name: str
    beginning: str
    scopes: frozenset[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Tell whether it opens nothing any more."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token that is good at this moment, and whose it is."""

    token_id: str
    name: str
    scopes: frozenset[Scope]
    issuer_id: str
    issuer_slug: str
    used_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to note again that it is in use."""
        return self.used_at is None or now - self.used_at > SEEN_EVERY


@dataclass(frozen=True, slots=True)
class TokenMade:
    """Done. `token` is kept nowhere."""

    token_id: str
    token: str


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Nothing was made. `field` is `name`, `scopes`, `expires_at`, or empty where it is none of them."""

    field: str
    reason: str
    """In words that go on from the field's name."""


def make_token(  # noqa: PLR0913, PLR0917 - whose, for what, until when, by whom
    office: Office,
    issuer_id: str,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> TokenMade | TokenRefused:
    """Make a token for an issuer. `expires_at` None: until it is revoked."""
    name = clean_line(name)
    refused = _judge(name, scopes, expires_at, now)
    if refused is not None:
        return refused
    token, token_id = BEGINNING + secrets.token_urlsafe(TOKEN_BYTES), make_id()
    with office.engine.begin() as connection:
        take_turn_for(connection, f"tokens {issuer_id}")
        in_use = _list_names_in_use(connection, issuer_id, now)
        if name in in_use:
            return TokenRefused("name", "is the name of another token: give each system its own")
        if len(in_use) >= MOST_TOKENS:
            return TokenRefused("", f"there are {MOST_TOKENS} tokens already: revoke those that nothing uses")
        values = {
            "id": token_id,
            "issuer_id": issuer_id,
            "name": name,
            "token_hash": _hash(token),
            "beginning": token[:SHOWN],
            "scopes": write_scopes(scopes),
            "created_at": now,
            "created_by": actor.name,
            "expires_at": expires_at,
        }
        connection.execute(insert(ApiToken).values(values))
        detail = {"name": name, "scopes": values["scopes"], "expires_at": expires_at}
        subject = Subject("token", token_id)
        note_act(connection, actor, Act.TOKEN_MADE, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return TokenMade(token_id, token)


def revoke_token(office: Office, issuer_id: str, token_id: str, actor: Actor, now: datetime) -> bool:
    """Have a token open nothing from now on; False if this issuer has none such. Doing it again changes nothing."""
    theirs = (col(ApiToken.id) == token_id, col(ApiToken.issuer_id) == issuer_id)
    with office.engine.begin() as connection:
        name = connection.execute(select(col(ApiToken.name)).where(*theirs)).scalar_one_or_none()
        if name is None:
            return False
        gone = update(ApiToken).where(*theirs, col(ApiToken.revoked_at).is_(None)).values(revoked_at=now)
        if connection.execute(gone).rowcount:
            subject, detail = Subject("token", token_id), {"name": name}
            note_act(connection, actor, Act.TOKEN_REVOKED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return True


def list_tokens(connection: Connection, issuer_id: str) -> list[ShownToken]:
    """Return the newest tokens of an issuer, twice as many as may be in use, the newest first."""
    query: Select[*tuple[Any, ...]] = select(
        col(ApiToken.id).label("token_id"),
        col(ApiToken.name),
        col(ApiToken.beginning),
        col(ApiToken.scopes),
        col(ApiToken.created_at),
        col(ApiToken.created_by),
        col(ApiToken.expires_at),
        col(ApiToken.used_at),
        col(ApiToken.revoked_at),
    ).where(col(ApiToken.issuer_id) == issuer_id)
    in_use_first = (col(ApiToken.revoked_at).is_not(None), col(ApiToken.created_at).desc(), col(ApiToken.id))
    rows = connection.execute(query.order_by(*in_use_first).limit(2 * MOST_TOKENS))
    return [ShownToken(**{**row._mapping, "scopes": read_scopes(row.scopes)}) for row in rows]


def is_token(text: str) -> bool:
    """Tell whether a text that a stranger has sent has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def find_token(connection: Connection, token: str, now: datetime) -> KnownToken | None:
    """Return whose `token` is, which `is_token`; None if it is nobody's, has ended or was revoked."""
    query: Select[*tuple[Any, ...]] = (
        select(
            col(ApiToken.id),
            col(ApiToken.name),
            col(ApiToken.scopes),
            col(Issuer.id),
            col(Issuer.slug),
            col(ApiToken.used_at),
            col(ApiToken.expires_at),
        )
        .join(Issuer, col(Issuer.id) == col(ApiToken.issuer_id))
        .where(col(ApiToken.token_hash) == _hash(token), col(ApiToken.revoked_at).is_(None))
    )
    row = connection.execute(query).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return KnownToken(row[0], row[1], read_scopes(row.scopes), *row[3:6])


def note_use(office: Office, token_id: str, now: datetime) -> None:
    """Note that a token is in use. A transaction of its own, for after the answer."""
    with office.engine.begin() as connection:
        is_older = col(ApiToken.used_at).is_(None) | (col(ApiToken.used_at) < now)
        connection.execute(update(ApiToken).where(col(ApiToken.id) == token_id, is_older).values(used_at=now))


def _judge(name: str, scopes: Collection[Scope], expires_at: datetime | None, now: datetime) -> TokenRefused | None:
    return _judge_name(name) or _judge_terms(scopes, expires_at, now)


def _judge_name(name: str) -> TokenRefused | None:
    if not name:
        return TokenRefused("name", "is missing: say which system will use it")
    if len(name) > LONGEST_NAME:
        return TokenRefused("name", f"is longer than {LONGEST_NAME} characters")
    if "@" in name:
        # The audit trail has the token's name where it has a member's address.
        return TokenRefused("name", "must not look like an address")
    return None


def _judge_terms(scopes: Collection[Scope], expires_at: datetime | None, now: datetime) -> TokenRefused | None:
    if not scopes:
        return TokenRefused("scopes", "choose at least one: a token without any opens nothing")
    if expires_at is not None and expires_at <= now:
        return TokenRefused("expires_at", "has passed")
    if expires_at is not None and expires_at > now + LONGEST_LIFE:
        return TokenRefused("expires_at", "is more than three years ahead")
    return None


def _list_names_in_use(connection: Connection, issuer_id: str, now: datetime) -> list[str]:
    lasts = col(ApiToken.expires_at).is_(None) | (col(ApiToken.expires_at) > now)
    in_use = (col(ApiToken.issuer_id) == issuer_id, col(ApiToken.revoked_at).is_(None), lasts)
    return list(connection.execute(select(col(ApiToken.name)).where(*in_use)).scalars())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
