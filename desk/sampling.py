"""A test mail to oneself: the issuance mail of a badge as its earners will get it, about an invented person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.ids import make_id
from badges.tables import BadgeClass
from desk.constants import Wanted
from desk.mailing import Letter, write_letter
from desk.office import Office
from mailer.samples import Sample, sample_facts
from wire.address import AddressFault, fold_address, parse_address

KIND = "issuance"

_BADGES = select(col(BadgeClass.id), col(BadgeClass.issuer_id), col(BadgeClass.expires_after_months))


@dataclass(frozen=True)
class SampleQueued:
    """The mail is on its way."""

    rcpt_to: str


@dataclass(frozen=True)
class SampleRefused:
    """No mail; `reason` is one line."""

    reason: str


def send_sample(
    office: Office, badge: str, address: str, now: datetime, language: str | None = None
) -> SampleQueued | SampleRefused:
    """Queue a sample of the mail for `badge` to `address`. Its links name nobody, so they open nothing."""
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return SampleRefused(f"{address}: {parsed.reason}")
    with office.engine.begin() as connection:
        found = connection.execute(_BADGES.where(col(BadgeClass.slug) == badge)).first()
        if found is None:
            return SampleRefused(f"there is no badge {badge}")
        badge_class_id, issuer_id, valid_for = found
        wanted = Wanted(KIND, issuer_id, badge_class_id, language)
        queue_sample(connection, office, wanted, Sample(valid_for=valid_for), fold_address(parsed), now)
    return SampleQueued(fold_address(parsed))


def queue_sample(  # noqa: PLR0913, PLR0917 - which mail, to whom
    connection: Connection, office: Office, wanted: Wanted, sample: Sample, address: str, now: datetime
) -> None:
    """Queue a sample of the mail that is `wanted` to a folded `address`, in the caller's transaction."""
    letter = Letter(
        kind=wanted.kind,
        key=f"test/{make_id()}",
        issuer_id=wanted.issuer_id,
        badge_class_id=wanted.badge_class_id,
        earner_id=None,
        rcpt_to=address,
        language=wanted.language,
        facts={**sample_facts(wanted.kind, sample, now), "test": 1},
    )
    write_letter(connection, office, letter, now)
