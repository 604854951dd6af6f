"""What a single value of a programme file may be: names, addresses, slugs, colours.

Here belong types with their checks; each fault goes on from the value's path ("issuers[0].name: is empty"). How
values make up a programme stands in `programme_document`.
"""

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from badges.branding import BadColor, parse_color
from wire.address import AddressFault, fold_address, parse_address

LONGEST_NAME = 200
LONGEST_TEXT = 4000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check_line(value: str) -> str:
    """Return a name or title as it is kept: one line, NFC. Raises `ValueError` with words that go on from its name."""
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise ValueError("is empty")
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for character in text):
        raise ValueError("holds a line break or another control character")
    return text


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
    if not re.fullmatch(r"https?://[^\s/$.?#][^\s\"<>]*", value):
        raise ValueError("must be an address on the web that starts with https:// or http://")
    return value


def _check_color(value: str) -> str:
    color = parse_color(value)
    if isinstance(color, BadColor):
        raise ValueError(color.reason)
    return str(color)


Slug = Annotated[str, Field(max_length=64), AfterValidator(_check_slug)]
Line = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(check_line)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_check_text)]
MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_check_address)]
Domain = Annotated[str, Field(max_length=253), AfterValidator(_check_domain)]
Website = Annotated[str, Field(max_length=500), AfterValidator(_check_website)]
Color = Annotated[str, AfterValidator(_check_color)]
Language = Literal["en", "es", "fr", "de"]
