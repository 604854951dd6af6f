"""What one client, and all of them together, may take: the limits, and the count of what is taken.

Here belong numbers. What is said to a client that is over a limit stands in `session`.
"""

from collections import Counter
from dataclasses import dataclass

from wire.network import network_of


@dataclass(frozen=True)
class Limits:
    """All limits of a listener. Times in seconds, sizes in bytes."""

    connections: int = 500
    connections_per_address: int = 50
    """From one IPv4 address or IPv6 /64. 0: no limit, for a listener behind one trusted relay."""
    commands: int = 1000
    """In one connection."""
    errors: int = 20
    """Replies 4xx and 5xx in one connection."""
    recipients: int = 100
    message_bytes: int = 25 << 20
    bytes_in_flight: int = 256 << 20
    """Of all messages together that are being received or committed."""
    idle_seconds: float = 300
    """Until the next command, or the next bytes of a message (RFC 5321 section 4.5.3.2.7)."""
    transaction_seconds: float = 900
    """From MAIL to the end of data: a client that sends a byte a minute is never idle."""
    proxy_seconds: float = 10
    """For the header of the PROXY protocol."""


class Doors:
    """How many are inside, and what they carry. One for a listener; used from one event loop only."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inside: Counter[str] = Counter()
        self._bytes = 0

    def enter(self, address: str) -> bool:
        """Let a connection in and count it, or tell that it is one too many."""
        per_address, network = self._limits.connections_per_address, network_of(address)
        if self._inside.total() >= self._limits.connections or (per_address and self._inside[network] >= per_address):
            return False
        self._inside[network] += 1
        return True

    def leave(self, address: str) -> None:
        """Count out a connection that was let in."""
        network = network_of(address)
        self._inside[network] -= 1
        if not self._inside[network]:
            del self._inside[network]

    def carry(self, size: int) -> bool:
        """Make room for `size` more bytes, or tell that there is none."""
        if self._bytes + size > self._limits.bytes_in_flight:
            return False
        self._bytes += size
        return True

    def put_down(self, size: int) -> None:
        """Give back the room of `size` bytes."""
        self._bytes -= size

    @property
    def bytes_in_flight(self) -> int:
        """Bytes that are carried now."""
        return self._bytes
