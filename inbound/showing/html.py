"""A stranger's HTML with everything taken out that could act, fetch, or be taken for our page.

Here belong the allow-lists. What is left is text, tables, a few styles without any address, and pictures that the mail
brought with it. No link leads anywhere: its address is shown instead. The page it stands in is a document of its own
with a policy of its own; this is the first of two walls, not the only one. Runs in the reading room.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

import nh3

from wire.lookalikes import mixes_alphabets, reveal, write_host

LONGEST = 200_000
"""Characters of HTML that are shown; what is behind them is told to be left off. Elements deep in one another take a
parser time in the square of their number: of so many, two seconds."""
MOST_LINKS = 200
_LONGEST_ADDRESS = 2_000

_TAGS = {
    "a", "abbr", "b", "bdi", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd",
    "del", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li",
    "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_CLEANED_WITH_CONTENT = {
    "script", "style", "title", "template", "noscript", "iframe", "object", "embed", "svg", "math", "select", "option",
    "textarea", "button", "noembed", "noframes", "xmp", "plaintext", "audio", "video", "canvas", "head",
}  # fmt: skip
_EVERYWHERE = {"style", "align", "dir", "lang"}
_CELLS = {"colspan", "rowspan", "width", "height", "valign", "bgcolor"}
_ATTRIBUTES: dict[str, set[str]] = {tag: _EVERYWHERE for tag in _TAGS} | {
    "*": set(),
    "a": {"href"},  # and no other: see `_LINK`
    "img": {*_EVERYWHERE, "src", "alt", "width", "height"},
    "table": {*_EVERYWHERE, "border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "tr": {*_EVERYWHERE, "valign", "bgcolor"},
    "td": _EVERYWHERE | _CELLS,
    "th": _EVERYWHERE | _CELLS,
    "col": {"span", "width"},
    "font": {*_EVERYWHERE, "color", "size", "face"},
    "ol": {*_EVERYWHERE, "start", "type"},
}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-right",
    "border-spacing", "border-style", "border-top", "border-width", "color", "font-family", "font-size", "font-style",
    "font-weight", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
    "text-align", "text-decoration", "vertical-align", "white-space", "width", "max-width",
}  # fmt: skip
"""None of these takes an element out of its place, or fetches something. A text can still be made small or pale: the
words of the mail stand above the frame as they are."""
_NO_STYLE = re.compile(r"url|image|expression|@|\\|var\(|attr\(|env\(", re.IGNORECASE)
_SCHEMES = {"http", "https", "mailto", "cid", "tel", "ftp", "data", "javascript", "file", "blob"}
"""All that may be asked for: nothing is followed, and staff should see what was meant."""
_LINK = re.compile(r'<a href="([^"]*)">')
_HOST_LIKE = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[\w-]{2,})(?:[/?#:]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """Where something in a mail would have led."""

    address: str
    """With everything unseen written out."""
    host: str
    """As the DNS has it; empty where there is none."""
    is_odd: bool
    """The host's name is not ASCII, or it mixes alphabets: it may look like another."""


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """HTML that only shows."""

    html: str
    links: tuple[Link, ...]
    remote: tuple[str, ...]
    """Hosts from which pictures would have been fetched."""
    is_cut: bool


@dataclass(slots=True)
class _Findings:
    pictures: Mapping[str, str]
    links: dict[str, Link] = field(default_factory=dict)
    remote: dict[str, None] = field(default_factory=dict)

    def filter(self, tag: str, name: str, value: str) -> str | None:
        """Return what becomes of an attribute (`nh3.clean`)."""
        if name == "href" and tag == "a":
            link = read_link(value)
            if len(self.links) < MOST_LINKS:
                self.links.setdefault(link.address, link)
            return link.address
        if name == "src":
            return self._find_picture(value) if tag == "img" else None
        if name == "style":
            return None if _NO_STYLE.search(value) else value[:1000]
        return reveal(value[:300])

    def _find_picture(self, source: str) -> str | None:
        if source[:4].lower() == "cid:":
            return self.pictures.get(unescape(source[4:]))
        host = read_link(source).host
        if host and len(self.remote) < 20:
            self.remote[host] = None
        return None


def make_safe(source: str, pictures: Mapping[str, str]) -> SafeHtml:
    """Return `source` without anything that acts. `pictures` are those it may show, by Content-ID."""
    findings = _Findings(pictures)
    cleaned = nh3.clean(
        source[:LONGEST],
        tags=_TAGS,
        clean_content_tags=_CLEANED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=findings.filter,
        link_rel=None,
        url_schemes=_SCHEMES,
        filter_style_properties=_STYLES,
    )
    # The serialiser writes no other attribute on a link, and no quotation mark within a value: the pattern is exact.
    inert = _LINK.sub(r'<a title="\1">', reveal(cleaned))
    return SafeHtml(inert, tuple(findings.links.values()), tuple(findings.remote), len(source) > LONGEST)


def read_link(address: str) -> Link:
    """Return where an address leads, as it may be shown: its host as the DNS has it."""
    shown = reveal(" ".join(address[:_LONGEST_ADDRESS].split()))
    try:
        parts = urlsplit(shown)
        host = parts.hostname or ""
    except ValueError:
        return Link(shown, "", is_odd=True)
    written = write_host(host)
    # What stands before an @ looks like a host, and is none (RFC 3986 section 3.2.1).
    is_odd = not host.isascii() or mixes_alphabets(host) or "xn--" in host or "@" in parts.netloc
    if not host.isascii():
        shown = parts._replace(netloc=parts.netloc.lower().replace(host, written)).geturl()
    return Link(shown, written, is_odd)
