"""Every kind of mail in every language, part by part."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html as lxml_html

from mailer.notices import NOTICES, Stream
from mailer.samples import Sample

LANGUAGES = ("en", "es", "fr", "de")
ISSUERS = ("plain", "logo", "wording", "bare")

every_kind = pytest.mark.parametrize("kind", NOTICES)
VERSIONS = [*((language, "plain") for language in LANGUAGES), *(("en", issuer) for issuer in ISSUERS[1:])]
"""In which a kind is looked at; together, because a test of each would cost more than what it looks at."""

Make = Callable[..., Any]

TWIN = re.compile(r"<!--\[if mso\]>(<v:roundrect.*?)<!\[endif\]-->", re.DOTALL)


@every_kind
def test_the_frame_is_what_mail_programs_and_screen_readers_need(kind: str, published: Make, mails: Make) -> None:
    for language in LANGUAGES:
        (subject,) = {variant.subject[0] for variant in published(kind, language).variants.values()}
        subject = subject.removesuffix("[")  # of the reference
        for mail in mails(kind, language):
            document = mail.document
            assert (document.get("lang"), document.get("dir")) == (language, "ltr")
            assert len(document.xpath("//h1")) == 1
            title = " ".join(document.xpath("string(//title)").split())
            assert title.startswith(subject.strip())
            assert (title == subject.strip()) == (kind != "badge_revoked"), "the badge's name is a slot"
            assert document.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
            assert not document.xpath("//table[not(@role='presentation')]")
            assert not document.xpath("//link | //script | //form | //*[contains(@style, 'float')]")


@every_kind
def test_the_preheader_is_the_first_text_and_is_followed_by_filler(kind: str, mails: Make) -> None:
    for language in LANGUAGES:
        for mail in mails(kind, language):
            first = mail.document.body[0]
            words, filler = first.text_content().split("\u034f", 1)
            assert "display:none" in first.get("style").replace(" ", "")
            assert 20 < len(words) < 200
            assert filler.count("\u200c") > 40


@every_kind
def test_every_button_has_its_twin_for_outlook(kind: str, mails: Make) -> None:
    for language in LANGUAGES:
        for mail in mails(kind, language):
            buttons = mail.document.xpath("//a[contains(@class, 'button')]")
            twins = [lxml_html.fragment_fromstring(twin) for twin in TWIN.findall(mail.html)]
            assert [(twin.get("href"), twin.text_content()) for twin in twins] == [
                (button.get("href"), button.text_content()) for button in buttons
            ]


@every_kind
def test_every_image_has_words_and_a_size(kind: str, mails: Make) -> None:
    for language, issuer in VERSIONS:
        for mail in mails(kind, language, issuer):
            images = mail.document.xpath("//img")
            assert len(images) == NOTICES[kind].shows_badge + (issuer == "logo")
            for image in images:
                assert image.get("alt")
                assert 0 < int(image.get("width")) <= 260
                assert 0 < int(image.get("height")) <= 260


@every_kind
def test_html_is_far_below_what_gmail_clips(kind: str, mails: Make) -> None:
    assert max(len(mail.html.encode()) for language in LANGUAGES for mail in mails(kind, language)) < 30_000
    assert max(len(mail.html.encode()) for mail in mails(kind, issuer="long")) < 60_000


@every_kind
def test_the_text_has_every_address_that_the_html_has(kind: str, mails: Make) -> None:
    for language, issuer in VERSIONS:
        for mail in mails(kind, language, issuer):
            words = {word.strip("<>.") for word in mail.text.split()}
            assert [link for link in mail.links if link.removeprefix("mailto:") not in words] == []


@every_kind
def test_both_parts_say_the_same_of_the_recipient(kind: str, published: Make) -> None:
    for language, issuer in VERSIONS:
        for variant in published(kind, language, issuer).variants.values():
            assert set(variant.html[1::2]) == set(variant.text[1::2])


@every_kind
def test_the_text_is_pleasant_to_read(kind: str, published: Make, mails: Make) -> None:
    for language, issuer in VERSIONS:
        for mail in mails(kind, language, issuer):
            assert "\n\n\n" not in mail.text
            assert mail.text.endswith("\n")
            assert not re.search(r"[ \t]\n|\t|\S  |</?[a-z]+>|&\w+;|\{|\}", mail.text)
        for variant in published(kind, language, issuer).variants.values():
            lines = "\0".join(variant.text[::2]).split("\n")  # a slot may make its line longer
            assert [line for line in lines if len(line) > 72 and " " in line and "\0" not in line] == []


@every_kind
def test_no_line_of_the_text_is_long_because_of_the_issuers_name(kind: str, published: Make) -> None:
    for variant in published(kind, issuer="long").variants.values():
        lines = "\0".join(variant.text[::2]).split("\n")
        assert [line for line in lines if len(line) > 72 and "\0" not in line and not line.startswith("http")] == []


@every_kind
def test_notices_alone_can_be_unsubscribed_from(kind: str, mails: Make) -> None:
    for language in LANGUAGES:
        for mail in mails(kind, language):
            ways_out = [link for link in mail.links if "/unsubscribe/" in link]
            assert len(ways_out) == (NOTICES[kind].stream is Stream.NOTICES)


@every_kind
def test_languages_differ(kind: str, published: Make, mails: Make) -> None:
    subjects = {next(iter(published(kind, language).variants.values())).subject for language in LANGUAGES}
    texts = {mails(kind, language)[0].text for language in LANGUAGES}
    assert len(subjects) == len(texts) == len(LANGUAGES)


@every_kind
def test_names_of_every_sort_stay_whole_and_harmless(kind: str, mail_to: Make) -> None:
    for name in ('<b>O\'Neil</b> "Z" & Co {{ 7*7 }} %s 🎉', "ليلى بنت محمد", ("Antonia " * 25).strip()):
        mail = mail_to(Sample(name=name), kind)
        assert not mail.document.xpath("//b")
        if "earner_name" in mail.values:  # what a writer calls themselves need not be shown
            assert name in mail.document.text_content()
            assert " ".join(name.split()) in " ".join(mail.text.split())
