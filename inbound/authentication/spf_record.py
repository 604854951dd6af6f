"""SPF records (RFC 7208 sections 4.6.1, 5, 6 and 12): read whole by the grammar before any of it is evaluated."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, cast

from inbound.authentication.spf_macros import is_domain_spec, is_macro_string

Qualifier = Literal["+", "-", "~", "?"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_VERSION = "v=spf1"
_DIRECTIVE = re.compile(r"([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|$)(.*)", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9\-_.]*)=(.*)")
_LENGTHS = re.compile(r"(?P<rest>.*?)(?:/(?P<ip4>0|[1-9][0-9]?))?(?://(?P<ip6>0|[1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Directive:
    """One mechanism with its qualifier. What does not belong to the mechanism has the value that means nothing."""

    qualifier: Qualifier
    mechanism: str
    domain_spec: str | None = None
    network: Network | None = None
    ip4_length: int = 32
    ip6_length: int = 128
    text: str = ""
    """As written."""


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """The directives in their order, and the modifiers that mean something."""

    directives: tuple[Directive, ...]
    redirect: str | None
    explanation: str | None


@dataclass(frozen=True, slots=True)
class SpfSyntaxFault:
    """Why a record is none: any syntax error anywhere in it is a permanent error (RFC 7208 section 4.6)."""

    reason: str


def is_spf(text: str) -> bool:
    """Tell whether a TXT record is an SPF record at all (RFC 7208 section 4.5)."""
    return text[: len(_VERSION)].lower() == _VERSION and text[len(_VERSION) : len(_VERSION) + 1] in ("", " ")


def parse_spf(text: str) -> SpfRecord | SpfSyntaxFault:
    """Return what a record says; it must be one by `is_spf`."""
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in filter(None, text[len(_VERSION) :].split(" ")):
        directive = _parse_directive(term)
        if directive is not None:
            directives.append(directive)
        elif not _take_modifier(term, modifiers):
            return SpfSyntaxFault(f"its term {term!r} is not valid")
    return SpfRecord(tuple(directives), modifiers.get("redirect"), modifiers.get("exp"))


def _take_modifier(term: str, modifiers: dict[str, str]) -> bool:
    """Add a modifier; False where it is none, or is one that may stand only once and has stood before."""
    found = _MODIFIER.fullmatch(term)
    if found is None:
        return False
    name = found[1].lower()
    if name not in ("redirect", "exp"):
        return is_macro_string(found[2])
    if name in modifiers or not is_domain_spec(found[2]):
        return False
    modifiers[name] = found[2]
    return True


def _parse_directive(term: str) -> Directive | None:
    found = _DIRECTIVE.fullmatch(term)
    if found is None:
        return None
    qualifier, mechanism, argument = cast("Qualifier", found[1] or "+"), found[2].lower(), found[3]
    if mechanism == "all":
        return None if argument else Directive(qualifier, mechanism, text=term)
    if mechanism in ("ip4", "ip6"):
        network = _parse_network(mechanism, argument)
        return None if network is None else Directive(qualifier, mechanism, network=network, text=term)
    if mechanism in ("a", "mx"):
        return _parse_with_lengths(qualifier, mechanism, argument, term)
    return _parse_with_domain(qualifier, mechanism, argument, term)


def _parse_with_domain(qualifier: Qualifier, mechanism: str, argument: str, term: str) -> Directive | None:
    if not argument and mechanism == "ptr":
        return Directive(qualifier, mechanism, text=term)
    if not argument.startswith(":") or not is_domain_spec(argument[1:]):
        return None
    return Directive(qualifier, mechanism, domain_spec=argument[1:], text=term)


def _parse_with_lengths(qualifier: Qualifier, mechanism: str, argument: str, term: str) -> Directive | None:
    found = _LENGTHS.fullmatch(argument)
    if found is None:
        return None
    ip4_length, ip6_length = int(found["ip4"] or 32), int(found["ip6"] or 128)
    if found["rest"] == "":
        domain_spec = None
    elif found["rest"].startswith(":") and is_domain_spec(found["rest"][1:]):
        domain_spec = found["rest"][1:]
    else:
        return None
    if ip4_length > 32 or ip6_length > 128:
        return None
    return Directive(qualifier, mechanism, domain_spec, None, ip4_length, ip6_length, term)


def _parse_network(mechanism: str, argument: str) -> Network | None:
    address, slash, length = argument.removeprefix(":").partition("/")
    if not argument.startswith(":") or (slash and not re.fullmatch(r"0|[1-9][0-9]{0,2}", length)) or "%" in address:
        return None
    make = ipaddress.IPv4Network if mechanism == "ip4" else ipaddress.IPv6Network
    try:
        return make(argument[1:], strict=False)
    except ValueError:
        return None
