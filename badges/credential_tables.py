"""What was attested when: credentials (Open Badges 3.0) and the wording of the achievement that each of them names.

Here belong rows and their constraints only. What a credential says stands in `badges.openbadges`, when one takes
another's place in `desk.credentials`.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from badges.columns import Instant

REPLACED = "replaced_by IS NOT NULL"
"""In SQL, literally as the index has it."""


class Achievement(SQLModel, table=True):
    """A badge class and its issuer as they were when credentials were made, named by the SHA-256 of the content.

    Kept for good: what was signed must be found again word for word, whatever has become of the badge class since.
    """

    __tablename__ = "achievement"

    digest: str = Field(primary_key=True)
    badge_class_id: str = Field(foreign_key="badge_class.id")
    content: str
    """JSON of `badges.openbadges.achievement.Achieved`."""


class Credential(SQLModel, table=True):
    """What an assertion attests, and of whom. A row never changes but for being replaced; it is signed when asked for.

    The first credential of an assertion has the assertion's id. A change of name, or an issuer's correction of the
    address, makes another, which the old one names as its successor.
    """

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("issuer_id", "status_index"),
        Index(
            "ix_credential_replaced",
            "issuer_id",
            "status_index",
            sqlite_where=text(REPLACED),
            postgresql_where=text(REPLACED),
        ),
    )

    id: str = Field(primary_key=True)
    assertion_id: str = Field(foreign_key="assertion.id", index=True)
    issuer_id: str = Field(foreign_key="issuer.id")
    status_index: int
    """Its bit in the issuer's status lists, counted from 0 through all of them."""
    achievement_digest: str = Field(foreign_key="achievement.digest")
    earner_name: str
    address: str
    """The primary address then, folded: attested as a salted hash."""
    salt: str
    attested_at: datetime = Field(sa_type=Instant)
    replaced_by: str | None = Field(default=None, foreign_key="credential.id")
    replaced_at: datetime | None = Field(default=None, sa_type=Instant)
