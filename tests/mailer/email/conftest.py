"""The shipped templates, published for several sorts of issuers, and their mails as readers get them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from lxml import html as lxml_html

from badges.branding import Color, derive_palette, parse_color
from badges.links import LinkMaker
from mailer.filling import Site, fill_slots
from mailer.notices import NOTICES
from mailer.samples import SAMPLE_ID, Sample, sample_facts, samples_of
from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published
from mailer.templates.publishing import publish

SOURCES = TemplateSources.from_directory(Path(__file__).resolve().parents[3] / "templates" / "email")

WORDING = """<p>Dear {{ earner_name }}, our <a href="https://mueller.example/day">open day</a> is near.</p>
<ul><li>Bring your badge.</li></ul>{% if expires_on %}<p>Until {{ expires_on }}.</p>{% endif %}"""
LONG = 'The "Institute" of Bridges & <Tunnels> ' * 5


@dataclass(frozen=True)
class Mail:
    """One sample mail."""

    values: dict[str, str | None]
    html: str
    text: str

    @property
    def document(self) -> lxml_html.HtmlElement:
        return lxml_html.document_fromstring(self.html)

    @property
    def links(self) -> list[str]:
        """Where its links lead, in their order."""
        return [str(link) for link in self.document.xpath("//a/@href")]


def in_color(constants: Constants, text: str) -> Constants:
    color = parse_color(text)
    assert isinstance(color, Color)
    palette = derive_palette(color)
    shades = {name: getattr(palette, name) for name in ("color", "color_text", "link_color", "link_color_dark")}
    return replace(constants, issuer=replace(constants.issuer, **shades))


def with_logo(constants: Constants) -> Constants:
    url = "https://badges.example/images/logo.png"
    return replace(constants, issuer=replace(constants.issuer, logo_url=url, logo_width=180, logo_height=44))


def bare(constants: Constants) -> Constants:
    """An issuer that has told nothing but what is needed, and hosts its images."""
    assert constants.badge
    image_src = "https://badges.example/images/ab.png"
    return replace(
        constants,
        issuer=replace(constants.issuer, website=None),
        badge=replace(constants.badge, description="", criteria="", image_src=image_src),
        linkedin=replace(constants.linkedin, organization_id=None),
    )


def long_winded(constants: Constants) -> Constants:
    assert constants.badge
    badge = replace(constants.badge, name=LONG, description=f"{LONG}.\n\n" * 8, criteria=LONG * 4, image_caption=LONG)
    return replace(constants, issuer=replace(constants.issuer, name=LONG), badge=badge)


CHANGES: dict[str, Callable[[Constants], Constants]] = {
    "plain": lambda constants: constants,
    "logo": with_logo,
    "wording": lambda constants: replace(constants, wording=WORDING),
    "bare": bare,
    "long": long_winded,
    "yellow": lambda constants: in_color(constants, "#ffd400"),
    "white": lambda constants: in_color(constants, "#ffffff"),
    "black": lambda constants: in_color(constants, "#000000"),
    "orange": lambda constants: in_color(constants, "#ff6600"),
    "grey": lambda constants: in_color(constants, "#808080"),
}


@cache
def publish_once(kind: str, constants: Constants) -> Published:
    outcome = publish(kind, constants, SOURCES)
    assert isinstance(outcome, Published), outcome
    return outcome


@pytest.fixture
def published(constants: Constants) -> Callable[..., Published]:
    """Return the template of a kind, in a language, for a sort of issuer."""

    def make(kind: str, language: str = "en", issuer: str = "plain") -> Published:
        changed = CHANGES[issuer](replace(constants, language=language))
        notice = NOTICES[kind]
        badge = changed.badge if notice.shows_badge else None
        wording = changed.wording if notice.shows_wording else None
        return publish_once(kind, replace(changed, badge=badge, wording=wording))

    return make


@pytest.fixture
def mail_to(published: Callable[..., Published], site: Site, now: datetime) -> Callable[..., Mail]:
    """Return one mail to the earner that a `Sample` describes."""

    def make(sample: Sample, kind: str, language: str = "en", issuer: str = "plain") -> Mail:
        template = published(kind, language, issuer)
        facts = sample_facts(kind, sample, now)
        values = fill_slots(kind, facts, template.traits, site, LinkMaker(["key"]), SAMPLE_ID, now)
        return Mail(values, template.render_html(values), template.render_text(values))

    return make


@pytest.fixture
def mails(mail_to: Callable[..., Mail]) -> Callable[..., list[Mail]]:
    """Return the mails of a kind to earners of every sort."""

    def make(kind: str, language: str = "en", issuer: str = "plain") -> list[Mail]:
        return [mail_to(sample, kind, language, issuer) for sample in samples_of(kind)]

    return make
