"""Answers that are kept, so that the same request again is answered the same and acts once.

Here belong the rows of requests that bear an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): opening one
before the act, closing it with the answer, and what a second request with the same key finds. The life of a row:

- opened in a transaction of its own, with no status: who comes with the same key meanwhile is told to wait;
- `done` is written in the transaction of the act itself (`desk.members.audit.note_act`);
- closed with the answer. If the process dies before, `done` tells whether the act was committed: if so the answer is
  lost and the act is not repeated; if not, nothing was changed and the next request takes the row over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, text, update
from sqlmodel import col

from badges.columns import to_microseconds
from badges.ids import make_id
from desk.access.tables import KeptAnswer
from desk.office import Office

KEPT_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(minutes=10)
"""A request that has not acted by then is taken for dead, and its key may be taken over. Should it live, `note_act`
finds its row gone and the act is rolled back."""
LONGEST_OF_NOTHING = 4096
"""Bytes of an answer to a request that has done nothing, such as a dry run. A longer one is not kept: the same again is
answered the same anyway, and a day of long ones would fill a disk."""
_OPEN = text("""
    INSERT INTO kept_answer (id, token_id, key, request_digest, done, headers, body, made_at)
    VALUES (:id, :token_id, :key, :request_digest, '', '{}', '', :made_at)
    ON CONFLICT (token_id, key) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Opened:
    """The request is the first with its key: it is to be carried out, and then closed."""

    kept_id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The first with this key has not been answered yet."""


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """What was asked was done, and the process ended before it had answered. `done`: the act, and what it acted on."""

    done: str


Found = Opened | Answered | UnderWay | OtherRequest | AnswerLost


def open_answer(office: Office, token_id: str, key: str, request_digest: str, now: datetime) -> Found:
    """Take on a request of a token with a key, or tell what has become of the one before."""
    with office.engine.begin() as connection:
        _forget(connection, token_id, key, now)
        kept_id = make_id()
        row = {"id": kept_id, "token_id": token_id, "key": key, "request_digest": request_digest}
        # Of two at once one inserts; the other waits for its commit, and then finds the row.
        if connection.execute(_OPEN, row | {"made_at": to_microseconds(now)}).rowcount == 1:
            return Opened(kept_id)
        return _judge(connection, office, token_id, key, request_digest, now)


def close_answer(office: Office, kept_id: str, answer: Answered) -> None:
    """Keep the answer of a request that was opened; not a long one where nothing was done."""
    this = col(KeptAnswer.id) == kept_id
    values = {
        "status": answer.status,
        "headers": json.dumps(dict(answer.headers)),
        "body": office.vault.seal(answer.body.decode()),
    }
    with office.engine.begin() as connection:
        if len(answer.body) > LONGEST_OF_NOTHING:
            connection.execute(delete(KeptAnswer).where(this, col(KeptAnswer.done) == ""))
        connection.execute(update(KeptAnswer).where(this).values(values))


def drop_answer(office: Office, kept_id: str) -> None:
    """Forget a request that failed before it had done anything, so that it may be tried again at once."""
    with office.engine.begin() as connection:
        connection.execute(delete(KeptAnswer).where(col(KeptAnswer.id) == kept_id, col(KeptAnswer.done) == ""))


def sweep_kept_answers(connection: Connection, now: datetime) -> int:
    """Forget answers that are too old to be given again; return how many."""
    return connection.execute(delete(KeptAnswer).where(col(KeptAnswer.made_at) <= now - KEPT_FOR)).rowcount


def _forget(connection: Connection, token_id: str, key: str, now: datetime) -> None:
    """A key may be used anew once its answer is too old, or where its request died with nothing done."""
    is_old = col(KeptAnswer.made_at) <= now - KEPT_FOR
    is_dead = (
        col(KeptAnswer.status).is_(None)
        & (col(KeptAnswer.done) == "")
        & (col(KeptAnswer.made_at) <= now - GIVEN_UP_AFTER)
    )
    whose = (col(KeptAnswer.token_id) == token_id, col(KeptAnswer.key) == key)
    connection.execute(delete(KeptAnswer).where(*whose, is_old | is_dead))


def _judge(  # noqa: PLR0913, PLR0917 - whose, which, what, when
    connection: Connection, office: Office, token_id: str, key: str, request_digest: str, now: datetime
) -> Found:
    query = select(
        col(KeptAnswer.request_digest),
        col(KeptAnswer.status),
        col(KeptAnswer.headers),
        col(KeptAnswer.body),
        col(KeptAnswer.done),
        col(KeptAnswer.made_at),
    ).where(col(KeptAnswer.token_id) == token_id, col(KeptAnswer.key) == key)
    row = connection.execute(query).first()
    if row is None:  # dropped in this moment, so it may be tried again
        return UnderWay()
    digest, status, headers, body, done, made_at = row
    if digest != request_digest:
        return OtherRequest()
    if status is not None:
        return Answered(status, json.loads(headers), office.vault.open(body).encode())
    if done and made_at <= now - GIVEN_UP_AFTER:
        return AnswerLost(done)
    return UnderWay()
