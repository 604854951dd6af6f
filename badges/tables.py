"""The badge side of the database: issuers, badge classes, earners, assertions, accounts.

Here belong rows and their constraints only. What may happen to a row stands in `assertions` and `accounts`; what else
an account has in `account_tables`, credentials in `credential_tables`; the mail side in `mailer.queue.tables`.
"""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id

OUT_OF_FORCE = "(state = 'revoked' OR held_at IS NOT NULL)"
"""Of an assertion that does not count although its day has not passed: in SQL, literally as the index has it."""

HELD = "held_at IS NOT NULL"
"""Of an assertion that somebody called not theirs; in SQL."""


class Image(SQLModel, table=True):
    """A picture, named by the SHA-256 of its bytes: the same picture is stored once and never changes."""

    __tablename__ = "image"

    digest: str = Field(primary_key=True)
    media_type: str
    width: int
    height: int
    content: bytes = Field(sa_type=LargeBinary)


class Issuer(SQLModel, table=True):
    """An organisation that awards badges, with everything that makes its mails look like its own."""

    __tablename__ = "issuer"

    id: str = Field(default_factory=make_id, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    domain: str
    support_email: str
    website: str | None = None
    language: str = "en"
    linkedin_organization_id: int | None = None
    pdf_certificates: bool = False
    image_delivery: str = "inline"
    """`inline` (in the mail, by Content-ID) or `hosted` (fetched from our server, blocked by some mail programs)."""
    brand_color: str = "#1f4e79"
    logo_digest: str | None = Field(default=None, foreign_key="image.digest")
    sender_name: str | None = None
    reply_address: str | None = None
    """Where replies to mails that bring or concern an award go; None: to us."""
    wording: str | None = None
    """The issuer's own block in the issuance mail: a small, sandboxed subset of HTML and Jinja2 (docs/templates.md)."""


class IssuerContact(SQLModel, table=True):
    """A person or office that may speak for an issuer by mail."""

    __tablename__ = "issuer_contact"
    __table_args__ = (UniqueConstraint("issuer_id", "address"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id")
    address: str = Field(index=True)
    name: str | None = None


class BadgeClass(SQLModel, table=True):
    """What is awarded (Open Badges 2.0 BadgeClass, 3.0 Achievement)."""

    __tablename__ = "badge_class"

    id: str = Field(default_factory=make_id, primary_key=True)
    slug: str = Field(unique=True)
    issuer_id: str = Field(foreign_key="issuer.id", index=True)
    name: str
    description: str = ""
    criteria: str = ""
    image_digest: str = Field(foreign_key="image.digest")
    image_caption: str | None = None
    expires_after_months: int | None = None
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was taken out of use: nobody is awarded it any more; what was awarded stays as it is."""


class Earner(SQLModel, table=True):
    """A person who holds badges. The name is the issuer's to change, never the earner's."""

    __tablename__ = "earner"

    id: str = Field(default_factory=make_id, primary_key=True)
    name: str
    name_key: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """The name as it is looked up (`badges.names.make_name_key`), so that case, accents and order do not matter."""
    language: str | None = None
    """The language of their mails as a roster or the earner has named it; None: that of the issuer."""
    created_at: datetime = Field(sa_type=Instant)


class EarnerAddress(SQLModel, table=True):
    """An address of an earner. Stored folded to lower case: addresses match whole and without regard to case."""

    __tablename__ = "earner_address"

    address: str = Field(primary_key=True)
    earner_id: str = Field(foreign_key="earner.id", index=True)
    is_primary: bool = False
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the earner proved to read this address; None while only the issuer or a form has named it."""


class Assertion(SQLModel, table=True):
    """One badge awarded to one earner (Open Badges 2.0 Assertion, 3.0 Credential). Its id is the credential id."""

    __tablename__ = "assertion"
    __table_args__ = (
        UniqueConstraint("earner_id", "badge_class_id", "issued_on"),
        Index("ix_assertion_expiry", "expires_on"),
        Index("ix_assertion_badge_class", "badge_class_id", "created_at", "id"),
        Index("ix_assertion_held", "badge_class_id", sqlite_where=text(HELD), postgresql_where=text(HELD)),
        Index("ix_assertion_out_of_force", "id", sqlite_where=text(OUT_OF_FORCE), postgresql_where=text(OUT_OF_FORCE)),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    badge_class_id: str = Field(foreign_key="badge_class.id")
    earner_id: str = Field(foreign_key="earner.id")
    state: str = "issued"
    """See `badges.assertions`: issued, expired, revoked."""
    issued_on: date
    expires_on: date | None = None
    evidence_url: str | None = None
    """A page that shows what the award rests on. Attested with it, so neither this nor the narrative ever changes."""
    narrative: str | None = None
    """What the issuer says of this one award, in one line of text."""
    revocation_reason: str | None = None
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody said "this is not me": shown to nobody until the issuer has looked at it."""
    hidden_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its owner chose not to show it in public. The owner sees it, and credentials can still be verified."""
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody first used a link of a mail about it, told by a gesture of theirs: scanners only fetch."""
    created_at: datetime = Field(sa_type=Instant)


class Account(SQLModel, table=True):
    """An earner's way in. Born without a password: one is hashed only when the earner sets it."""

    __tablename__ = "account"

    id: str = Field(default_factory=make_id, primary_key=True)
    earner_id: str = Field(foreign_key="earner.id", unique=True)
    password_hash: str | None = None
    password_set_at: datetime | None = Field(default=None, sa_type=Instant)
    link_serial: int = 0
    """The serial number of the newest password link; only that one opens the form, and older ones are void."""
    link_spent_serial: int = 0
    """The highest serial that was used to set a password: single use, recorded."""
    failed_logins: int = 0
    """Since the last one that succeeded, or the last unlock."""
    failed_at: datetime | None = Field(default=None, sa_type=Instant)
    locked_at: datetime | None = Field(default=None, sa_type=Instant)


class PasswordRequest(SQLModel, table=True):
    """Somebody asked for a new password link: counted, so that neither a mailbox nor we are flooded.

    Kept for a day. The address is kept as a hash: it is whatever a stranger has typed, and need not be known to us.
    """

    __tablename__ = "password_request"
    __table_args__ = (
        Index("ix_password_request_address", "address_hash", "asked_at"),
        Index("ix_password_request_source", "source", "asked_at"),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    address_hash: str
    source: str
    """The network that asked: an IPv4 address, or the first 64 bits of an IPv6 one."""
    asked_at: datetime = Field(sa_type=Instant)
