"""Access for other systems: tokens of the API, and the answers that are kept to be given again.

Here belong rows and their constraints only. What may happen to them stands in `desk.access`.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id


class ApiToken(SQLModel, table=True):
    """What another system shows to act for one issuer."""

    __tablename__ = "api_token"

    id: str = Field(default_factory=make_id, primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id", index=True)
    name: str
    """What people call it: the system that uses it."""
    token_hash: str = Field(unique=True)
    """SHA-256 of the token, which is 256 random bits and is shown once."""
    beginning: str
    """Its first characters, by which people know it again."""
    scopes: str
    """Words of `desk.access.scopes.Scope`, with spaces between."""
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    """Last, give or take some minutes."""
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class KeptAnswer(SQLModel, table=True):
    """The answer to a request that bore an Idempotency-Key: the same request again is answered the same."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    token_id: str = Field(foreign_key="api_token.id")
    key: str
    request_digest: str
    """SHA-256 of method, path and body: the same key with another request is a fault."""
    status: int | None = None
    """None: the first is still under way, or ended without an answer."""
    done: str = ""
    """What it has done, written in the transaction of the act (`desk.members.audit.note_act`); empty: nothing yet."""
    headers: str = "{}"
    body: str = ""
    """Sealed (`badges.vault`): it may hold a secret that is shown once, and people's names and addresses."""
    made_at: datetime = Field(sa_type=Instant, index=True)
