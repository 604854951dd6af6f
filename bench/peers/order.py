"""What a peer is given for one mail: every value ready-made, in the terms that all mail libraries share.

Ours starts from a ledger row and mints links, formats dates and chooses addresses itself; the peers get the results
of that. So a ratio says too little in our favour rather than too much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Order:
    """One mail to be built."""

    sender: tuple[str, str]
    """Name and address of From."""
    recipient: tuple[str, str]
    """Name and address of To."""
    reply_to: str
    date: datetime
    message_id: str
    """Without angle brackets."""
    more_headers: Mapping[str, str]
    """The headers that are neither an address nor a date, nor of MIME."""
    values: Mapping[str, str]
    """What the template's slots are filled with, unescaped. An absent optional slot has no entry."""
    mail_from: str
    """The envelope's."""


@dataclass(frozen=True)
class Signing:
    """How a peer signs: one RSA-2048 key, relaxed/relaxed."""

    domain: str
    selector: str
    private_key: bytes
    """PEM, PKCS#1 or PKCS#8."""
    headers: tuple[str, ...]
    """Names of the header fields to sign, lower case."""


@dataclass(frozen=True)
class Picture:
    """The inline image."""

    content: bytes
    content_id: str
    """Without angle brackets."""
