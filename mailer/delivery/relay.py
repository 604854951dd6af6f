"""What is to be known of a relay and how long it may take. Values; the worker makes them from the settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Relay:
    """A next hop that takes our mail."""

    name: str
    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    """Certificates to trust instead of the system's."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int = 8
    messages_per_connection: int = 500
    rate: float | None = None
    """Messages a second, over all connections of this worker."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds that a relay may take."""

    connect: float = 30
    """Until it is connected, greeted, secured and logged in; for each of these steps."""
    command: float = 300
    """For the reply to a command (RFC 5321 section 4.5.3.2: 5 minutes for MAIL and RCPT)."""
    reply: float = 600
    """From the first byte of the body to the reply to the final dot (section 4.5.3.2.6: 10 minutes)."""
    idle: float = 10
    """How long a connection waits for another message before QUIT: servers soon hang up on idle clients."""
