"""Lint has nothing to say of the shipped mails, whole as they leave, in any language and any issuer's colours."""

from collections.abc import Callable
from datetime import datetime

import pytest

from badges.images import draw_badge
from mailer.filling import Site
from mailer.lint.findings import Finding, Level
from mailer.lint.published import lint_published
from mailer.mime import ImageBytes
from mailer.notices import NOTICES
from mailer.templates.published import Published

Publish = Callable[..., Published]
Lint = Callable[[Published], list[Finding]]


@pytest.fixture(scope="module")
def picture() -> ImageBytes:
    return ImageBytes("image/png", draw_badge("C", "M", "#1f4e79"))


@pytest.fixture
def lint(site: Site, now: datetime, picture: ImageBytes) -> Lint:
    """Return what is to be mended in the mails of a template."""

    def find(template: Published) -> list[Finding]:
        findings = lint_published(template, lambda _digest: picture, site, now)
        return [finding for finding in findings if finding.level is not Level.INFO]

    return find


@pytest.mark.parametrize("kind", NOTICES)
def test_every_kind_in_every_language(kind: str, published: Publish, lint: Lint) -> None:
    for language in ("en", "es", "fr", "de"):
        assert lint(published(kind, language)) == [], language


@pytest.mark.parametrize("kind", ["issuance", "expiry_notice", "password_changed", "not_me_report"])
@pytest.mark.parametrize("issuer", ["logo", "bare", "wording", "yellow", "white", "black", "orange", "grey"])
def test_every_sort_of_issuer(kind: str, issuer: str, published: Publish, lint: Lint) -> None:
    assert lint(published(kind, issuer=issuer)) == []
