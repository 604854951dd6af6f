"""A programme as a file says it: issuers, badges, earners, awards. docs/programme.md shows every key.

Here belong the form of the file and what can be judged from the file alone. What is looked up in the database, and
the pictures, come in `programme`. A key that no entry knows is a fault, because it is most likely a misspelt one;
only at the top may other things stand (other programs keep theirs there).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from desk.fault_words import tell_fault
from desk.programme_values import (
    LONGEST_TEXT,
    Color,
    Day,
    Domain,
    Language,
    Line,
    MailAddress,
    PersonName,
    Slug,
    Text,
    Website,
)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContactEntry(_Entry):
    """Somebody who may speak for an issuer."""

    email: MailAddress
    name: Line | None = None


class BrandingEntry(_Entry):
    """How an issuer's mails look."""

    brand_color: Color = "#1f4e79"
    logo: str | None = None
    """A PNG or JPEG file, by its path from the folder of the programme file."""
    sender_name: Line | None = None
    reply_address: MailAddress | None = None
    website: Website | None = None
    language: Language = "en"
    image_delivery: Literal["inline", "hosted"] = "inline"
    wording: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None


class IssuerEntry(_Entry):
    """An organisation that awards."""

    slug: Slug
    name: Line
    domain: Domain
    support_email: MailAddress
    contacts: list[ContactEntry] = []
    linkedin_organization_id: Annotated[StrictInt, Field(ge=1, lt=2**31)] | None = None
    pdf_certificates: StrictBool = False
    branding: BrandingEntry = BrandingEntry()


class BadgeEntry(_Entry):
    """What is awarded."""

    slug: Slug
    issuer: Slug
    name: Line
    description: Text = ""
    criteria: Text = ""
    image: str | None = None
    """A PNG or JPEG file, by its path from the folder of the programme file. None: one is drawn."""
    image_caption: Line | None = None
    expires_after_months: Annotated[StrictInt, Field(ge=1, le=1200)] | None = None


class AwardEntry(_Entry):
    """A badge that an earner holds already. No mail is sent about it."""

    badge: Slug
    awarded_on: Day


class EarnerEntry(_Entry):
    """A person who holds badges."""

    email: MailAddress
    name: PersonName
    alternate_emails: list[MailAddress] = []
    language: Language | None = None
    locked: StrictBool = False
    """True locks the account. False says nothing: an import must not undo a lock-out that came later."""
    awards: list[AwardEntry] = []


class ProgrammeDocument(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuers: list[IssuerEntry] = []
    badges: list[BadgeEntry] = []
    earners: list[EarnerEntry] = []


@dataclass(frozen=True)
class ProgrammeFaults:
    """Why a programme is not imported: one line a fault, each with the path of the value in the file."""

    faults: tuple[str, ...]


def read_document(document: Any) -> ProgrammeDocument | ProgrammeFaults:
    """Return the programme that a parsed JSON file holds, or everything that is wrong with it."""
    try:
        programme = ProgrammeDocument.model_validate(document)
    except ValidationError as error:
        return ProgrammeFaults(tuple(tell_fault(fault) for fault in error.errors(include_url=False)))
    if not (programme.issuers or programme.badges or programme.earners):
        return ProgrammeFaults(("the file: holds no issuers, badges or earners",))
    faults = tuple(_find_repetitions(programme))
    return ProgrammeFaults(faults) if faults else programme


def _find_repetitions(programme: ProgrammeDocument) -> Iterator[str]:
    yield from _repeated("issuers", "slug", [issuer.slug for issuer in programme.issuers])
    yield from _repeated("badges", "slug", [badge.slug for badge in programme.badges])
    for number, issuer in enumerate(programme.issuers):
        yield from _repeated(f"issuers[{number}].contacts", "email", [contact.email for contact in issuer.contacts])
    owners = Counter(address for earner in programme.earners for address in {earner.email, *earner.alternate_emails})
    for number, earner in enumerate(programme.earners):
        shared = [address for address in (earner.email, *earner.alternate_emails) if owners[address] > 1]
        yield from (f"earners[{number}]: {address} belongs to another earner of this file too" for address in shared)
        awards = [f"{award.badge} of {award.awarded_on}" for award in earner.awards]
        yield from _repeated(f"earners[{number}].awards", "badge", awards)


def _repeated(path: str, key: str, values: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, value in enumerate(values):
        if value in seen:
            yield f"{path}[{number}].{key}: {value} stands here twice"
        seen.add(value)
