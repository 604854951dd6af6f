"""The macros of SPF (RFC 7208 section 7): checked when a record is read, expanded when it is evaluated.

Here belongs the text alone. What stands for `p` takes questions to the DNS and is passed in as a function.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_MACRO = r"%\{[slodiphv](?:[1-9][0-9]{0,3})?r?[.\-+,/_=]*\}"
_MACRO_IN_EXPLANATION = r"%\{[slodiphvcrt](?:[1-9][0-9]{0,3})?r?[.\-+,/_=]*\}"
_LITERAL = r"[\x21-\x24\x26-\x7e]|%[%_\-]"
_MACRO_STRING = re.compile(rf"(?:{_MACRO}|{_LITERAL})*", re.IGNORECASE)
_EXPLANATION = re.compile(rf"(?:{_MACRO_IN_EXPLANATION}|{_LITERAL}| )*", re.IGNORECASE)
_TOKEN = re.compile(rf"{_MACRO}|{_LITERAL}", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_PARTS = re.compile(r"%\{([a-z])([0-9]*)(r?)([.\-+,/_=]*)\}|%([%_\-])", re.IGNORECASE)
_ESCAPED = {"%": "%", "_": " ", "-": "%20"}
_MAX_NAME = 253


@dataclass(frozen=True, slots=True)
class MacroValues:
    """What the letters stand for. `validated_domain` is asked for only where a record has `p`."""

    ip: IpAddress
    sender: str
    helo: str
    domain: str
    receiver: str
    now: datetime
    validated_domain: Callable[[], str]

    def read(self, letter: str) -> str:
        """Return the value of a macro letter, lower case, before any transformation."""
        local_part, _, sender_domain = self.sender.rpartition("@")
        readings: dict[str, Callable[[], str]] = {
            "s": lambda: self.sender,
            "l": lambda: local_part,
            "o": lambda: sender_domain,
            "d": lambda: self.domain,
            "i": lambda: write_dotted(self.ip),
            "p": self.validated_domain,
            "h": lambda: self.helo,
            "v": lambda: "in-addr" if self.ip.version == 4 else "ip6",
            "c": lambda: str(self.ip),
            "r": lambda: self.receiver,
            "t": lambda: str(int(self.now.timestamp())),
        }
        return readings[letter]()


def is_domain_spec(text: str) -> bool:
    """Tell whether a text is a domain-spec by the grammar (RFC 7208 section 7.1)."""
    tokens = _TOKEN.findall(text)
    if not tokens or "".join(tokens) != text:
        return False
    _, dot, top = text.removesuffix(".").rpartition(".")
    return tokens[-1].startswith("%{") or bool(dot and _LABEL.fullmatch(top) and not top.isdigit())


def is_macro_string(text: str) -> bool:
    """Tell whether a text may be the value of a modifier that nobody knows."""
    return bool(_MACRO_STRING.fullmatch(text))


def is_explanation(text: str) -> bool:
    """Tell whether a text may be shown as an explanation: ASCII, and all its macros whole."""
    return bool(_EXPLANATION.fullmatch(text))


def expand(text: str, values: MacroValues) -> str:
    """Return the text with its macros expanded; it must have passed one of the checks above."""
    return _PARTS.sub(lambda found: _expand_one(found, values), text)


def expand_domain(text: str, values: MacroValues) -> str:
    """Return the name that a domain-spec stands for, cut at its left where it is too long (RFC 7208 section 7.3)."""
    name = expand(text, values).removesuffix(".")
    while len(name) > _MAX_NAME and "." in name:
        name = name.partition(".")[2]
    return name


def write_dotted(ip: IpAddress) -> str:
    """Return an address with dots: an IPv6 address nibble by nibble."""
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", "").upper())


def _expand_one(found: re.Match[str], values: MacroValues) -> str:
    letter, digits, reverse, delimiters, escaped = found.groups()
    if escaped:
        return _ESCAPED[escaped]
    value = values.read(letter.lower())
    parts = re.split(f"[{re.escape(delimiters or '.')}]", value)
    if reverse:
        parts.reverse()
    if digits:
        parts = parts[-int(digits) :]
    joined = ".".join(parts) if digits or reverse or delimiters else value
    return quote(joined, safe="-._~") if letter.isupper() else joined
