"""Lint has nothing to say of the shipped mails, whole as they leave, in any language and any issuer's colours."""

from collections.abc import Callable
from datetime import datetime

import pytest

from badges.images import draw_badge
from badges.links import LinkMaker
from mailer.compose import Composer
from mailer.dkim import Signer
from mailer.filling import Site
from mailer.lint.findings import Finding, Level
from mailer.lint.linting import lint_mail
from mailer.lint.mail import Origin, read_mail
from mailer.mime import ImageBytes
from mailer.notices import NOTICES, Stream
from mailer.samples import sample_message, samples_of
from mailer.templates.published import Published

Publish = Callable[..., Published]
Lint = Callable[[Published], list[Finding]]


@pytest.fixture
def lint(site: Site, now: datetime) -> Lint:
    """Return what is to be mended in the mails of a template."""

    def find(template: Published) -> list[Finding]:
        image = ImageBytes("image/png", draw_badge("C", "M", "#1f4e79"))
        composer = Composer(site, LinkMaker(["key"]), Signer([]), lambda _: template, lambda _: image)
        origin = Origin(site.base_url, site.mail_domain)
        is_notice = NOTICES[template.kind].stream is Stream.NOTICES
        findings = []
        for sample in samples_of(template.kind):
            message = sample_message(template.kind, template.digest, site.mail_domain, sample, now)
            mail = read_mail(composer.compose(message, now).data, origin, template.language, is_notice)
            findings += [finding for finding in lint_mail(mail) if finding.level is not Level.INFO]
        return findings

    return find


@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_every_kind_in_every_language(kind: str, language: str, published: Publish, lint: Lint) -> None:
    assert lint(published(kind, language)) == []


@pytest.mark.parametrize("kind", ["issuance", "expiry_notice", "password_changed", "not_me_report"])
@pytest.mark.parametrize("issuer", ["logo", "bare", "yellow", "white", "black"])
def test_every_sort_of_issuer(kind: str, issuer: str, published: Publish, lint: Lint) -> None:
    assert lint(published(kind, issuer=issuer)) == []
