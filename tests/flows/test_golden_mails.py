"""Our mails against golden files: what is sent changes only when somebody means it to.

The clock, ids, the keys of links and credentials, and the picture are fixed. DKIM signatures are left out: their form
is tested elsewhere. `--update-golden` writes the files anew.
"""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from badges.links import LinkMaker
from badges.openbadges.baking import make_chunks
from badges.openbadges.hosted import write_assertion
from badges.openbadges.signing import CredentialKeys
from mailer.compose import Composer
from mailer.dkim import Signer
from mailer.filling import Site
from mailer.mime import ImageBytes
from mailer.notices import NOTICES
from mailer.parts import read_parts
from mailer.samples import Sample, sample_message
from mailer.templates.constants import BadgeConstants, Constants, IssuerConstants, LinkedinConstants, SiteConstants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published
from mailer.templates.publishing import publish
from tests.badges.openbadges.awards import attest

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "data" / "golden"
NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
SITE = Site(
    base_url="https://badges.badgepost.example",
    mail_domain="badgepost.example",
    account_from="badges@badgepost.example",
    notices_from="notices@badgepost.example",
    feedback_id="badgepost",
)
DOT = ImageBytes(
    "image/png",
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
)
TRANSLATED = ("issuance", "answer_linkedin_add", "change_receipt", "relayed_request")
MAILS = [(kind, "en") for kind in NOTICES] + [
    (kind, language) for kind in TRANSLATED for language in ("es", "fr", "de")
]
SAMPLES = {
    "plain": Sample(),
    "again": Sample(name='Ann "A" <Berg> & Söhne 🏅', valid_for=None, needs_password=False),
    "stranger": Sample(on_record=False),
}


def constants(kind: str, language: str) -> Constants:
    badge = BadgeConstants(
        name="Fire & Rescue, Level 2",
        description="The holder leads a small team.",
        criteria="Three years of practice\nA practical examination",
        image_caption="Badge: Fire & Rescue, Level 2",
        image_src="cid:badge@badgepost.example",
        image_width=300,
        image_height=280,
        image_digest="ab" * 32,
    )
    issuer = IssuerConstants(
        name="O'Reilly & Söhne",
        website="https://oreilly.example/",
        support_email="hilfe@oreilly.example",
        color="#1f4e79",
        color_text="#ffffff",
        link_color="#1f4e79",
        link_color_dark="#8ab4e0",
        logo_url=None,
        domain="oreilly.example",
    )
    return Constants(
        issuer=issuer,
        badge=badge if NOTICES[kind].shows_badge else None,
        language=language,
        site=SiteConstants(SITE.base_url, "support@badgepost.example", SITE.request_password_url),
        linkedin=LinkedinConstants(issuer.name, 1337, badge.name),
        sender_name=issuer.name,
        wording="<p>Well done, <strong>{{ earner_name }}</strong>!</p>",
    )


def bake(_credential_id: str) -> bytes:
    """Return what is baked into a golden mail: the same bytes while nothing of a credential changes."""
    attested, key = attest(), Ed25519PrivateKey.from_private_bytes(b"a key for tests: nobody trusts it"[:32])
    keys = CredentialKeys([key], SITE.base_url, "EdDSA")
    return make_chunks(keys.sign_credential(attested), write_assertion(attested, SITE.base_url))


def compose(kind: str, language: str, sample: Sample) -> bytes:
    published = publish(kind, constants(kind, language), TemplateSources.from_directory(ROOT / "templates" / "email"))
    assert isinstance(published, Published), published
    composer = Composer(SITE, LinkMaker(["a key for tests only"]), Signer([]), lambda _: published, lambda _: DOT, bake)
    message = sample_message(kind, published.digest, SITE.mail_domain, sample, NOW)
    facts = {**json.loads(message.facts), "credential": "credential234567"}
    return composer.compose(replace(message, facts=json.dumps(facts)), NOW).data


def compare(file: Path, content: bytes, update: bool) -> None:
    if update:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert file.read_bytes() == content, f"{file.name} differs; if that is meant, run with --update-golden"


@pytest.mark.parametrize(("kind", "language"), MAILS)
def test_what_a_reader_sees_is_as_it_was(kind: str, language: str, update_golden: bool) -> None:
    parts = read_parts(compose(kind, language, SAMPLES["plain"]))
    compare(GOLDEN / f"{kind}-{language}.html", as_file(parts.html), update_golden)
    compare(GOLDEN / f"{kind}-{language}.txt", f"{parts.subject}\n\n".encode() + as_file(parts.text), update_golden)


@pytest.mark.parametrize("kind", ["answer_linkedin_add", "question"])
def test_a_stranger_reads_what_they_read_before(kind: str, update_golden: bool) -> None:
    parts = read_parts(compose(kind, "en", SAMPLES["stranger"]))
    compare(GOLDEN / f"{kind}-stranger.txt", f"{parts.subject}\n\n".encode() + as_file(parts.text), update_golden)


@pytest.mark.parametrize(
    ("kind", "sample"), [("issuance", "again"), ("reminder", "again"), ("change_receipt", "plain")]
)
def test_the_bytes_that_leave_are_as_they_were(kind: str, sample: str, update_golden: bool) -> None:
    compare(GOLDEN / f"{kind}-en.eml", compose(kind, "en", SAMPLES[sample]), update_golden)


def test_the_same_message_is_composed_to_the_same_bytes() -> None:
    assert compose("issuance", "de", SAMPLES["plain"]) == compose("issuance", "de", SAMPLES["plain"])


def test_there_is_no_golden_file_too_many() -> None:
    expected = {f"{kind}-{language}.{ending}" for kind, language in MAILS for ending in ("html", "txt")}
    expected |= {"issuance-en.eml", "reminder-en.eml", "change_receipt-en.eml"}
    expected |= {"answer_linkedin_add-stranger.txt", "question-stranger.txt"}
    assert {file.name for file in GOLDEN.iterdir()} == expected


def as_file(text: str | None) -> bytes:
    return (text or "").replace("\r\n", "\n").encode()
