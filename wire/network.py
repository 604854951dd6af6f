"""Networks: what counts as one source of connections and requests.

Here belongs telling sources apart by their IP addresses. How many requests a source may make is said where they are
counted.
"""

from ipaddress import IPv6Address, ip_address


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
