"""A badge to be put on paper, and names that are hard to set."""

from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from badges.assertions import Standing
from badges.images import draw_badge
from badges.rendering.subject import Pictures, Subject

URL = "https://badges.fjellvik.example/badges/k3v9x2m7q8w1z5aa"

_PLAIN = Subject(
    assertion_id="k3v9x2m7q8w1z5aa",
    language="en",
    standing=Standing.VALID,
    badge_name="Mountain First Aid",
    description="Cares for injured people in the mountains until rescue arrives.",
    image_alt="A red cross on a mountain",
    earner_name="Ada Lindqvist",
    issuer_name="Fjellvik Mountain School",
    brand_color="#1f4e79",
    issued_on=date(2026, 11, 23),
    expires_on=date(2028, 11, 23),
    url=URL,
    image_digest="0" * 64,
    logo_digest="1" * 64,
)

MARKUP = (
    '#read("/etc/passwd")',
    "$x^2$ *bold* _it_ `raw` = title",
    '#{panic("!")} \\ // comment /* and */ <label> @ref',
    '"]); #link("https://evil.example")[x]',
    "<b>b</b> <script>alert(1)</script> &amp;",
    "https://evil.example/",
    "{{ name }} %s {0} \\u{41}",
)
"""What would be markup in one language or another, and is somebody's name here."""

SCRIPTS = (
    "Žofie Nguyễn-O’Brien",
    "Ἀλέξανδρος Παπαδόπουλος",
    "Олександра Шевченко",
    "שרה כהן",
    "محمد بن علي",
    "山田さくら",
    "김서연",
    "李小龍",
    "प्रिया शर्मा",
    "สมชาย ใจดี",
    "Ada 🎉 👩🏽‍🚀",
)


def subject(**changes: Any) -> Subject:
    """Return a badge, as it is or changed."""
    return replace(_PLAIN, **changes)


@cache
def pictures() -> Pictures:
    """Return a badge's picture and a logo."""
    logo = BytesIO()
    Image.new("RGBA", (300, 90), (200, 30, 30, 128)).save(logo, "PNG")
    return Pictures(draw_badge("Mountain First Aid", "Fjellvik", "#1f4e79"), logo.getvalue())
