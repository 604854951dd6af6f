"""What every variant mails: one issuer, one badge, 64 earners, one moment. The same in every run and for every peer.

Here belongs content only, made from fixed seeds. How each variant gets it stands in `bench.ours` and `bench.peers`.
Names, addresses and organisations are invented.
"""

import hashlib
import io
import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime

from PIL import Image as Picture

from badges.tables import BadgeClass, Image, Issuer

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""When every message of a run is written and signed."""

RECIPIENTS = 64
ISSUER_ID = "benchissueraaaaa"
BADGE_CLASS_ID = "benchbadgeclassa"
BADGE_SLUG = "joints"

_NAMES = (
    "Zoë Ñúñez-Łukasik",
    "Siobhán O’Rourke",
    "Pat D'Angelo",
    "王小明",
    "佐藤 美咲",
    "Jürgen Weißmüller",
    "Ana Beatriz dos Santos e Silva",
    "Anna Smith",
    "Δημήτρης Παπαδόπουλος",
    "Robert Tables",
    "김민준",
    "Chloë Ångström <Lab 3>",
)
_DOMAINS = ("post.example", "uni.example", "mail.example", "werk.example")


@dataclass(frozen=True)
class Award:
    """One badge for one earner."""

    number: int
    name: str
    address: str
    issued_on: date
    expires_on: date | None
    has_account: bool
    """Already has a password, so the mail asks for none."""

    @property
    def assertion_id(self) -> str:
        """Its credential's id, too."""
        return f"assertion{self.number:07d}"

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def make_awards(count: int = RECIPIENTS) -> list[Award]:
    """Return so many awards: two thirds expire, three quarters are somebody's first."""
    return [make_award(number) for number in range(count)]


def make_award(number: int) -> Award:
    """Return award `number`; names rotate through accents, CJK, Greek, apostrophes and angle brackets."""
    return Award(
        number=number,
        name=_NAMES[number % len(_NAMES)],
        address=f"earner-{number:06d}@{_DOMAINS[number % len(_DOMAINS)]}",
        issued_on=date(2026, 11, 20),
        expires_on=None if number % 3 == 2 else date(2029, 11, 20),
        has_account=number % 4 == 3,
    )


def make_image() -> Image:
    """Return the badge image: 300x300 pixels, about 40 KB as PNG.

    Its pixels are noise in seven colours, so that PNG cannot make it smaller.
    """
    side, colours = 300, 7
    noise = random.Random(20261123)
    picture = Picture.frombytes("P", (side, side), bytes(noise.choices(range(colours), k=side * side)))
    picture.putpalette([channel for colour in range(colours) for channel in (36 * colour, 90, 250 - 36 * colour)])
    file = io.BytesIO()
    picture.save(file, "PNG")
    content = file.getvalue()
    return Image(
        digest=hashlib.sha256(content).hexdigest(), media_type="image/png", width=side, height=side, content=content
    )


def make_issuer() -> Issuer:
    """Return the issuer: a name with an umlaut and an ampersand, its LinkedIn organisation known."""
    return Issuer(
        id=ISSUER_ID,
        slug="buergerwerk",
        name="Bürgerwerk & Söhne",
        domain="buergerwerk.example",
        support_email="help@buergerwerk.example",
        website="https://www.buergerwerk.example/",
        linkedin_organization_id=1234567,
    )


def make_badge_class(issuer: Issuer, image: Image) -> BadgeClass:
    """Return the badge class: a name with angle brackets, criteria of several lines."""
    return BadgeClass(
        id=BADGE_CLASS_ID,
        slug=BADGE_SLUG,
        issuer_id=issuer.id,
        name="Joints <Level 3> & More",
        description="Plans, cuts and joins timber frames by hand, and checks the work of others.",
        criteria="Five joints cut by hand. A frame raised with a team. A written test of forty questions.",
        image_digest=image.digest,
        image_caption="A mallet over a mortise-and-tenon joint.",
        expires_after_months=36,
    )


def make_facts(award: Award) -> str:
    """Return the recorded values (JSON) of the award's issuance mail."""
    return json.dumps(
        {
            "name": award.name,
            "address": award.address,
            "issued": award.issued_on.isoformat(),
            "expires": None if award.expires_on is None else award.expires_on.isoformat(),
            "assertion": award.assertion_id,
            "credential": award.assertion_id,
            "account": f"account{award.number:09d}",
            "serial": None if award.has_account else 1,
        },
        ensure_ascii=False,
    )
