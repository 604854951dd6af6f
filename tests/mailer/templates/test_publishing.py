from dataclasses import replace
from itertools import product

import pytest
from jinja2 import ChoiceLoader, DictLoader
from lxml import etree
from premailer import Premailer

from mailer.notices import NOTICES
from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.faults import PublishFault
from mailer.templates.published import Published, Values
from mailer.templates.publishing import publish

VALUES: Values = {slot.name: f"https://x.example/{slot.name}" for slot in NOTICES["issuance"].slots}


def publish_soundly(constants: Constants, sources: TemplateSources) -> Published:
    published = publish("issuance", constants, sources)
    assert isinstance(published, Published), published
    return published


@pytest.fixture
def published(constants: Constants, sound_sources: TemplateSources) -> Published:
    return publish_soundly(constants, sound_sources)


def test_one_variant_for_each_combination_that_is_asked_for(published: Published) -> None:
    assert published.optional == ("expires_on", "password_url")
    assert set(published.variants) == {"", "expires_on", "password_url", "expires_on password_url"}


@pytest.mark.parametrize(("expires", "password"), list(product([True, False], repeat=2)))
def test_each_variant_holds_what_its_slots_ask_for(published: Published, expires: bool, password: bool) -> None:
    values = dict(VALUES)
    if not expires:
        values |= {"expires_on": None, "linkedin_expires": None}
    if not password:
        values["password_url"] = None
    html = published.render_html(values)
    assert ("Valid until" in html, "Valid for ever" in html) == (expires, not expires)
    assert ("x.example/password_url" in html) == password
    assert ("User name" in published.render_text(values)) == password
    assert "None" not in html


def test_what_no_template_asks_for_makes_no_variant(constants: Constants, sound_sources: TemplateSources) -> None:
    loader = ChoiceLoader(
        [
            DictLoader({"issuance.html": "<html><head></head><body>x</body></html>", "issuance.txt": "x"}),
            sound_sources.loader,
        ]
    )
    published = publish_soundly(constants, TemplateSources(loader))
    assert published.optional == ()
    assert list(published.variants) == [""]


def test_css_is_inlined_and_what_cannot_be_stays(published: Published) -> None:
    html = published.render_html(VALUES)
    document = etree.fromstring(html, etree.HTMLParser())
    button = document.find(".//a[@class='button']")
    assert button is not None
    assert button.get("style") == "background:#1f4e79; color:#fff"
    styles = [style.text or "" for style in document.iter("style")]
    assert any("max-width: 600px" in style and "!important" in style for style in styles)
    assert any("prefers-color-scheme: dark" in style and "!important" in style for style in styles)
    assert any(":hover" in style for style in styles)
    assert html.startswith("<!DOCTYPE html>\n<html")


def test_outlook_comments_survive_with_their_slots(published: Published) -> None:
    html = published.render_html({**VALUES, "earner_name": '"><script>', "linkedin_url": "https://l.example/?a=1&b=2"})
    assert '<v:roundrect href="https://l.example/?a=1&amp;b=2" alt="&#34;&gt;&lt;script&gt;">' in html
    assert "<!--[if !mso]><!--><a" in html
    assert "<!--<![endif]-->" in html
    assert "nor this" not in html
    assert "not for readers" not in html


def test_filling_equals_rendering_for_nasty_values(published: Published) -> None:
    nasty = '  O\'Brien "q" <b>&amp; {{ 7*7 }} {% x %} </title> --> \U0001f3c5 \u0645\u0631\u062d\u0628\u0627  '
    document = etree.fromstring(published.render_html({**VALUES, "earner_name": nasty}), etree.HTMLParser())
    images = document.findall(".//img")
    assert [image.get("alt") for image in images] == [f"C <Basics>, {nasty}"]
    assert f"Congratulations, {nasty}!" in "".join(document.itertext())
    assert f"Congratulations, {nasty}!" in published.render_text({**VALUES, "earner_name": nasty})


def test_text_ends_in_one_line_end_and_a_url_stands_free(published: Published) -> None:
    text = published.render_text(VALUES)
    assert text.endswith("\nhttps://x.example/not_me_url\n")
    assert "See it: <https://x.example/badge_url>\n" in text


def test_the_words_of_a_catalogue(constants: Constants, sound_sources: TemplateSources) -> None:
    published = publish_soundly(replace(constants, language="de"), sound_sources)
    values = {**VALUES, "earner_name": "Änne & Co"}
    assert published.language == "de"
    assert "Glückwunsch, Änne &amp; Co: 100 %!" in published.render_html(values)
    assert "Glückwunsch, Änne & Co: 100 %!" in published.render_text(values)
    assert published.fill(values).subject == "Änne & Co, das ist C <Basics>"


def test_plurals_and_contexts(constants: Constants, sound_sources: TemplateSources) -> None:
    text = (
        "{% trans count=1, name=earner_name %}{{ name }}: one{% pluralize %}{{ name }}: {{ count }}{% endtrans %}, "
        "{% trans count=3, name=earner_name %}{{ name }}: one{% pluralize %}{{ name }}: {{ count }}{% endtrans %}, "
        '{{ pgettext("button", "Open 100%%") }} {{ npgettext("list", "%(num)s badge", "%(num)s badges", 2) }}\n'
    )
    loader = ChoiceLoader([DictLoader({"issuance.txt": text}), sound_sources.loader])
    published = publish_soundly(constants, TemplateSources(loader))
    assert published.render_text({**VALUES, "earner_name": "Anna"}) == "Anna: one, Anna: 3, Open 100% 2 badges\n"


def test_a_language_without_a_catalogue_is_refused(constants: Constants, sound_sources: TemplateSources) -> None:
    fault = publish("issuance", replace(constants, language="tlh"), sound_sources)
    assert isinstance(fault, PublishFault)
    assert "no catalogue for the language 'tlh'" in fault.reason


def test_constants_are_escaped_in_html_only(published: Published) -> None:
    assert "C &lt;Basics&gt;" in published.render_html(VALUES)
    assert "C <Basics> from Müller & Söhne" in published.render_text(VALUES)


@pytest.mark.parametrize(
    "issuer",
    [{"color": "red;background:url(x)"}, {"website": "javascript:alert(1)"}, {"logo_url": "data:image/png,x"}],
)
def test_constants_that_escaping_does_not_tame_are_refused(
    issuer: dict[str, str], constants: Constants, sound_sources: TemplateSources
) -> None:
    bad = replace(constants, issuer=replace(constants.issuer, **issuer))
    assert isinstance(publish("issuance", bad, sound_sources), PublishFault)


def test_a_subject_that_no_header_can_hold_is_refused(constants: Constants, sound_sources: TemplateSources) -> None:
    assert constants.badge is not None
    bad = replace(constants, badge=replace(constants.badge, name="a\x00b"))
    fault = publish("issuance", bad, sound_sources)
    assert isinstance(fault, PublishFault)
    assert fault.template == "issuance.subject.txt"


def test_published_twice_is_the_same_template(
    published: Published, constants: Constants, sound_sources: TemplateSources
) -> None:
    again = publish_soundly(constants, sound_sources)
    assert again.digest == published.digest
    assert again.to_json() == published.to_json()
    other = publish_soundly(replace(constants, sender_name="Other"), sound_sources)
    assert other.digest != published.digest


def test_the_inliner_runs_twice_for_each_variant_and_never_again(
    constants: Constants, sound_sources: TemplateSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    transform = Premailer.transform

    def count(self: Premailer, **options: bool) -> str:
        runs.append("run")
        return str(transform(self, **options))

    monkeypatch.setattr(Premailer, "transform", count)
    published = publish_soundly(constants, sound_sources)
    assert len(runs) == 2 * len(published.variants)
    published.fill(VALUES)
    assert len(runs) == 2 * len(published.variants)
