"""Style sheet, script and icon of the pages, and the colours of an issuer as a style sheet of their own.

Every address holds a digest of the content, so a browser may keep it for good. Colours come as a style sheet because
the pages' content security policy allows no style within a page. Files are packed once, at start; pages are not: what
a stranger can write into one would be packed together with the word of its forms (the BREACH attack).
"""

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from badges.branding import WHITE, derive_palette, measure_contrast, read_brand

FOREVER = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_BRAND_FILE = re.compile(r"brand-([0-9a-f]{6})\.css")
_BRAND_SHEET = """\
:root {{ --brand: {color}; --on-brand: {color_text}; --link: {link_color}; }}
@media (prefers-color-scheme: dark) {{ :root {{ --link: {link_color_dark}; }} }}
"""
MOST_CODINGS = 20
"""How many entries of an Accept-Encoding header are looked at: a stranger writes it."""
_LIGHT = 1.6
"""Below this contrast with white, a button in the colour would hardly stand out from the page: it gets an edge."""


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    media_type: str
    packed: bytes | None = None
    """The same in gzip (RFC 1952), where that is worth it."""

    def choose(self, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
        """Return the bytes for who accepts that, and the header fields that say so (RFC 9110 section 12.5.3)."""
        if self.packed is None:
            return self.content, {}
        headers = {"vary": "Accept-Encoding"}
        if not _accepts_gzip(accept_encoding):
            return self.content, headers
        return self.packed, {**headers, "content-encoding": "gzip"}


class Assets:
    """The files of one folder, read once, and the style sheets of issuers' colours, made when asked for."""

    def __init__(self, folder: Path, root: str) -> None:
        self._root = root
        self._assets: dict[str, Asset] = {}
        self._urls: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            self._add(path)

    def url_of(self, name: str) -> str:
        """Return the path of a file. Raises `KeyError` if there is none of that name: a fault of a template."""
        return self._urls[name]

    def url_of_brand(self, color: str) -> str:
        """Return the path of the style sheet for an issuer's `color`; one that cannot be read gives our own."""
        return f"{self._root}/assets/brand-{str(read_brand(color)).removeprefix('#')}.css"

    def find(self, name: str) -> Asset | None:
        """Return the file that a path names, or None."""
        brand = _BRAND_FILE.fullmatch(name)
        return _draw_brand_sheet(brand[1]) if brand else self._assets.get(name)

    def _add(self, path: Path) -> None:
        content = path.read_bytes()
        name = f"{path.stem}.{sha256(content).hexdigest()[:12]}{path.suffix}"
        self._assets[name] = Asset(content, _MEDIA_TYPES[path.suffix], _pack(content))
        self._urls[path.name] = f"{self._root}/assets/{name}"


def _pack(content: bytes) -> bytes | None:
    packed = gzip.compress(content, 9, mtime=0)
    return packed if len(packed) < len(content) // 2 else None


def _accepts_gzip(accept_encoding: str) -> bool:
    for coding in accept_encoding.lower().split(",")[:MOST_CODINGS]:
        name, _, weight = coding.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return weight.strip().removeprefix("q=").strip("0.") != "" if weight else True
    return False


def _draw_brand_sheet(digits: str) -> Asset:
    color = read_brand(f"#{digits}")
    palette = derive_palette(color)
    sheet = _BRAND_SHEET.format(
        color=palette.color,
        color_text=palette.color_text,
        link_color=palette.link_color,
        link_color_dark=palette.link_color_dark,
    )
    if measure_contrast(color, WHITE) < _LIGHT:
        sheet += ".button { border-color: var(--edge); }\n"
    return Asset(sheet.encode("ascii"), "text/css")
