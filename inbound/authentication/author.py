"""Who wrote a mail, by its own word: the one mailbox of the one From, or none where anything is open to two readings.

Here belongs reading From strictly. Whether the author's domain stands by it is judged in `dmarc`; Reply-To, Sender and
display names never tell who wrote.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.utils import getaddresses

from inbound.authentication.dkim_verify import find_weaknesses
from inbound.fingerprint import split_header_block
from wire.address import Address, AddressFault, fold_address, parse_address
from wire.message import Field, Header

_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f]|\\[ -~])*"')
_SPECIAL = re.compile(r'[\x00-\x08\x0a-\x1f\x7f"<>()@,;:\\\[\]]')
_LIKE_AN_ADDRESS = re.compile(r"[^\s<>()\"',;:\[\]\\@]{1,64}@[A-Za-z0-9.\-\u0080-\uffff]{1,255}")
_MAX_CLAIMED = 20
_PLAIN_LINES = re.compile(rb"(?:(?:[!-9;-~]++:|[ \t])[^\r\n]*+\r\n)++")
"""Every line is a field or a fold, every break a CRLF."""


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
    weaknesses = find_weaknesses(header)
    if weaknesses:
        return AuthorFault("; ".join(sorted(weaknesses)), _find_claimed(fields))
    if len(fields) != 1:
        return AuthorFault(f"there are {len(fields)} fields From", _find_claimed(fields))
    address = _read_mailbox(fields[0])
    return AuthorFault(address, _find_claimed(fields)) if isinstance(address, str) else address


def doubt_author(author: Address | AuthorFault, header: Header, content: bytes) -> Address | AuthorFault:
    """Return the author of `content`, a whole mail with that header, unless the standard library, whose reading of a
    mail is another one, finds anybody else."""
    if isinstance(author, AuthorFault):
        return author
    found = [parse_address(address) for _, address in getaddresses(_read_otherwise(header, content))]
    if len(found) == 1 and isinstance(found[0], Address) and fold_address(found[0]) == fold_address(author):
        return author
    return AuthorFault("mail programs would show different senders", (fold_address(author),))


def _read_otherwise(header: Header, content: bytes) -> list[str]:
    """Return what the standard library takes for the fields From.

    About a header of plain lines it agrees with `wire.message`, so only others are read again: it ends a line at a bare
    CR, too, and a header at the first line that is no field.
    """
    head, _ = split_header_block(content)
    if not header.flaws and head[:1] not in (b" ", b"\t") and _PLAIN_LINES.fullmatch(head):
        values = [field.raw.partition(b":")[2].strip(b" \t\r\n") for field in header.every("from")]
        return [value.decode("utf-8", "replace") for value in values]
    found = [value for name, value in message_from_bytes(head).raw_items() if name.strip().lower() == "from"]
    return [str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in found]


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
