"""What an award rests on, as rosters give it: the address of a page, and a line of the issuer's.

Here belongs what the two cells may hold. Nothing is ever fetched from such a page; people are shown its host before
they follow the link, so what stands there is the very host that a browser turns to.
"""

import re
import unicodedata
from urllib.parse import quote

from desk.roster.cells import CellFault, find_cell_fault
from desk.roster.names import refuse_characters
from wire.address import AddressFault, parse_address

LONGEST = 2000
"""Characters of either."""

_URL = re.compile(r"(https?)://([^\s/?#\\@:\[\]]+)(:[0-9]{1,5})?([/?#].*)?", re.IGNORECASE)
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_URI_CHARACTERS = "!$%&'()*+,/:;=?@"
"""What `quote` leaves alone beside letters, digits and `_.-~` (RFC 3986 section 2)."""


def read_evidence_url(text: str) -> str | CellFault:
    """Return the address as a URI (RFC 3986), its host in lower case and `xn--` form; or why it is none of a web page.

    There is no user name in it: `https://bank.example@other.example` would pass for a page of the bank's.
    """
    url = text.strip()
    reason = refuse_characters(url)
    fault = find_cell_fault(text) or (CellFault(reason) if reason else None)
    if fault:
        return fault
    match = _URL.fullmatch(url)
    domain = parse_address(f"host@{match[2]}") if match else None
    if match is None or domain is None or isinstance(domain, AddressFault) or any(map(str.isspace, url)):
        return CellFault("is not a web address (https:// or http://, a domain, no user name, no space)")
    return _cap(f"{match[1].lower()}://{domain.domain}{match[3] or ''}{_write_rest(match[4] or '')}")


def read_narrative(text: str) -> str | CellFault:
    """Return the text in NFC with single spaces, or why it is none."""
    reason = refuse_characters(text)
    fault = find_cell_fault(text) or (CellFault(reason) if reason else None)
    return fault or _cap(" ".join(unicodedata.normalize("NFC", text).split()))


def _write_rest(rest: str) -> str:
    before, mark, fragment = rest.partition("#")
    return mark.join(quote(_STRAY_PERCENT.sub("%25", part), safe=_URI_CHARACTERS) for part in (before, fragment))


def _cap(text: str) -> str | CellFault:
    return text if len(text) <= LONGEST else CellFault(f"is longer than {LONGEST} characters")
