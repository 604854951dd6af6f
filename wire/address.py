"""E-mail addresses (RFC 5321 section 4.1.2, RFC 5322 section 3.4.1): taken apart strictly, or refused with a reason.

Here belongs the bare address. Display names are written and read where headers are; what is probably a slip of the
keyboard is told in `misspelling`. Nothing here asks the DNS.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_LOCAL_PART = 64
"""Octets (RFC 5321 section 4.5.3.1.1)."""
MAX_DOMAIN = 255
"""Octets (RFC 5321 section 4.5.3.1.2)."""
MAX_ADDRESS = 254
"""Octets: a path is 256 with its angle brackets (RFC 5321 section 4.5.3.1.3, RFC 3696 erratum 1690)."""
_LONGEST_TEXT = 1000
"""Characters that are looked at: more than any spelling of an address has, and few enough for what is slow below."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+{_LABEL})")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_QUOTED_PAIR = re.compile(r"\\(.)")
_LINE_BREAKS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = {"Cf", "Cn", "Co", "Cs"}
_READ_DIFFERENTLY = re.compile("[ßẞς]")
_SHAPES = (
    ("<>", "holds < or >: only the bare address is wanted, without a name"),
    ("()", "holds a comment in parentheses"),
    (",", "holds a comma"),
    (";", "holds a semicolon"),
    ("[]", "names its host by number, in square brackets: a domain is needed"),
    (":", "holds a colon"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """`local_part` and `domain` of an addr-spec, in one canonical spelling each.

    The local part keeps its case, is NFC, and is quoted only where it must be. The domain is lower case, A-labels.
    """

    local_part: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Only a next hop that offers SMTPUTF8 (RFC 6531) can take mail to this address."""
        return not self.local_part.isascii()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name to show for it (RFC 5322 section 3.4); empty where there is none."""

    display_name: str
    address: Address


@dataclass(frozen=True, slots=True)
class AddressFault:
    """Why a text is no address: words that go on from "this address …", for the person who wrote it."""

    reason: str


def parse_address(text: str) -> Address | AddressFault:
    """Return the address that `text` is, or why it is none. Never raises; nothing around the address is forgiven."""
    if len(text) > _LONGEST_TEXT:
        return AddressFault(f"is longer than {MAX_ADDRESS} bytes")
    plain = _PLAIN.fullmatch(text)
    if plain:
        domain = plain[2].lower()
        if len(text) <= MAX_ADDRESS and len(plain[1]) <= MAX_LOCAL_PART and _is_plain_domain(domain):
            return Address(plain[1], domain)
    reason = _refuse_characters(text)
    if reason:
        return AddressFault(reason)
    local_text, domain_text = _split_at(text)
    reason = _refuse_shape(local_text, domain_text)
    if reason:
        return AddressFault(reason)
    return _join(_read_local_part(local_text), _read_domain(domain_text))


def fold_address(address: Address) -> str:
    """Return the form by which addresses are matched and stored: whole, and without regard to case."""
    return unicodedata.normalize("NFC", str(address).lower())


def _is_plain_domain(domain: str) -> bool:
    return "xn--" not in domain and not domain.rpartition(".")[2].isdigit()


def _join(local_part: str | AddressFault, domain: str | AddressFault) -> Address | AddressFault:
    if isinstance(local_part, AddressFault):
        return local_part
    if isinstance(domain, AddressFault):
        return domain
    if len(local_part.encode()) + 1 + len(domain) > MAX_ADDRESS:
        return AddressFault(f"is longer than {MAX_ADDRESS} bytes")
    return Address(local_part, domain)


def _refuse_characters(text: str) -> str | None:
    if not text.strip():
        return "is empty"
    if _LINE_BREAKS.search(text):
        return "holds a line break"
    categories = {unicodedata.category(character) for character in text}
    if "Cc" in categories:
        return "holds a control character"
    if categories & _INVISIBLE:
        return "holds an invisible character"
    return None


def _split_at(text: str) -> tuple[str, str | None]:
    """Part at the @ that ends the local part; the second is None without one."""
    quoted = _QUOTED.match(text)
    start = quoted.end() if quoted else 0
    at = text.find("@", start)
    return (text, None) if at < 0 else (text[:at], text[at + 1 :])


def _refuse_shape(local_part: str, domain: str | None) -> str | None:
    """Tell the forms that people write in place of a bare address."""
    bare = _QUOTED.sub("", f"{local_part}@{domain or ''}")
    if bare.lower().startswith("mailto:"):
        return "starts with mailto:"
    for characters, reason in _SHAPES:
        if any(character in bare for character in characters):
            return reason
    if any(character.isspace() for character in bare):
        return "holds a space"
    if domain is None:
        return "has no @"
    return "holds two @" if "@" in domain else None


def _read_local_part(text: str) -> str | AddressFault:
    if not text or text == '""':
        return AddressFault("has nothing before the @")
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        local_part = _quote_if_needed(_QUOTED_PAIR.sub(r"\1", quoted[1]))
    else:
        local_part = unicodedata.normalize("NFC", text)
        reason = _refuse_dot_atom(local_part)
        if reason:
            return AddressFault(reason)
    if len(local_part.encode()) > MAX_LOCAL_PART:
        return AddressFault(f"has more than {MAX_LOCAL_PART} bytes before the @")
    return local_part


def _quote_if_needed(content: str) -> str:
    """RFC 5321 section 4.1.2: the quoted and the unquoted spelling are the same mailbox, and the plainer one is to be
    preferred."""
    content = unicodedata.normalize("NFC", content)
    if _refuse_dot_atom(content) is None:
        return content
    return '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'


def _refuse_dot_atom(text: str) -> str | None:
    if text.startswith(".") or text.endswith(".") or ".." in text:
        return "has a dot too many before the @"
    if text.isascii():
        return None if _DOT_ATOM.fullmatch(text) else "holds a character that may not stand before the @"
    # UTF8-non-ascii counts as atext (RFC 6531 section 3.3), white space of any script excepted.
    ascii_part = "".join("x" if ord(character) > 127 and not character.isspace() else character for character in text)
    return _refuse_dot_atom(ascii_part)


def _read_domain(text: str | None) -> str | AddressFault:
    if not text:
        return AddressFault("has no domain")
    if len(text) > MAX_DOMAIN:
        return AddressFault(f"has a domain longer than {MAX_DOMAIN} bytes")
    if _READ_DIFFERENTLY.search(text):
        # IDNA 2003 maps these to other letters, IDNA 2008 keeps them: two domains, perhaps with two owners.
        return AddressFault("has a letter in its domain that mail systems read differently: write its xn-- form")
    try:
        domain = text.lower() if text.isascii() else text.encode("idna").decode("ascii").lower()
        if "xn--" in domain:
            domain.encode("ascii").decode("idna")
    except UnicodeError:
        return AddressFault(_explain_labels(text) or "has a domain that is no valid international name")
    reason = _explain_labels(domain)
    return AddressFault(reason) if reason else domain


def _explain_labels(domain: str) -> str | None:
    labels = domain.split(".")
    if "" in labels:
        return "has a dot too many in its domain"
    if len(labels) == 1:
        return "has a domain without a dot"
    if max(map(len, labels)) > 63:
        return "has more than 63 characters between two dots of its domain"
    if domain.isascii() and not _DOMAIN.fullmatch(domain):
        return "has a character in its domain that may not stand there"
    if labels[-1].isdigit():
        return "ends in a number: a domain is needed"
    return f"has a domain longer than {MAX_DOMAIN} bytes" if len(domain) > MAX_DOMAIN else None
