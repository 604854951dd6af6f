"""Networks: what counts as one source of connections and requests.

Here belongs telling sources apart by their IP addresses. How many requests a source may make is said where they are
counted.
"""

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address


def network_of(source: str) -> str:
    """Return what counts as one source: an IPv4 address, or an IPv6 /64, which one household holds whole (RFC 6177)."""
    try:
        address = ip_address(source)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


def is_inside(source: str, networks: Collection[IPv4Network | IPv6Network]) -> bool:
    """Tell whether an IP address is in one of `networks`; what is no address is in none."""
    try:
        address = ip_address(network_of(source) if "." in source else source)
    except ValueError:
        return False
    return any(address in network for network in networks)
