"""What earners may say of themselves, field by field: cleaned, or refused with a word for why.

Here belongs what a field may hold. Keeping it stands in `profile`. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from desk.roster.names import BIDI_CONTROLS

LONGEST: Mapping[str, int] = {"employer": 120, "title": 120, "phone": 40, "website": 200}
"""Characters of each field."""

_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]*(?:(?:x|ext\.?) ?[0-9]{1,8})?")
_WEBSITE = re.compile(r"https?://[^\s\"<>\\]+", re.IGNORECASE)
_UNFIT = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Details:
    """The fields of a profile that are text, each clean and perhaps empty."""

    employer: str = ""
    title: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class DetailFaults:
    """Why nothing was taken: by field `long`, `line` (a sign that no line of text has), `phone` or `website`."""

    by_field: Mapping[str, str]


def read_details(sent: Mapping[str, str]) -> Details | DetailFaults:
    """Return what somebody has sent, cleaned; fields that are missing are empty."""
    values = {field: _complete(field, unicodedata.normalize("NFC", sent.get(field, "")).strip()) for field in LONGEST}
    faults = {field: fault for field, value in values.items() if (fault := _find_fault(field, value))}
    return DetailFaults(faults) if faults else Details(**values)


def _complete(field: str, value: str) -> str:
    """Put the scheme before an address on the web that was written without."""
    lacks_scheme = field == "website" and value and "://" not in value
    return f"https://{value}" if lacks_scheme else value


def _find_fault(field: str, value: str) -> str | None:
    if len(value) > LONGEST[field]:
        return "long"
    if BIDI_CONTROLS.search(value) or any(unicodedata.category(character) in _UNFIT for character in value):
        return "line"
    is_sound = _CHECKS.get(field)
    return None if not value or is_sound is None or is_sound(value) else field


def _is_phone(value: str) -> bool:
    return _PHONE.fullmatch(value) is not None and sum(character.isdigit() for character in value) >= 3


def _is_website(value: str) -> bool:
    """Whether it is an address that a browser opens as a page: no script, no user name that passes for a host."""
    if not _WEBSITE.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return "@" not in parts.netloc and "." in host.strip(".") and ".." not in host


_CHECKS: Mapping[str, Callable[[str], bool]] = {"phone": _is_phone, "website": _is_website}
