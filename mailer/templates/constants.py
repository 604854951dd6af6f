"""What a published template knows before any recipient: issuer, badge class, language, site, LinkedIn, own wording.

Here belong the values that are folded into a template when it is published. What differs from recipient to recipient
is a slot (`mailer.notices`).
"""

import re
from dataclasses import dataclass

INLINE_PREFIX = "cid:"

_CONTENT_ID = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class IssuerConstants:
    """The organisation whose badge, or whose earner, a mail is about. Colours are `#rrggbb`.

    A mail to a stranger has none: then it is the service itself that speaks, and `is_service` is true.
    """

    name: str
    website: str | None
    support_email: str
    color: str
    color_text: str
    """Black or white, readable on `color`."""
    link_color: str
    """`color`, darkened until it is readable on white."""
    link_color_dark: str
    """`color`, lightened until it is readable in dark mode."""
    logo_url: str | None
    domain: str
    logo_width: int = 0
    logo_height: int = 0
    """Pixels that the logo is shown at; 0 without a logo."""
    is_service: bool = False


@dataclass(frozen=True)
class BadgeConstants:
    """The badge class that a mail is about, and its image."""

    name: str
    description: str
    criteria: str
    image_caption: str | None
    image_src: str
    """`cid:…` when the image is part of the mail (what follows is its Content-ID), else an https URL."""
    image_width: int
    image_height: int
    image_digest: str


@dataclass(frozen=True)
class SiteConstants:
    """The service that sends. What is None is not known or not there."""

    base_url: str
    support_address: str
    request_password_url: str
    name: str = "Badge support"
    """What it calls itself where it speaks for no issuer."""
    login_page: str | None = None
    """Where earners log in; None: at our own page."""
    earners_unlock: bool = False
    """Earners unlock their accounts themselves, by mail; else their issuers do."""
    logging_in_guide: str | None = None
    managing_badges_guide: str | None = None
    sharing_guide: str | None = None
    """Web addresses of the operator's guides."""

    @property
    def login_url(self) -> str:
        return self.login_page or f"{self.base_url}/login"

    @property
    def console_url(self) -> str:
        return f"{self.base_url}/console"

    @property
    def portfolio_url(self) -> str:
        return f"{self.base_url}/portfolio"

    @property
    def profile_url(self) -> str:
        return f"{self.base_url}/profile"


@dataclass(frozen=True)
class LinkedinConstants:
    """What LinkedIn's form is told: the organisation (`organization_id` is its page's number) and the badge's name."""

    organization: str
    organization_id: int | None
    name: str


@dataclass(frozen=True)
class Constants:
    """All constants of one template."""

    issuer: IssuerConstants
    badge: BadgeConstants | None
    """None for kinds that show no badge."""
    language: str
    site: SiteConstants
    linkedin: LinkedinConstants
    sender_name: str
    """The display name in From."""
    reply_address: str | None = None
    """Where the issuer wants replies; None: they come to us."""
    wording: str | None = None
    """The issuer's own block, as source (`mailer.templates.wording`)."""


def find_bad_constant(constants: Constants) -> str | None:
    """Return why a constant may not stand in a style or a link, where escaping for HTML does not help; else None."""
    issuer = constants.issuer
    colors = (issuer.color, issuer.color_text, issuer.link_color, issuer.link_color_dark)
    for color in colors:
        if not _COLOR.fullmatch(color):
            return f"{color!r} is no colour of the form #rrggbb"
    image = constants.badge.image_src if constants.badge else None
    if image is not None and image.startswith(INLINE_PREFIX):
        # It becomes a Content-ID, which is a message identifier (RFC 2045 section 7).
        content_id = image.removeprefix(INLINE_PREFIX)
        image = None if _CONTENT_ID.fullmatch(content_id) else image
    for url in (issuer.website, issuer.logo_url, *_urls_of(constants.site), image):
        if url is not None and not url.startswith(("https://", "http://")):
            return f"{url!r} is no web address"
    return None


def _urls_of(site: SiteConstants) -> tuple[str | None, ...]:
    guides = (site.logging_in_guide, site.managing_badges_guide, site.sharing_guide)
    return site.base_url, site.request_password_url, site.login_url, *guides
