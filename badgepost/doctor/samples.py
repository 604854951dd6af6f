"""Sample mails as they would leave: signed, about the badge with the largest picture, for a long name.

Here belongs making them. What is wrong with them is told in `mails`. Nothing is published or stored.
"""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from sqlalchemy import Connection, func, select
from sqlmodel import col

from badgepost.doctor.patient import CannotKnowError, Patient
from badges.tables import BadgeClass, Image, Issuer
from badges.transactions import reading
from desk.checking import image_loader
from desk.constants import Wanted
from desk.publishing import PublishRefused
from mailer.lint.mail import Origin, RenderedMail, read_mail
from mailer.notices import NOTICES, Stream
from mailer.samples import NAME, Sample, compose_sample

KINDS = ("issuance", "reminder", "expiry_notice")
"""What goes to many at a time."""
_USUAL_BYTES = 100_000
"""Taken for the largest mail while there is none to be made."""
_LOCK = Lock()
_LONG = Sample(name=" ".join([NAME] * 5))


@dataclass(frozen=True, slots=True)
class SampleMail:
    """A mail, and what it is about."""

    badge: str
    kind: str
    mail: RenderedMail

    @property
    def is_notice(self) -> bool:
        """Whether it can be unsubscribed from."""
        return self.mail.is_notice

    def __str__(self) -> str:
        return f"{self.badge}: {self.kind}"


def make_samples(patient: Patient) -> tuple[SampleMail, ...]:
    """Return samples of every kind that is sent to many. Raises `CannotKnowError` where there is no badge yet."""
    with _LOCK:  # several checks want them at the same time
        samples = _make(patient)
    if not samples:
        raise CannotKnowError("there is no badge yet, so no mail about one", "badgepost import takes in a programme")
    return samples


def measure_largest(patient: Patient) -> int:
    """Return the bytes of the largest mail; a usual size where none can be made."""
    try:
        return max(len(sample.mail.data) for sample in make_samples(patient))
    except CannotKnowError:
        return _USUAL_BYTES


@lru_cache(maxsize=1)
def _make(patient: Patient) -> tuple[SampleMail, ...]:
    with reading(patient.service.engine).connect() as connection:
        largest = (
            select(col(BadgeClass.slug), col(BadgeClass.id), col(BadgeClass.issuer_id), col(Issuer.language))
            .join(Image, col(Image.digest) == col(BadgeClass.image_digest))
            .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
            .where(col(BadgeClass.retired_at).is_(None))
            .order_by(func.length(col(Image.content)).desc(), col(BadgeClass.slug))
            .limit(1)
        )
        return tuple(
            _compose(patient, connection, row.slug, Wanted(kind, row.issuer_id, row.id))
            for row in connection.execute(largest).all()
            for kind in KINDS
        )


def _compose(patient: Patient, connection: Connection, badge: str, wanted: Wanted) -> SampleMail:
    service = patient.service
    published = service.office.publisher.prepare(connection, wanted)
    if isinstance(published, PublishRefused):
        raise CannotKnowError(f"{badge}: {wanted.kind} cannot be made: {published.reason}", "badgepost lint tells more")
    data = compose_sample(
        published, image_loader(connection), service.site, _LONG, patient.clock(), signer=patient.signer
    )
    is_notice = NOTICES[wanted.kind].stream is Stream.NOTICES
    origin = Origin(service.site.base_url, service.site.mail_domain)
    return SampleMail(badge, wanted.kind, read_mail(data, origin, published.language, is_notice))
