"""A world for attacks: a genuine domain with a registered contact, an attacker with a domain of their own, the DNS."""

import base64
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from badges.register import KnownContact, KnownEarner, KnownIssuer
from inbound.authentication.proof import Proof, Trust, prove_author
from inbound.envelope import Envelope
from inbound.identity import Identity, identify
from inbound.listener.paths import NULL_PATH, read_path
from tests.inbound.authentication.conftest import Table
from wire.message import read_header

NOW = datetime.now(UTC)  # dkimpy signs with the machine's own clock
BORDER = "mx.badgepost.example"
ADMIN = "admin@legit.example"
_ISSUER = KnownIssuer("i1", "legit", "Legit Society", "legit.example", ADMIN, False, "en")


def _make_key() -> tuple[bytes, str]:
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


LEGIT_KEY, _LEGIT_RECORD = _make_key()
ATTACK_KEY, _ATTACK_RECORD = _make_key()
ZONE: dict[str, Any] = {
    "legit.example": {"TXT": ("v=spf1 ip4:192.0.2.1 -all",)},
    "attack.example": {"TXT": ("v=spf1 ip4:203.0.113.1 -all",)},
    "any.attack.example": {"TXT": ("v=spf1 ip4:203.0.113.1 -all",)},
    "mx.attack.example": {"TXT": ("v=spf1 ip4:203.0.113.1 -all",)},
    "sel._domainkey.legit.example": {"TXT": (_LEGIT_RECORD,)},
    "sel._domainkey.attack.example": {"TXT": (_ATTACK_RECORD,)},
    "_dmarc.legit.example": {"TXT": ("v=DMARC1; p=reject",)},
    "_dmarc.attack.example": {"TXT": ("v=DMARC1; p=none",)},
}


class Contacts:
    """A register in which one address is a contact, and nothing else is known."""

    def find_contacts(self, addresses: Collection[str]) -> tuple[KnownContact, ...]:
        return (KnownContact(_ISSUER, ADMIN, "Legit Admin"),) if ADMIN in addresses else ()

    def find_by_addresses(self, addresses: Collection[str]) -> Mapping[str, KnownEarner]:
        return {}

    def find_by_names(self, name_keys: Collection[str]) -> Mapping[str, tuple[KnownEarner, ...]]:
        return {}

    def list_badges(self, issuer_id: str) -> tuple[tuple[str, str], ...]:
        return ()


def sign(mail: bytes, domain: str, selector: bytes = b"sel", key: bytes = ATTACK_KEY, **options: Any) -> bytes:
    """Return a DKIM-Signature field over `mail`."""
    return bytes(dkim.sign(mail, selector, domain.encode(), key, **options))


def arrive(
    mail: bytes,
    *,
    mail_from: str = "<any@attack.example>",
    helo: str = "mx.attack.example",
    ip: str = "203.0.113.1",
    trusts: tuple[str, ...] = (),
    zone: Mapping[str, Any] | None = None,
    at: datetime = NOW,
) -> tuple[Identity, Proof] | None:
    """Let a mail come in and tell whose it is; None: MAIL FROM was refused already. `mail_from` with its brackets."""
    path = read_path(mail_from)
    if path is None:
        return None
    reverse_path = "" if path[0] == NULL_PATH else path[0]
    envelope = Envelope(at, reverse_path, ("support@badgepost.example",), ip, helo)
    proof = prove_author(mail, envelope, Trust(trusts), Table({**ZONE, **(zone or {})}))
    header, _ = read_header(mail)
    return identify(proof, header, envelope, Contacts()), proof
