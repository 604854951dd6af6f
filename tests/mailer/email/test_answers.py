"""What the answers from the guides say, to somebody on record and to a stranger."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from badges.links import LinkMaker
from mailer.filling import Site, fill_slots
from mailer.samples import SAMPLE_ID, Sample, sample_facts
from mailer.templates.constants import Constants
from tests.mailer.email.conftest import publish_once

LANGUAGES = ("en", "es", "fr", "de")

FACTS = {
    "answer_registration": [
        "do not need to register",
        "Nobody can make badges",
        "Request new password",
        "ask the issuer",
    ],
    "answer_password": ["names your user name", "Request new password", "My profile", "valid for one hour"],
    "answer_unlock": ["10 failed log-ins", "unlocked by the issuer", "request a new password"],
    "answer_linkedin_add": [
        "Licenses & certifications",
        "“Save”",
        "“Share”",
        "Add to stream",
        "pop-up blocker",
        "2026",
    ],
    "answer_linkedin_image": ["LinkedIn’s own design", "logo", "Show credential", "A post", "card"],
    "answer_name_change": ["For security", "only when the issuer asks"],
    "answer_email_change": ["My profile", "alternate address", "workplace", "leaving your employer"],
    "answer_profile_change": ["My profile", "workplace", "title", "leaving your employer", "alternate addresses"],
    "answer_login_trouble": ["cache", "another browser or another computer", "another network", "may block"],
    "answer_pdf": ["shown online", "where the issuer has set one up", "ask the issuer"],
    "answer_resume": ["Save the image", "download it", "hyperlink", "stands in that email", "PDF documents"],
    "answer_resend": ["junk folder", "other mailboxes", "ask the issuer"],
    "answer_signature": [".jpeg or .png", "hyperlink", "ready-made", "Gmail", "Outlook", "Apple Mail", "Thunderbird"],
}
"""By kind: what is true of its question and must be said."""
NO_LOGIN = {"answer_name_change", "answer_unlock"}
"""Where logging in does not help yet."""
LINKEDIN_ORDER = ["Name", "Issuing organization", "Issue date", "Expiration date", "Credential ID", "Credential URL"]


@pytest.fixture
def write(constants: Constants, site: Site, now: datetime) -> Callable[..., tuple[str, str]]:
    """Return both parts of an answer: to a writer on record, or by the service to a stranger; each on one line."""

    def make(kind: str, *, on_record: bool, language: str = "en", **site_constants: Any) -> tuple[str, str]:
        given = replace(
            constants,
            badge=None,
            language=language,
            issuer=replace(constants.issuer, is_service=not on_record),
            site=replace(constants.site, **site_constants),
        )
        template = publish_once(kind, given)
        facts = sample_facts(kind, Sample(on_record=on_record), now)
        values = fill_slots(kind, facts, template.traits, site, LinkMaker(["key"]), SAMPLE_ID, now)
        html, text = template.render_html(values), template.render_text(values)
        return " ".join(html.replace("&amp;", "&").split()), " ".join(text.split())

    return make


@pytest.mark.parametrize("on_record", [True, False], ids=["on record", "stranger"])
@pytest.mark.parametrize("kind", FACTS)
def test_everybody_is_told_what_is_true(kind: str, on_record: bool, write: Callable[..., tuple[str, str]]) -> None:
    for part in write(kind, on_record=on_record):
        assert [fact for fact in FACTS[kind] if fact not in part] == []


@pytest.mark.parametrize("kind", FACTS)
def test_only_those_on_record_are_told_of_a_badge_or_an_issuer(
    kind: str, write: Callable[..., tuple[str, str]], constants: Constants
) -> None:
    for language in LANGUAGES:
        for part in write(kind, on_record=False, language=language):
            assert f"/badges/{SAMPLE_ID}" not in part
            assert constants.issuer.support_email not in part
    if kind in {"answer_name_change", "answer_unlock", "answer_pdf"}:
        for part in write(kind, on_record=True):
            assert constants.issuer.support_email in part


@pytest.mark.parametrize("on_record", [True, False])
def test_the_fields_stand_in_linkedins_order(on_record: bool, write: Callable[..., tuple[str, str]]) -> None:
    html, text = write("answer_linkedin_add", on_record=on_record)
    places = [html.index(f">{label}<") for label in LINKEDIN_ORDER]
    assert places == sorted(places)
    places = [text.index(f" {label}: ") for label in LINKEDIN_ORDER]
    assert places == sorted(places)


def test_a_guide_is_named_where_it_fits_and_if_there_is_one(write: Callable[..., tuple[str, str]]) -> None:
    guides = {name: f"https://guides.example/{name}" for name in ("logging_in", "managing_badges", "sharing")}
    given = {f"{name}_guide": url for name, url in guides.items()} | {"login_page": "https://login.example/"}
    for kind in FACTS:
        for part, without in zip(write(kind, on_record=True, **given), write(kind, on_record=True), strict=True):
            assert sum(url in part for url in guides.values()) == 1
            assert "guides.example" not in without
            assert ("https://login.example/" in part) == (kind not in NO_LOGIN)


def test_a_signature_is_ready_to_be_copied(write: Callable[..., tuple[str, str]]) -> None:
    html, text = write("answer_signature", on_record=True)
    assert f"Fire & Rescue, Level 2<br> https://badges.example/badges/{SAMPLE_ID}</td>" in html
    assert f"copy this: Fire & Rescue, Level 2 https://badges.example/badges/{SAMPLE_ID} By hand" in text


@pytest.mark.parametrize("on_record", [True, False])
def test_where_earners_unlock_nobody_is_sent_to_an_issuer(
    on_record: bool, write: Callable[..., tuple[str, str]]
) -> None:
    for part in write("answer_unlock", on_record=on_record, earners_unlock=True):
        assert "unlocked with the link in the email" in part
        assert "or by setting a new password" in part
        assert "by the issuer" not in part


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("answer_linkedin_add", ""),
        ("answer_linkedin_image", ""),
        ("answer_pdf", ""),
        ("answer_resume", "/resume"),
        ("answer_signature", "/signature"),
    ],
)
def test_who_is_on_record_is_led_to_the_page_of_their_newest_badge(
    kind: str, page: str, write: Callable[..., tuple[str, str]]
) -> None:
    for part, strangers in zip(write(kind, on_record=True), write(kind, on_record=False), strict=True):
        assert f"https://badges.example/portfolio/{SAMPLE_ID}{page}" in part
        assert "/portfolio/" not in strangers
