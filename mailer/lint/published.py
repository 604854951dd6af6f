"""Lint for a published template: every sample that shows something else is composed and looked at."""

from collections.abc import Iterable
from datetime import datetime

from mailer.compose import LoadImage
from mailer.filling import Site
from mailer.lint.findings import Finding, worst_first
from mailer.lint.linting import lint_mail
from mailer.lint.mail import Origin, read_mail
from mailer.notices import NOTICES, Stream
from mailer.samples import compose_sample, samples_of
from mailer.templates.published import Published


def lint_published(
    published: Published, load_image: LoadImage, site: Site, now: datetime, clients: Iterable[str] | None = None
) -> list[Finding]:
    """Return what is wrong with the mails of a template, each thing once. For `clients` see `lint_mail`."""
    origin = Origin(site.base_url, site.mail_domain)
    is_notice = NOTICES[published.kind].stream is Stream.NOTICES
    found: dict[tuple[str, str], Finding] = {}
    for sample in samples_of(published.kind):
        data = compose_sample(published, load_image, site, sample, now)
        for finding in lint_mail(read_mail(data, origin, published.language, is_notice), clients):
            found.setdefault((finding.code, finding.message), finding)
    return worst_first(found.values())
