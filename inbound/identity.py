"""Who wrote a mail, by the support policy (docs/support-policy.md sections 1 and 4): role, and whose word they have.

Here belongs putting what is proven of the author (`inbound.authentication.proof`) beside what is on record
(`badges.register`). Reply-To, Sender, display names and the words of a mail never make anybody anybody. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from badges.register import KnownContact, KnownEarner, KnownIssuer, Register
from desk.words import Role
from inbound.authentication.author import AuthorFault
from inbound.authentication.proof import Proof, Verdict
from inbound.authentication.reservations import find_reservations
from inbound.envelope import Envelope
from wire.address import Address, fold_address, parse_address
from wire.dsn import find_addresses
from wire.message import Header


@dataclass(frozen=True, slots=True)
class Identity:
    """Who wrote."""

    role: Role
    address: str
    """The one From address, folded; empty where there is none that is plain."""
    verdict: Verdict
    words: str
    """Why, for staff."""
    contacts: tuple[KnownContact, ...] = ()
    """The registered contacts with that address, one for each issuer that they may speak for."""
    earner: KnownEarner | None = None
    """Whose address it is; None for a contact, also for one who is an earner as well."""
    authentication: dict[str, Any] | None = None
    """JSON-able: everything that was read and checked about the sender."""

    @property
    def issuers(self) -> tuple[KnownIssuer, ...]:
        """Whom the writer speaks for, or claims to."""
        return tuple(contact.issuer for contact in self.contacts)


def identify(
    proof: Proof, header: Header, envelope: Envelope, register: Register, *, seen_before: bool = False
) -> Identity:
    """Return who wrote the mail with that header.

    `seen_before`: a signature that proves it has come with another mail.
    """
    author = proof.author
    shown = _fold_shown(author.claimed) if isinstance(author, AuthorFault) else (fold_address(author),)
    contacts = register.find_contacts(shown)
    reservations = _find_reservations(proof, header, envelope, contacts, register)
    if seen_before:
        reservations = (*reservations, "its signature came with another mail before")
    verdict = Verdict.UNCLEAR if reservations and proof.verdict is Verdict.PASS else proof.verdict
    words = "; ".join([proof.words, *reservations])
    authentication = {
        **proof.found,
        "from": list(shown),
        "verdict": verdict.value,
        "words": words,
        "reservations": list(reservations),
    }
    address = shown[0] if len(shown) == 1 else ""
    if contacts:
        role = Role.ISSUER if verdict is Verdict.PASS else Role.CLAIMED_ISSUER
        words = f"{_name_contacts(contacts)}. {_begin(words)}."
        return Identity(role, address, verdict, words, contacts, None, authentication)
    earner = register.find_by_addresses(shown).get(address) if address else None
    if earner is None:
        words = f"No address on record. {_begin(words)}."
        return Identity(Role.UNKNOWN, address, verdict, words, authentication=authentication)
    words = f"The address is on record for {earner.name}. {_begin(words)}."
    return Identity(Role.EARNER, address, verdict, words, (), earner, authentication)


def _fold_shown(claimed: Sequence[str]) -> tuple[str, ...]:
    """Fold what is shown in a From that is not plain."""
    parsed = (parse_address(text) for text in claimed)
    return tuple(dict.fromkeys(fold_address(address) for address in parsed if isinstance(address, Address)))


def _find_reservations(
    proof: Proof, header: Header, envelope: Envelope, contacts: Sequence[KnownContact], register: Register
) -> tuple[str, ...]:
    """Only a contact's word leads to anything: about others there is nothing to be reserved about."""
    if proof.verdict is not Verdict.PASS or not contacts or isinstance(proof.author, AuthorFault):
        return ()
    mail_from = envelope.mail_from or ""
    candidates = _fold_shown([mail_from, *find_addresses(header.first("sender"))])
    issuers = {contact.issuer.issuer_id for contact in contacts}
    colleagues = [
        contact.address for contact in register.find_contacts(candidates) if contact.issuer.issuer_id in issuers
    ]
    return find_reservations(
        header, proof.author, mail_from, envelope.received_at, colleagues=colleagues, signed_at=proof.signed_at
    )


def _name_contacts(contacts: Sequence[KnownContact]) -> str:
    addresses = " and ".join(dict.fromkeys(contact.address for contact in contacts))
    names = " and ".join(dict.fromkeys(contact.issuer.name for contact in contacts))
    return f"{addresses} is a registered contact of {names}"


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]
