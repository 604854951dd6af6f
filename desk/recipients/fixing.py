"""Fixing many at once: for each of those whom no mail reached, a corrected address, or the same once more.

Here belongs going through them. Each is an act of its own (`reaching`): one that is refused stops no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from badges.transactions import reading
from desk.members.audit import Actor
from desk.office import Office
from desk.people import find_by_id
from desk.recipients.reaching import correct_recipient, resend_mail
from desk.recipients.results import ActDone, ChangeAsked, ChangeMade, ChangeRefused


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of each: by the earner's id."""

    results: Mapping[str, ActDone]

    @property
    def made(self) -> int:
        """How many were sent a mail."""
        return sum(isinstance(done, ChangeMade) for done in self.results.values())

    @property
    def asked(self) -> int:
        """How many support has to look at."""
        return sum(isinstance(done, ChangeAsked) for done in self.results.values())

    @property
    def refused(self) -> Mapping[str, ChangeRefused]:
        """Those for whom nothing was done."""
        return {key: done for key, done in self.results.items() if isinstance(done, ChangeRefused)}


def fix_unreached(office: Office, actor: Actor, issuer_id: str, addresses: Mapping[str, str], now: datetime) -> Fixed:
    """Send again to each earner of `addresses`: to another address where it is another, else to the same."""
    return Fixed(
        {earner_id: _fix(office, actor, issuer_id, earner_id, address, now) for earner_id, address in addresses.items()}
    )


def _fix(  # noqa: PLR0913, PLR0917 - who, for whom, where
    office: Office, actor: Actor, issuer_id: str, earner_id: str, address: str, now: datetime
) -> ActDone:
    with reading(office.engine).connect() as connection:
        person = find_by_id(connection, earner_id)
    if person is not None and person.address == address.strip().lower():
        return resend_mail(office, actor, issuer_id, earner_id, now)
    return correct_recipient(office, actor, issuer_id, earner_id, address, now)
