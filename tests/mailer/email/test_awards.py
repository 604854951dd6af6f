"""What issuance mail and reminder promise: LinkedIn, the account, honest words about links."""

from collections.abc import Callable
from typing import Any

import pytest

from badges.links import LIFETIMES, Purpose
from mailer.samples import Sample

Make = Callable[..., Any]

every_award = pytest.mark.parametrize("kind", ["issuance", "reminder"])
every_language = pytest.mark.parametrize("language", ["en", "es", "fr", "de"])


@every_award
@every_language
def test_linkedin_and_badge_come_first(kind: str, language: str, mail_to: Make) -> None:
    mail = mail_to(Sample(), kind, language)
    assert mail.links[:2] == [mail.values["linkedin_url"], mail.values["badge_url"]]


@every_award
@every_language
def test_every_link_that_leads_on_stands_there_in_full(kind: str, language: str, mail_to: Make) -> None:
    mail = mail_to(Sample(), kind, language)
    words = mail.document.text_content()
    assert all(mail.values[slot] in words for slot in ("linkedin_url", "badge_url", "password_url", "not_me_url"))


@every_language
def test_linkedins_fields_stand_in_its_order(language: str, mail_to: Make) -> None:
    mail = mail_to(Sample(), "issuance", language)
    boxes = [box.text_content() for box in mail.document.xpath("//td[@class='field-value']")]
    slots = ("linkedin_issued", "linkedin_expires", "credential_id", "badge_url")
    values = [mail.values[slot] for slot in slots]
    assert boxes == [mail.values["user_name"], "C <Basics>", "Müller & Söhne", *values]


@every_award
def test_a_badge_without_end_says_what_to_do_with_the_field(kind: str, mail_to: Make) -> None:
    mail = mail_to(Sample(valid_for=None), kind)
    for body in (mail.html, mail.text):
        assert "Leave it empty: this badge does not expire." in body
        assert "Valid until" not in body


def test_an_organization_without_a_page_is_not_promised_a_logo(mail_to: Make) -> None:
    promise = "only then does its logo appear"
    assert promise in mail_to(Sample(), "issuance").html
    assert promise not in mail_to(Sample(), "issuance", issuer="bare").html


@every_award
def test_who_has_a_password_is_not_asked_to_set_one(kind: str, mail_to: Make) -> None:
    mail = mail_to(Sample(needs_password=False), kind)
    for body in (mail.html, mail.text):
        assert "Set your password" not in body
        assert "You already have an account" in body
        assert "https://badges.example/password" in body
        assert "https://badges.example/login" in body
        assert mail.values["portfolio_badge_url"] in body
    assert "Open it in your portfolio" not in mail_to(Sample(), kind).text


def test_the_words_tell_the_true_lifetime_of_links(mail_to: Make) -> None:
    assert LIFETIMES[Purpose.FIRST_PASSWORD].days == 7
    assert LIFETIMES[Purpose.PASSWORD].total_seconds() == 3600
    assert "valid for 7 days" in mail_to(Sample(), "issuance").html
    assert "valid for one hour" in mail_to(Sample(), "password_link").html
    assert LIFETIMES[Purpose.CONFIRM_ADDRESS].days == 3
    assert "valid for 3 days" in mail_to(Sample(), "confirm_address").html
    assert LIFETIMES[Purpose.STOP_ADDRESS].days == LIFETIMES[Purpose.ASK_UNLOCK].days == 30
    assert "works for 30 days" in mail_to(Sample(), "address_named").html
    assert "works for 30 days" in mail_to(Sample(), "account_locked").html
    assert LIFETIMES[Purpose.UNLOCK].total_seconds() == 24 * 3600
    assert "works for 24 hours" in mail_to(Sample(on_record=False), "account_locked").html


def test_the_caption_is_the_images_alternative_text(mail_to: Make) -> None:
    (words,) = mail_to(Sample(), "issuance", issuer="long").document.xpath("//img/@alt")
    assert words.startswith('The "Institute" of Bridges & <Tunnels>')


@every_award
def test_an_issuers_own_words_stand_in_both_parts(kind: str, mail_to: Make) -> None:
    mail = mail_to(Sample(), kind, issuer="wording")
    assert "Dear María González, our open day is near." in mail.document.text_content()
    assert "https://mueller.example/day" in mail.text
    assert "- Bring your badge." in mail.text
