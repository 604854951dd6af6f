"""Where an event may be posted to. A manager writes the URL, and we stand inside of the operator's network: whatever
is not on the public internet is refused (OWASP Server Side Request Forgery Prevention Cheat Sheet). Pure.

Here belong reading a URL and judging an address. The name is looked up in `posting`, at each connection anew, and it is
the address that is judged there which is connected to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

LONGEST_URL = 2000
PORTS_BELOW = frozenset({443})
"""Below 1024, where other protocols live, only this one."""
BAD_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697}
)
"""Ports from 1024 on that no browser connects to either (Fetch, "bad port")."""

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<userinfo>[^/?#]*@)?(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9.-]+))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!$-;=?-Z_a-z~@%\[\]]*|\?[!$-;=?-Z_a-z~@%\[\]]*)?"
)
"""Printable ASCII without blanks, quotes, angle brackets, backslash, fragment."""
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")

_CLOSED_4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # the inside of one large provider, at a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
"""IANA's special-purpose addresses (RFC 6890), multicast and what is reserved."""
_OPEN_6 = ip_network("2000::/3")
"""All of IPv6 that is routed. Outside of it: loopback, link-local, unique local, multicast, IPv4-mapped."""
_CLOSED_6 = tuple(
    ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
"""Within it: protocol assignments with Teredo, documentation, 6to4, AS112."""
_HIDES_4 = tuple(ip_network(network) for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"))
"""Forms in which the last 32 bits are an IPv4 address (RFC 4291, RFC 2765, RFC 6052)."""


class UrlFault(StrEnum):
    """Why a URL cannot be an endpoint. The pages say it in the reader's language."""

    NO_URL = "no_url"
    TOO_LONG = "too_long"
    NOT_HTTPS = "not_https"
    HAS_USER = "has_user"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"
    NOT_PUBLIC = "not_public"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart."""

    url: str
    scheme: str
    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int
    path: str
    """With the query; never empty."""

    @property
    def authority(self) -> str:
        """The Host header (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    @property
    def is_plain(self) -> bool:
        """Without TLS, which goes to this machine only."""
        return self.scheme == "http"


def read_target(url: str, allowed: Sequence[Network]) -> Target | UrlFault:
    """Return where `url` leads, or why it cannot be an endpoint. `allowed` are networks that the operator opened."""
    if len(url) > LONGEST_URL:
        return UrlFault.TOO_LONG
    scheme, separator, rest = url.strip().partition("://")
    head, tail = _cut_host(rest)
    match = _URL.fullmatch(f"{scheme.lower()}{separator}{head.lower()}{tail}")
    if match is None:
        return UrlFault.NO_URL
    host, port = match["six"] or match["name"], int(match["port"] or {"http": 80, "https": 443}[match["scheme"]])
    path = match["path"] or "/"
    target = Target(match[0], match["scheme"], host, port, path if path.startswith("/") else f"/{path}")
    return _find_fault(target, has_user=match["userinfo"] is not None, allowed=allowed) or target


def host_of(url: str) -> str:
    """Return where a URL that was read leads, short: its host, with its port if that is an unusual one."""
    return url.split("/")[2].partition("?")[0]


def may_reach(address: str, allowed: Sequence[Network], *, is_plain: bool = False) -> bool:
    """Tell whether an event may be posted to `address`, which a name was looked up to be. False for what is none.

    Without TLS (`is_plain`) only this machine, and only if the operator opened it.
    """
    try:
        found = _unwrap(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    is_opened = any(found in network for network in allowed)
    return found.is_loopback and is_opened if is_plain else is_opened or _is_public(found)


def _cut_host(rest: str) -> tuple[str, str]:
    end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    return rest[:end], rest[end:]


def _find_fault(target: Target, *, has_user: bool, allowed: Sequence[Network]) -> UrlFault | None:
    if has_user:
        return UrlFault.HAS_USER
    literal = _read_literal(target.host)
    if literal is None and not _is_name(target.host):
        return UrlFault.BAD_HOST
    if target.is_plain and not _is_own_machine(target.host, allowed):
        return UrlFault.NOT_HTTPS
    if literal is not None and not may_reach(str(literal), allowed, is_plain=target.is_plain):
        return UrlFault.NOT_PUBLIC
    return None if _is_sound_port(target.port) or target.is_plain else UrlFault.BAD_PORT


def _read_literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """Tell whether this is a name (RFC 1123 section 2.1) and no way to write a number: `0x7f.1`, `2130706433`."""
    labels = host.removesuffix(".").split(".")
    is_number = labels[-1].isdigit() or labels[-1].startswith("0x")
    return len(host) <= 253 and not is_number and all(_LABEL.fullmatch(label) for label in labels)


def _is_own_machine(host: str, allowed: Sequence[Network]) -> bool:
    addresses = ("127.0.0.1", "::1") if host == "localhost" else (host,)
    return any(may_reach(address, allowed, is_plain=True) for address in addresses)


def _is_sound_port(port: int) -> bool:
    return port in PORTS_BELOW or (1024 <= port <= 65535 and port not in BAD_PORTS)


def _unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address leads to, where it says so."""
    if isinstance(address, IPv6Address) and any(address in network for network in _HIDES_4):
        return address if int(address) <= 1 else IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)
