"""The earner's own words around a badge: the signature of their mails, and HTML for a page of theirs.

Here belong both as HTML that mail programs and web pages take as it is: a table, styles in attributes, sizes in
attributes, absolute addresses, and everything that somebody has typed escaped. Where it is shown and copied stands in
`web.signature` and `web.resume`.
"""

from dataclasses import dataclass

from markupsafe import Markup

from badges.openbadges.achievement import is_web_address
from badges.rendering.typesetting import clean

LONGEST_LINE = 200
"""Characters of a name or a detail. What is longer makes no signature."""
DENSITY = 2
"""Pixels of the picture for each that it is shown at."""


@dataclass(frozen=True)
class Signer:
    """Who signs. Whatever is empty is left out."""

    name: str
    title: str = ""
    employer: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True)
class LinkedBadge:
    """The badge as a picture with a link."""

    name: str
    issuer_name: str
    url: str
    """Of its public page."""
    picture_url: str
    picture_alt: str
    shown_size: int
    """Pixels a side."""
    color: str
    """Of links, and of the rule between picture and words."""


_SIGNATURE = Markup("""\
<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">
<tr>
<td style="padding:0 14px 0 0;vertical-align:middle">{picture}</td>
<td style="padding:2px 0 2px 14px;vertical-align:middle;border-left:2px solid {color};\
font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;color:#1d2125">
{lines}
</td>
</tr>
</table>""")
_PICTURE = Markup(
    '<a href="{url}"><img src="{picture_url}" width="{size}" height="{size}" alt="{alt}" '
    'style="display:block;border:0"></a>'
)
_LINK = Markup('<a href="{url}" style="color:{color}">{said}</a>')
_NAME = Markup('<strong style="font-size:16px">{}</strong>')
_EMBEDDED = Markup(
    '<a href="{url}" target="_blank" rel="noopener"><img src="{picture_url}" width="{size}" height="{size}" '
    'alt="{alt}"></a>'
)


def write_signature(signer: Signer, badge: LinkedBadge) -> Markup:
    """Return the signature as HTML."""
    website = _shorten(signer.website)
    if website and is_web_address(signer.website):
        website = _LINK.format(url=signer.website, color=badge.color, said=website)
    lines = [
        _NAME.format(_clean(signer.name)),
        Markup(", ").join(filter(None, map(_clean, (signer.title, signer.employer)))),
        Markup(" · ").join(filter(None, (_clean(signer.phone), website))),
        _LINK.format(url=badge.url, color=badge.color, said=_clean(badge.name))
        + Markup(", {}").format(_clean(badge.issuer_name)),
    ]
    picture = _PICTURE.format(
        url=badge.url, picture_url=badge.picture_url, size=badge.shown_size, alt=_clean(badge.picture_alt)
    )
    shown = Markup("<br>\n").join(line for line in lines if line)
    return _SIGNATURE.format(picture=picture, color=badge.color, lines=shown)


def write_plain_signature(signer: Signer, badge: LinkedBadge) -> str:
    """Return the signature for mails without HTML."""
    lines = [
        _clean(signer.name),
        ", ".join(filter(None, map(_clean, (signer.title, signer.employer)))),
        " · ".join(filter(None, (_clean(signer.phone), _shorten(signer.website)))),
        f"{_clean(badge.name)}, {_clean(badge.issuer_name)}: {badge.url}",
    ]
    return "\n".join(filter(None, lines))


def write_embedded(badge: LinkedBadge) -> Markup:
    """Return the badge as HTML for a web page."""
    return _EMBEDDED.format(
        url=badge.url, picture_url=badge.picture_url, size=badge.shown_size, alt=_clean(badge.picture_alt)
    )


def _clean(text: str) -> str:
    return clean(text, LONGEST_LINE)


def _shorten(website: str) -> str:
    return _clean(website.removeprefix("https://").removeprefix("http://").rstrip("/"))
