"""What all sessions of one listener share: whom they speak for, and what they are given."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Literal

from inbound.listener.limits import Doors, Limits
from inbound.store import Arrival, Kept, NotKept


@dataclass(frozen=True)
class Reception:
    """A listener's settings and its ways to the rest of the house."""

    hostname: str
    knows: Callable[[str], bool]
    """Whether we take mail for an address."""
    keep: Callable[[Arrival], Awaitable[Kept | NotKept]]
    clock: Callable[[], datetime]
    protocol: Literal["smtp", "lmtp"] = "smtp"
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None
    proxies: Sequence[IPv4Network | IPv6Network] = ()
    """Who must begin with a PROXY header. From anybody else it is no command that we know."""
    doors: Doors = field(init=False)
    loop: asyncio.AbstractEventLoop = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "doors", Doors(self.limits))
        object.__setattr__(self, "loop", asyncio.get_running_loop())

    def is_proxy(self, peer_address: str) -> bool:
        """Tell whether a connection from `peer_address` is one that a trusted proxy passes on."""
        if not self.proxies:
            return False
        address = ip_address(peer_address)
        # A socket that takes both families calls an IPv4 client ::ffff:192.0.2.1.
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.proxies)
