"""What the mails about an account say, and what one to a stranger's address does not."""

from collections.abc import Callable

import pytest

from mailer.samples import ADDRESS, Sample
from tests.mailer.email.conftest import Mail

MailTo = Callable[..., Mail]
LANGUAGES = ("en", "es", "fr", "de")
ISSUER, SUPPORT = "American Society of Example Engineers", "credentials@asee.example"

WORDS = {
    "account_locked": ["10 failed log-ins", "Locked on", "stay as they are", "not yours"],
    "address_named": ["maria@home.example", "only after it has been confirmed", "Stop this address", "logged out"],
    "address_added": ["maria@home.example", "log in with it", "still goes to your primary", "logged out"],
    "address_removed": ["maria@work.example", "nobody can log in with it", "logged out"],
    "primary_changed": ["maria.gonzalez@mail.example", "maria@work.example", "either of the two", "both addresses"],
    "account_deleted": ["Deleted on", "your alternate addresses", "records of the organizations", "at once"],
}
"""By kind: what must be said."""


def parts_of(mail: Mail) -> tuple[str, str]:
    """Return both parts, each on one line."""
    return " ".join(mail.document.text_content().split()), " ".join(mail.text.split())


@pytest.mark.parametrize("kind", WORDS)
def test_it_says_what_happened_and_what_to_do(kind: str, mail_to: MailTo) -> None:
    for part in parts_of(mail_to(Sample(), kind)):
        assert [words for words in WORDS[kind] if words not in part] == []


def test_where_issuers_unlock_the_owner_asks_the_issuer(mail_to: MailTo) -> None:
    mail = mail_to(Sample(), "account_locked")
    assert [link for link in mail.links if "/unlock/" in link] == []
    assert any("/ask-unlock/" in link for link in mail.links)
    assert "https://badges.example/password" in mail.links
    for part in parts_of(mail):
        assert ISSUER in part
        assert "Only this organization" in part
        assert SUPPORT in part
        assert "That alone does not unlock the account." in part


def test_where_earners_unlock_the_mail_brings_the_link(mail_to: MailTo) -> None:
    mail = mail_to(Sample(on_record=False), "account_locked")
    assert any("/unlock/" in link for link in mail.links)
    assert [link for link in mail.links if "/ask-unlock/" in link] == []
    for part in parts_of(mail):
        assert "Unlock my account" in part
        assert ISSUER not in part


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_that_may_be_a_strangers_is_told_nobodys_name(language: str, mail_to: MailTo) -> None:
    mail = mail_to(Sample(name="Click www.evil.example NOW"), "confirm_address", language)
    for part in (mail.html, mail.text):
        assert "evil.example" not in part
        assert ADDRESS not in part
    assert any("/confirm-address/" in link for link in mail.links)


@pytest.mark.parametrize("kind", ["address_named", "address_added", "address_removed", "primary_changed"])
def test_whoever_did_not_do_it_is_led_to_a_new_password(kind: str, mail_to: MailTo) -> None:
    mail = mail_to(Sample(), kind)
    assert "https://badges.example/password" in mail.links
    assert "mailto:hilfe@mueller.example" in mail.links
