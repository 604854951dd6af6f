"""What follows for one row of a roster: a new award, or nothing because it was issued already. Pure.

Here belongs the decision; both passes of `desk.issue` make it the same way, the first to check, the second to write.
"""

from dataclasses import dataclass
from datetime import date

from badges.assertions import AssertionState, Standing, expiry_of, judge_standing
from badges.ids import make_id
from desk.issuing.holders import HeldAward, Holder
from desk.roster.rows import Row


@dataclass(frozen=True)
class Terms:
    """What holds for every row of one roster."""

    badge_class_id: str
    issuer_id: str
    expires_after_months: int | None
    issued_on: date
    """For rows that name no date."""
    language: str
    """For rows and earners that name none."""


@dataclass(frozen=True, slots=True)
class NewAward:
    """An award to be written, with its mail."""

    assertion_id: str
    holder: Holder
    is_new_earner: bool
    language: str
    issued_on: date
    expires_on: date | None
    evidence_url: str | None
    narrative: str | None
    serial: int | None
    """Of the password link in the mail; None if the earner has a password."""
    name_differs: bool
    """The roster names the earner otherwise than the record; the record stands."""


@dataclass(frozen=True, slots=True)
class AlreadyIssued:
    """The earner holds this badge: of that very day, or, if the row names no day, one that still counts."""

    revoked_on_that_day: bool = False
    """The award of that very day was revoked, and nothing else counts: most likely not what the issuer expects."""


def decide_row(row: Row, holders: dict[str, Holder], terms: Terms) -> NewAward | AlreadyIssued:
    """Tell what follows for `row`. `holders` are those on record by address; a new one is added to them."""
    known = holders.get(row.address)
    issued_on = row.issued_on or terms.issued_on
    if known is not None and _holds(known, row, issued_on):
        return AlreadyIssued(revoked_on_that_day=_is_revoked(known, issued_on))
    holder = known or _welcome(row, holders)
    expires_on = row.expires_on or expiry_of(issued_on, terms.expires_after_months)
    holder.awards.append(HeldAward(issued_on, expires_on, "issued"))
    if not holder.has_password:
        holder.link_serial += 1
    return NewAward(
        assertion_id=make_id(),
        holder=holder,
        is_new_earner=known is None,
        language=row.language or holder.language or terms.language,
        issued_on=issued_on,
        expires_on=expires_on,
        evidence_url=row.evidence_url,
        narrative=row.narrative,
        serial=None if holder.has_password else holder.link_serial,
        name_differs=holder.name != row.name,
    )


def _holds(holder: Holder, row: Row, issued_on: date) -> bool:
    """The day of an award is part of what it is, so one of the same day counts even if it was revoked since."""
    if any(award.issued_on == issued_on for award in holder.awards):
        return True
    if row.issued_on is not None:
        return False
    return any(
        judge_standing(award.state, award.expires_on, None, issued_on) is Standing.VALID for award in holder.awards
    )


def _is_revoked(holder: Holder, issued_on: date) -> bool:
    standings = [judge_standing(award.state, award.expires_on, None, issued_on) for award in holder.awards]
    of_that_day = {award.state for award in holder.awards if award.issued_on == issued_on}
    return AssertionState.REVOKED in of_that_day and Standing.VALID not in standings


def _welcome(row: Row, holders: dict[str, Holder]) -> Holder:
    holder = Holder(
        earner_id=make_id(),
        name=row.name,
        language=row.language,
        address=row.address,
        account_id=make_id(),
        has_password=False,
        link_serial=0,
    )
    holders[row.address] = holder
    return holder
