"""`/recipients`: one person who was awarded something by the issuer; what it may do about them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from desk.recipients.changing import correct_name, undo_change, unlock_recipient
from desk.recipients.filters import RecipientFilter
from desk.recipients.listing import read_recipients
from desk.recipients.reaching import correct_recipient, resend_mail
from desk.recipients.showing import show_recipient
from web.api.award_rows import Email
from web.api.callers import MayKeepRecipients, MayRead
from web.api.problems import not_found
from web.api.recipient_changes import ChangeOut, show_change
from web.api.route import make_router
from web.api.values import ID_PATTERN, LINE_PATTERN, SLUG_PATTERN, PathId, Sent, Shown, ShownId, ShownMoment
from web.console.recipients import write_csv
from web.context import Service

router = make_router("Recipients")


class HoldingOut(Shown):
    """An award of theirs by this issuer."""

    id: Annotated[ShownId, Field(validation_alias="assertion_id")]
    badge: str
    badge_name: str
    issued_on: date
    expires_on: date | None
    state: str
    held_at: ShownMoment | None
    hidden_at: Annotated[ShownMoment | None, Field(description="When its owner chose not to show it in public.")]
    opened_at: ShownMoment | None


class SentMailOut(Shown):
    """A mail in the issuer's name to them."""

    id: Annotated[ShownId, Field(validation_alias="message_id")]
    kind: str
    to: Annotated[str, Field(validation_alias="rcpt_to")]
    state: str
    written_at: ShownMoment
    state_at: ShownMoment
    attempts: int
    why: str
    reason: str


class MadeChangeOut(Shown):
    """A change of their record that was made on the issuer's word."""

    id: Annotated[ShownId, Field(validation_alias="group_id")]
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    made_at: ShownMoment
    asked_by: str
    undo_until: ShownMoment | None
    undone_at: ShownMoment | None


class HappeningOut(Shown):
    """A line of the timeline."""

    at: ShownMoment
    what: str
    detail: str
    name: str


class RecipientWhole(Shown):
    """Everything about one recipient that the issuer may see: nothing of any other issuer's."""

    id: ShownId
    name: str
    email: str
    language: str | None
    account_opened_at: ShownMoment | None
    locked_at: ShownMoment | None
    awards: Sequence[HoldingOut]
    mails: Sequence[SentMailOut]
    changes: Sequence[MadeChangeOut]
    timeline: Annotated[Sequence[HappeningOut], Field(description="The newest first.")]


class NewName(Sent):
    """How they are called."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]


class NewAddress(Sent):
    """Where their mail goes."""

    email: Email


class WhichAward(Sent):
    """Of which award; `null`: of all of the issuer's."""

    award: ShownId | None = None


@router.get(
    "/recipients.csv",
    summary="Export awards and recipients",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line an award."}},
)
def export_recipients(
    caller: MayRead,
    service: Service,
    badge: Annotated[str, Query(max_length=64, pattern=f"{SLUG_PATTERN}|^$", description="The slug of a badge.")] = "",
    batch: Annotated[str, Query(max_length=16, pattern=f"{ID_PATTERN}|^$", description="The id of a batch.")] = "",
) -> Response:
    """The newest first, in UTF-8 with a mark; no cell is a formula to a spreadsheet."""
    rows = read_recipients(service.office.engine, caller.issuer_id, RecipientFilter(badge=badge, batch_id=batch))
    return StreamingResponse(write_csv(rows), media_type="text/csv; charset=utf-8")


@router.get("/recipients/{recipient}", summary="Read a recipient")
def read_recipient(caller: MayRead, service: Service, recipient: PathId) -> RecipientWhole:
    """Their awards, mails and changes, and all of it in order."""
    found = show_recipient(service.office.engine, caller.issuer_id, recipient)
    if found is None:
        raise not_found("recipient")
    return RecipientWhole(
        id=found.person.earner_id,
        name=found.person.name,
        email=found.person.address,
        language=found.person.language,
        account_opened_at=found.password_set_at,
        locked_at=found.locked_at,
        awards=[HoldingOut.model_validate(award) for award in found.awards],
        mails=[SentMailOut.model_validate(mail) for mail in found.mails],
        changes=[MadeChangeOut.model_validate(change) for change in found.changes],
        timeline=[HappeningOut.model_validate(line) for line in found.happenings],
    )


@router.post("/recipients/{recipient}/name", summary="Correct a name", responses={202: {"model": ChangeOut}})
def change_name(
    caller: MayKeepRecipients, service: Service, recipient: PathId, to: NewName, response: Response
) -> ChangeOut:
    """On every badge, at once. 202: the name looks like another person's, so support has to agree first."""
    done = correct_name(service.office, caller.actor, caller.issuer_id, recipient, to.name, service.clock())
    return show_change(done, "recipient", response)


@router.post("/recipients/{recipient}/email", summary="Correct an address", responses={202: {"model": ChangeOut}})
def change_address(
    caller: MayKeepRecipients, service: Service, recipient: PathId, to: NewAddress, response: Response
) -> ChangeOut:
    """And send their mails there. 202: somebody reads the old one, so support has to agree first."""
    done = correct_recipient(service.office, caller.actor, caller.issuer_id, recipient, to.email, service.clock())
    return show_change(done, "recipient", response)


@router.post("/recipients/{recipient}/resend", summary="Send their mails again")
def resend(caller: MayKeepRecipients, service: Service, recipient: PathId, which: WhichAward) -> ChangeOut:
    """With a fresh link. One that is on its way is not doubled."""
    now = service.clock()
    done = resend_mail(service.office, caller.actor, caller.issuer_id, recipient, now, which.award)
    return show_change(done, "recipient", Response())


@router.post("/recipients/{recipient}/unlock", summary="Unlock an account")
def unlock(caller: MayKeepRecipients, service: Service, recipient: PathId) -> ChangeOut:
    """One that failed log-ins have locked; its owner is told."""
    done = unlock_recipient(service.office, caller.actor, caller.issuer_id, recipient, service.clock())
    return show_change(done, "recipient", Response())


@router.post("/changes/{change}/undo", summary="Take a change back")
def undo(caller: MayKeepRecipients, service: Service, change: PathId) -> ChangeOut:
    """As the link in the receipt does, as long as that works."""
    done = undo_change(service.office, caller.actor, caller.issuer_id, change, service.clock())
    return show_change(done, "change", Response())
