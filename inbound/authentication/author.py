"""Who wrote a mail, by its own word: the one mailbox of the one From, or none where anything is open to two readings.

Here belongs reading From strictly. Whether the author's domain stands by it is judged in `dmarc`; Reply-To, Sender and
display names never tell who wrote.
"""

import re
from dataclasses import dataclass

from inbound.authentication.dkim_verify import find_weaknesses
from wire.address import Address, AddressFault, parse_address
from wire.message import Field, Header

_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f]|\\[ -~])*"')
_SPECIAL = re.compile(r'[\x00-\x08\x0a-\x1f\x7f"<>()@,;:\\\[\]]')
_LIKE_AN_ADDRESS = re.compile(r"[^\s<>()\"',;:\[\]\\@]{1,64}@[A-Za-z0-9.\-\u0080-\uffff]{1,255}")
_MAX_CLAIMED = 20


@dataclass(frozen=True, slots=True)
class AuthorFault:
    """Why a mail has no author that could be believed, and the addresses that it shows in From all the same."""

    reason: str
    claimed: tuple[str, ...] = ()


def read_author(header: Header) -> Address | AuthorFault:
    """Return the address of the author, or why it is not plain.

    One field From with one mailbox, `address` or `name <address>`; no group, route, comment, quoted local part or
    encoded word in the address, and no second copy of a field that may stand once. Names may hold dots, as they do.
    """
    fields = header.every("from")
    claimed = _find_claimed(fields)
    weaknesses = find_weaknesses(header)
    if weaknesses:
        return AuthorFault("; ".join(sorted(weaknesses)), claimed)
    if len(fields) != 1:
        return AuthorFault(f"there are {len(fields)} fields From", claimed)
    address = _read_mailbox(fields[0])
    return AuthorFault(address, claimed) if isinstance(address, str) else address


def _read_mailbox(field: Field) -> Address | str:
    """Return the one address of a field, or why there is none."""
    name, _, value = field.raw.partition(b":")
    if name.lower() != b"from":
        return "a space stands before the colon of From"
    try:
        text = value.decode("utf-8").replace("\r\n", "").strip(" \t")
    except UnicodeDecodeError:
        return "From is not UTF-8"
    address = text
    if text.endswith(">"):
        phrase, _, address = text[:-1].rpartition("<")
        if _SPECIAL.search(_QUOTED.sub("", phrase)):
            return "From holds more than a name and an address"
    if "=?" in address or '"' in address:
        return "the address in From is encoded or quoted"
    parsed = parse_address(address)
    return f"the address in From {parsed.reason}" if isinstance(parsed, AddressFault) else parsed


def _find_claimed(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Return everything in From that a reader may take for an address, each once."""
    found: dict[str, None] = {}
    for field in fields:
        for text in (field.value, field.text):
            found.update(dict.fromkeys(match[0].rstrip(".-") for match in _LIKE_AN_ADDRESS.finditer(text)))
    return tuple(found)[:_MAX_CLAIMED]
