"""An issuer's mail in a look that nobody has saved yet: the very mail, and what lint says of it. Stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from desk.checking import image_loader
from desk.issuers.branding import try_branding
from desk.issuers.fields import Branding, FieldFaults
from desk.office import Office
from desk.previewing import embed_own_images
from mailer.lint.findings import Finding
from mailer.lint.published import lint_published
from mailer.parts import read_parts
from mailer.samples import Sample, compose_sample


@dataclass(frozen=True, slots=True)
class TriedMail:
    """A mail about nobody, taken apart as a mail program would."""

    subject: str
    html: str
    """With its pictures in it, as `data:` URLs."""
    text: str
    size: int
    """Bytes of the whole."""


def compose_tried(
    connection: Connection, office: Office, issuer_id: str, branding: Branding, now: datetime
) -> TriedMail | FieldFaults:
    """Return the issuance mail in this look, or what stands against it. Its links open nothing."""
    published = try_branding(connection, office, issuer_id, branding)
    if isinstance(published, FieldFaults):
        return published
    data = compose_sample(published, image_loader(connection), office.site, Sample(), now)
    parts = read_parts(data)
    html = embed_own_images(connection, office.site.base_url, parts)
    return TriedMail(parts.subject, html, parts.text or "", len(data))


def judge_tried(
    connection: Connection, office: Office, issuer_id: str, branding: Branding, now: datetime
) -> Sequence[Finding] | FieldFaults:
    """Return what some mail program would not show in this look, the worst first."""
    published = try_branding(connection, office, issuer_id, branding)
    if isinstance(published, FieldFaults):
        return published
    findings = office.publisher.recall_findings(published)
    if findings is None:
        findings = lint_published(published, image_loader(connection), office.site, now)
        office.publisher.note_findings(published, findings)
    return findings
