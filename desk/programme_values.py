"""What a single value of a programme file may be: names, addresses, slugs, colours.

Here belong types with their checks; each fault goes on from the value's path ("issuers[0].name: is empty"). How
values make up a programme stands in `programme_document`.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from badges.branding import BadColor, parse_color
from desk.roster.cells import CellFault
from desk.roster.dates import EARLIEST, LATEST
from desk.roster.names import BIDI_CONTROLS, read_name
from wire.address import AddressFault, fold_address, parse_address

LONGEST_NAME = 200
LONGEST_TEXT = 4000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _check_line(value: str) -> str:
    # A name or title as it is kept: one line, NFC.
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise ValueError("is empty")
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in text):
        raise ValueError("holds a line break or another control character")
    if BIDI_CONTROLS.search(text):
        raise ValueError("holds a mark that turns the direction of text")
    return text


def check_person_name(value: str) -> str:
    """Return the name of a person as a roster's is kept. Raises `ValueError` with words that go on from its name."""
    name = read_name(value)
    if isinstance(name, CellFault):
        raise ValueError(name.reason)
    return name


def _check_text(value: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t" for character in value):
        raise ValueError("holds control characters")
    return unicodedata.normalize("NFC", value).strip()


def _check_address(value: str) -> str:
    parsed = parse_address(value)
    if isinstance(parsed, AddressFault):
        raise ValueError(parsed.reason)
    return fold_address(parsed)


def _check_slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError("must be made of a-z, 0-9 and single hyphens, such as bridge-inspector")
    return value


def _check_domain(value: str) -> str:
    parsed = parse_address(f"postmaster@{value}")
    if isinstance(parsed, AddressFault):
        raise ValueError("is no domain name")
    return parsed.domain


def _check_website(value: str) -> str:
    if not value.isprintable() or not re.fullmatch(r"https?://[^\s/$.?#][^\s\"<>]*", value):
        raise ValueError("must be an address on the web that starts with https:// or http://")
    return value


def _check_color(value: str) -> str:
    color = parse_color(value)
    if isinstance(color, BadColor):
        raise ValueError(color.reason)
    return str(color)


def _check_day(value: object) -> date:
    # Pydantic alone would take seconds since 1970 as well, and a moment at midnight.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day, written as 2026-11-23")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("is a day that does not exist") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"lies before {EARLIEST}" if day < EARLIEST else f"lies after {LATEST}")
    return day


Slug = Annotated[str, Field(max_length=64), AfterValidator(_check_slug)]
PersonName = Annotated[str, AfterValidator(check_person_name)]
Day = Annotated[date, BeforeValidator(_check_day)]
Line = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_check_line)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_check_text)]
MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_check_address)]
Domain = Annotated[str, Field(max_length=253), AfterValidator(_check_domain)]
Website = Annotated[str, Field(max_length=500), AfterValidator(_check_website)]
Color = Annotated[str, AfterValidator(_check_color)]
Language = Literal["en", "es", "fr", "de"]
