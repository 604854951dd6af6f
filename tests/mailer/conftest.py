"""What tests of the way from a template to signed bytes share: constants, sound templates, a claimed message."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailer.filling import Site
from mailer.queue.claimed import Claimed
from mailer.sample_requests import sample_request_facts
from mailer.templates.constants import BadgeConstants, Constants, IssuerConstants, LinkedinConstants, SiteConstants
from mailer.templates.environment import TemplateSources

DATA = Path(__file__).resolve().parents[1] / "data"
NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)

CONSTANTS = Constants(
    issuer=IssuerConstants(
        name="Müller & Söhne",
        website="https://mueller.example",
        support_email="hilfe@mueller.example",
        color="#1f4e79",
        color_text="#ffffff",
        link_color="#1f4e79",
        link_color_dark="#8ab4e0",
        logo_url=None,
        domain="mueller.example",
    ),
    badge=BadgeConstants(
        name="C <Basics>",
        description="Knows C.",
        criteria="Passed the test.",
        image_caption=None,
        image_src="cid:badge@badgepost.example",
        image_width=300,
        image_height=300,
        image_digest="ab" * 32,
    ),
    language="en",
    site=SiteConstants("https://badges.example", "support@badgepost.example", "https://badges.example/password"),
    linkedin=LinkedinConstants("Müller & Söhne", 1234567, "C <Basics>"),
    sender_name="Müller & Söhne",
)

FACTS = {
    "name": "Anna Berg",
    "address": "anna@mail.example",
    "issued": "2026-11-23",
    "expires": "2028-11-30",
    "assertion": "abcdefghijklmnop",
    "account": "qrstuvwxyz234567",
    "serial": 1,
}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def constants() -> Constants:
    return CONSTANTS


@pytest.fixture
def site() -> Site:
    return Site(
        base_url="https://badges.example",
        mail_domain="badgepost.example",
        account_from="badges@badgepost.example",
        notices_from="notices@badgepost.example",
        feedback_id="badgepost",
    )


@pytest.fixture
def sound_sources() -> TemplateSources:
    """Small templates that hold every construct that is allowed."""
    return TemplateSources.from_directory(DATA / "templates" / "sound")


@pytest.fixture
def facts() -> dict[str, Any]:
    return dict(FACTS)


@pytest.fixture
def all_facts() -> dict[str, Any]:
    """What the slots of every kind are filled from."""
    answer = sample_request_facts("change_receipt", on_record=True, now=NOW)
    more = {
        "old_name": "Anna Meier",
        "issued": "2026-01-01",
        "expires": "2028-12-31",
        "serial": 4,
        "changed": "2026-11-23T10:05Z",
        "people": ["María González, maria@gmial.com"],
        "slug": "asee",
        "reported": "2026-11-23T23:30Z",
        "locked": "2026-11-23T10:05Z",
        "stamp": 1,
        "pending": "pendingid2345672",
        "member": "memberid23456723",
        "invited_by": "dana@staff.example",
        "changed_by": "dana@staff.example",
        "policy": "issuer",
        "webhook": "lms.example",
        "failing_since": "2026-11-18T10:05Z",
    }
    return {**answer, **FACTS, **more}


@pytest.fixture
def make_claimed() -> Callable[..., Claimed]:
    """Return a claimed issuance; `facts` are changed by keyword, the row by a mapping `row`."""

    def make(digest: str, row: dict[str, Any] | None = None, **changed_facts: Any) -> Claimed:
        claimed = Claimed(
            id="messageid2345672",
            kind="issuance",
            stream="account",
            message_id="keyhash@badgepost.example",
            issuer_id="issuerid23456722",
            earner_id="earnerid23456722",
            batch_id=None,
            rcpt_to="anna@mail.example",
            domain="mail.example",
            template_digest=digest,
            facts=json.dumps({**FACTS, **changed_facts}),
            written_at=NOW,
            due_at=NOW,
            not_later_than=None,
            attempts=0,
            fence=1,
            worker_id="worker",
        )
        return replace(claimed, **(row or {}))

    return make
