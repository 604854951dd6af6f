"""The shipped templates: every kind in every language and for every sort of issuer, as the reader gets it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from lxml import html as lxml_html

from badges.branding import Color, derive_palette, parse_color
from badges.images import draw_badge
from badges.links import LIFETIMES, LinkMaker, Purpose
from mailer.compose import Composer
from mailer.dkim import Signer
from mailer.filling import Site, fill_slots
from mailer.lint.findings import Finding, Level
from mailer.lint.linting import lint_mail
from mailer.lint.mail import Origin, read_mail
from mailer.mime import ImageBytes
from mailer.notices import NOTICES, Stream
from mailer.samples import SAMPLE_ID, Sample, sample_facts, sample_message, samples_of
from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published
from mailer.templates.publishing import publish

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"
SOURCES = TemplateSources.from_directory(TEMPLATES)
LANGUAGES = ("en", "es", "fr", "de")
AWARDS = ("issuance", "reminder")

WORDING = """<p>Dear {{ earner_name }}, our <a href="https://mueller.example/day">open day</a> is near.</p>
<ul><li>Bring your badge.</li></ul>{% if expires_on %}<p>Until {{ expires_on }}.</p>{% endif %}"""

Change = Callable[[Constants], Constants]


def in_color(constants: Constants, text: str) -> Constants:
    color = parse_color(text)
    assert isinstance(color, Color)
    palette = derive_palette(color)
    shades = {name: getattr(palette, name) for name in ("color", "color_text", "link_color", "link_color_dark")}
    return replace(constants, issuer=replace(constants.issuer, **shades))


def with_logo(constants: Constants) -> Constants:
    url = "https://badges.example/images/logo.png"
    return replace(constants, issuer=replace(constants.issuer, logo_url=url, logo_width=180, logo_height=44))


def with_wording(constants: Constants) -> Constants:
    return replace(constants, wording=WORDING)


def bare(constants: Constants) -> Constants:
    """An issuer that has told nothing but what is needed, and hosts its images."""
    badge = constants.badge and replace(
        constants.badge, description="", criteria="", image_src="https://badges.example/images/ab.png"
    )
    return replace(
        constants,
        issuer=replace(constants.issuer, website=None),
        badge=badge,
        linkedin=replace(constants.linkedin, organization_id=None),
    )


def long_winded(constants: Constants) -> Constants:
    name = 'The "Institute" of Bridges & <Tunnels> ' * 5
    assert constants.badge
    return replace(
        constants,
        issuer=replace(constants.issuer, name=name),
        badge=replace(
            constants.badge, name=name, description=f"{name}.\n\n" * 8, criteria=name * 4, image_caption=name
        ),
    )


CHANGES: dict[str, Change] = {
    "plain": lambda constants: constants,
    "logo": with_logo,
    "wording": with_wording,
    "bare": bare,
    "long": long_winded,
    "yellow": lambda constants: in_color(constants, "#ffd400"),
    "white": lambda constants: in_color(constants, "#ffffff"),
    "black": lambda constants: in_color(constants, "#000000"),
}


@pytest.fixture
def published(constants: Constants) -> Callable[..., Published]:
    def make(kind: str, language: str = "en", change: str = "plain") -> Published:
        changed = CHANGES[change](replace(constants, language=language))
        notice = NOTICES[kind]
        return publish_once(
            kind,
            replace(
                changed,
                badge=changed.badge if notice.shows_badge else None,
                wording=changed.wording if notice.shows_wording else None,
            ),
        )

    return make


@cache
def publish_once(kind: str, constants: Constants) -> Published:
    outcome = publish(kind, constants, SOURCES)
    assert isinstance(outcome, Published), outcome
    return outcome


@pytest.fixture
def fill(site: Site, now: datetime) -> Callable[[Published, Sample], dict[str, str | None]]:
    def values_of(template: Published, sample: Sample) -> dict[str, str | None]:
        facts = sample_facts(template.kind, sample, now)
        return fill_slots(template.kind, facts, template.traits, site, LinkMaker(["key"]), SAMPLE_ID, now)

    return values_of


Fill = Callable[[Published, Sample], dict[str, str | None]]
Publish = Callable[..., Published]
Document = lxml_html.HtmlElement

every_kind = pytest.mark.parametrize("kind", NOTICES)
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_issuer = pytest.mark.parametrize(
    ("language", "change"),
    [*((one, "plain") for one in LANGUAGES), *(("en", one) for one in ("logo", "wording", "bare"))],
)


def mails(template: Published, fill: Fill) -> Iterator[tuple[str, str]]:
    """Yield HTML and text of every sample of a kind."""
    for sample in samples_of(template.kind):
        values = fill(template, sample)
        yield template.render_html(values), template.render_text(values)


def parse(html: str) -> Document:
    return lxml_html.document_fromstring(html)


def shown_links(document: Document) -> list[str]:
    return [link for link in document.xpath("//a/@href") if not link.startswith("mailto:")]


@every_kind
@every_language
def test_the_frame_is_what_mail_programs_and_screen_readers_need(
    kind: str, language: str, published: Publish, fill: Fill
) -> None:
    template = published(kind, language)
    (subject,) = {variant.subject[0] for variant in template.variants.values()}
    for html, _ in mails(template, fill):
        document = parse(html)
        assert document.get("lang") == language
        assert document.get("dir") == "ltr"
        assert len(document.xpath("//h1")) == 1
        assert document.xpath("string(//title)").split() == subject.split()
        assert document.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
        assert document.xpath("count(//table[not(@role='presentation')])") == 0
        assert not document.xpath("//link | //script | //form | //*[contains(@style, 'float')]")


@every_kind
@every_language
def test_the_preheader_is_the_first_text_and_is_followed_by_filler(
    kind: str, language: str, published: Publish, fill: Fill
) -> None:
    for html, _ in mails(published(kind, language), fill):
        first = parse(html).body[0]
        words, filler = first.text_content().split("\u034f", 1)
        assert "display:none" in first.get("style").replace(" ", "")
        assert 20 < len(words) < 200
        assert filler.count("\u200c") > 40


@every_kind
@every_language
def test_every_button_has_its_twin_for_outlook(kind: str, language: str, published: Publish, fill: Fill) -> None:
    for html, _ in mails(published(kind, language), fill):
        buttons = [(a.get("href"), a.text_content()) for a in parse(html).xpath("//a[contains(@class, 'button')]")]
        twins = [
            (
                parse(twin).xpath("//*[local-name()='roundrect' or name()='v:roundrect']/@href")[0],
                parse(twin).text_content(),
            )
            for twin in re.findall(r"<!--\[if mso\]>(<v:roundrect.*?)<!\[endif\]-->", html, re.DOTALL)
        ]
        assert twins == buttons


@every_kind
@every_issuer
def test_every_image_has_words_and_a_size(
    kind: str, language: str, change: str, published: Publish, fill: Fill
) -> None:
    for html, _ in mails(published(kind, language, change), fill):
        images = parse(html).xpath("//img")
        assert len(images) == NOTICES[kind].shows_badge + (change == "logo")
        for image in images:
            assert image.get("alt")
            assert 0 < int(image.get("width")) <= 260
            assert 0 < int(image.get("height")) <= 260


def test_the_caption_is_the_badges_alternative_text(published: Publish, fill: Fill) -> None:
    html, _ = next(mails(published("issuance", change="long"), fill))
    assert parse(html).xpath("//img/@alt") == ['The "Institute" of Bridges & <Tunnels> ' * 5]


@every_kind
@every_language
def test_html_is_far_below_what_gmail_clips(kind: str, language: str, published: Publish, fill: Fill) -> None:
    for html, _ in mails(published(kind, language), fill):
        assert len(html.encode()) < 30_000
    for html, _ in mails(published(kind, language, "long"), fill):
        assert len(html.encode()) < 60_000


@every_kind
@every_issuer
def test_the_text_has_every_address_that_the_html_has(
    kind: str, language: str, change: str, published: Publish, fill: Fill
) -> None:
    for html, text in mails(published(kind, language, change), fill):
        alone = {line.strip("<>.") for line in text.split()}
        for link in parse(html).xpath("//a/@href"):
            assert link.removeprefix("mailto:") in alone


@every_kind
@every_language
def test_both_parts_say_the_same_of_the_recipient(kind: str, language: str, published: Publish) -> None:
    for variant in published(kind, language).variants.values():
        assert set(variant.html[1::2]) == set(variant.text[1::2])


@every_kind
@every_issuer
def test_the_text_is_pleasant_to_read(kind: str, language: str, change: str, published: Publish, fill: Fill) -> None:
    template = published(kind, language, change)
    for _, text in mails(template, fill):
        assert "\n\n\n" not in text
        assert text.endswith("\n")
        assert not re.search(r"[ \t]\n|\t|  |</?[a-z]+>|&\w+;|\{|\}", text)
    for variant in template.variants.values():
        for line in "\x00".join(variant.text[::2]).split("\n"):
            assert len(line) <= 72 or " " not in line or "\x00" in line, line


@pytest.mark.parametrize("kind", AWARDS)
@every_language
def test_links_that_lead_on_stand_in_full_beside_their_buttons(
    kind: str, language: str, published: Publish, fill: Fill
) -> None:
    template = published(kind, language)
    values = fill(template, Sample())
    words = parse(template.render_html(values)).text_content()
    for slot in ("linkedin_url", "badge_url", "password_url", "not_me_url"):
        assert values[slot] in words


@pytest.mark.parametrize("kind", AWARDS)
@every_language
def test_linkedin_and_badge_come_before_anything_that_could_be_clipped(
    kind: str, language: str, published: Publish, fill: Fill
) -> None:
    template = published(kind, language)
    values = fill(template, Sample())
    assert shown_links(parse(template.render_html(values)))[:2] == [values["linkedin_url"], values["badge_url"]]


@every_language
def test_linkedins_fields_stand_in_its_order(language: str, published: Publish, fill: Fill) -> None:
    template = published("issuance", language)
    values = fill(template, Sample())
    boxes = [box.text_content() for box in parse(template.render_html(values)).xpath("//td[@class='field-value']")]
    assert boxes == [
        values["user_name"],
        "C <Basics>",
        "Müller & Söhne",
        values["linkedin_issued"],
        values["linkedin_expires"],
        values["credential_id"],
        values["badge_url"],
    ]


def test_a_badge_without_end_says_what_to_do_with_the_field(published: Publish, fill: Fill) -> None:
    for html_or_text in next(
        (template.render_html(values), template.render_text(values))
        for template in [published("issuance")]
        for values in [fill(template, Sample(expires=False))]
    ):
        assert "Leave it empty: this badge does not expire." in html_or_text
        assert "Valid until" not in html_or_text


def test_an_organization_without_a_page_is_not_promised_a_logo(published: Publish, fill: Fill) -> None:
    assert "only then does its logo appear" in next(mails(published("issuance"), fill))[0]
    assert "only then does its logo appear" not in next(mails(published("issuance", change="bare"), fill))[0]


@pytest.mark.parametrize("kind", AWARDS)
def test_who_has_a_password_is_not_asked_to_set_one(kind: str, published: Publish, fill: Fill) -> None:
    template = published(kind)
    values = fill(template, Sample(needs_password=False))
    for body in (template.render_html(values), template.render_text(values)):
        assert "Set your password" not in body
        assert "You already have an account" in body
        assert "https://badges.example/password" in body


def test_the_words_tell_the_true_lifetime_of_links(published: Publish, fill: Fill) -> None:
    assert LIFETIMES[Purpose.FIRST_PASSWORD].days == 7
    assert LIFETIMES[Purpose.PASSWORD].total_seconds() == 3600
    assert "valid for 7 days" in next(mails(published("issuance"), fill))[1]
    assert "valid for one hour" in next(mails(published("password_link"), fill))[1].replace("\n", " ")


@every_kind
@every_language
def test_notices_alone_can_be_unsubscribed_from(kind: str, language: str, published: Publish, fill: Fill) -> None:
    for html, _ in mails(published(kind, language), fill):
        links = [link for link in shown_links(parse(html)) if "/unsubscribe/" in link]
        assert len(links) == (NOTICES[kind].stream is Stream.NOTICES)


@every_kind
def test_languages_differ_in_every_kind(kind: str, published: Publish, fill: Fill) -> None:
    texts = {next(mails(published(kind, language), fill))[1] for language in LANGUAGES}
    subjects = {next(iter(published(kind, language).variants.values())).subject for language in LANGUAGES}
    assert len(texts) == len(subjects) == len(LANGUAGES)


@pytest.mark.parametrize("kind", AWARDS)
def test_an_issuers_own_words_stand_in_both_parts(kind: str, published: Publish, fill: Fill) -> None:
    html, text = next(mails(published(kind, change="wording"), fill))
    assert "Dear María González, our" in parse(html).text_content()
    assert "https://mueller.example/day" in text
    assert "- Bring your badge." in text


@every_kind
def test_names_of_every_sort_stay_whole_and_harmless(kind: str, published: Publish, fill: Fill) -> None:
    template = published(kind)
    for name in ('<b>O\'Neil</b> "Z" & Co {{ 7*7 }} %s 🎉', "ليلى بنت محمد", "Antonia " * 25):
        values = fill(template, Sample(name=name.strip()))
        document = parse(template.render_html(values))
        assert not document.xpath("//b")
        if "earner_name" in {slot for variant in template.variants.values() for slot in variant.slots}:
            assert name.strip() in document.text_content()


def lint(template: Published, site: Site, now: datetime) -> list[Finding]:
    """Return what is to be mended in the mails of a template, whole as they leave."""
    notice = NOTICES[template.kind]
    image = ImageBytes("image/png", draw_badge("C", "M", "#1f4e79"))
    composer = Composer(site, LinkMaker(["key"]), Signer([]), lambda _: template, lambda _: image)
    origin = Origin(site.base_url, site.mail_domain)
    findings = []
    for sample in samples_of(template.kind):
        message = sample_message(template.kind, template.digest, site.mail_domain, sample, now)
        data = composer.compose(message, now).data
        findings += lint_mail(read_mail(data, origin, template.language, notice.stream is Stream.NOTICES))
    return [finding for finding in findings if finding.level is not Level.INFO]


@every_kind
@every_language
def test_lint_finds_nothing_to_mend(kind: str, language: str, published: Publish, site: Site, now: datetime) -> None:
    assert lint(published(kind, language), site, now) == []


@pytest.mark.parametrize("kind", ["issuance", "expiry_notice", "password_changed", "not_me_report"])
@pytest.mark.parametrize("change", ["logo", "bare", "yellow", "white", "black"])
def test_no_issuer_has_anything_to_mend_either(
    kind: str, change: str, published: Publish, site: Site, now: datetime
) -> None:
    assert lint(published(kind, change=change), site, now) == []
