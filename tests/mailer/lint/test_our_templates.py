"""Every mail of ours in every language: lint finds no error and no warning in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from badges.branding import Color, derive_palette, parse_color
from badges.images import draw_badge
from mailer.filling import Site
from mailer.lint.findings import Level
from mailer.lint.published import lint_published
from mailer.mime import ImageBytes
from mailer.notices import NOTICES
from mailer.templates.constants import BadgeConstants, Constants, IssuerConstants, LinkedinConstants, SiteConstants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published
from mailer.templates.publishing import publish

TEMPLATES = Path(__file__).parents[3] / "templates" / "email"
LANGUAGES = ("en", "es", "fr", "de")
NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
SITE = Site(
    base_url="https://badges.badgepost.example",
    mail_domain="badgepost.example",
    account_from="badges@badgepost.example",
    notices_from="notices@badgepost.example",
    feedback_id="badgepost",
)
BADGE = BadgeConstants(
    name="Certified Bridge Inspector",
    description="Awarded to those who inspect bridges.",
    criteria="Three years of practice & an examination.",
    image_caption=None,
    image_src="cid:badge@badgepost.example",
    image_width=300,
    image_height=300,
    image_digest="ab" * 32,
)


def constants(kind: str, language: str, brand: str = "#1f4e79") -> Constants:
    color = parse_color(brand)
    assert isinstance(color, Color)
    palette = derive_palette(color)
    return Constants(
        issuer=IssuerConstants(
            name="American Society of Example Engineers",
            website="https://asee.example/",
            support_email="credentials@asee.example",
            color=palette.color,
            color_text=palette.color_text,
            link_color=palette.link_color,
            link_color_dark=palette.link_color_dark,
            logo_url=None,
            domain="asee.example",
        ),
        badge=BADGE if NOTICES[kind].shows_badge else None,
        language=language,
        site=SiteConstants(SITE.base_url, "support@badgepost.example", SITE.request_password_url),
        linkedin=LinkedinConstants("American Society of Example Engineers", 1337, BADGE.name),
        sender_name="American Society of Example Engineers",
        wording="<p>Well done, <strong>{{ earner_name }}</strong>!</p>",
    )


@pytest.fixture(scope="module")
def picture() -> ImageBytes:
    return ImageBytes("image/png", draw_badge(BADGE.name, "American Society of Example Engineers", "#1f4e79"))


def faults_of(kind: str, given: Constants, picture: ImageBytes) -> list[str]:
    published = publish(kind, given, TemplateSources.from_directory(TEMPLATES))
    assert isinstance(published, Published), published
    findings = lint_published(published, lambda _digest: picture, SITE, NOW)
    return [f"{one.code}: {one.message} ({one.where})" for one in findings if one.level is not Level.INFO]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NOTICES)
def test_our_mails_are_sound(kind: str, language: str, picture: ImageBytes) -> None:
    assert faults_of(kind, constants(kind, language), picture) == []


@pytest.mark.parametrize("brand", ["#ffff00", "#ffffff", "#000000", "#ff6600", "#808080"])
def test_any_brand_colour_stays_readable(brand: str, picture: ImageBytes) -> None:
    assert faults_of("issuance", constants("issuance", "en", brand), picture) == []
