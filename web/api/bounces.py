"""`/bounces`: whom mails did not reach, and why; `/suppressions`: where nothing is sent."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field

from badges.transactions import reading
from desk.recipients.bounces import list_unreached
from desk.recipients.filters import Cursor
from desk.recipients.stopping import Started, Stop, list_stops, start_sending, stop_sending
from web.api.award_rows import Email
from web.api.callers import MayKeepRecipients, MayRead
from web.api.paging import PageOut, Pages
from web.api.problems import conflict, not_found, refused
from web.api.route import make_router
from web.api.values import LINE_PATTERN, Sent, Shown, ShownId, ShownMoment
from web.context import Service
from wire.address import AddressFault

router = make_router("Bounces and suppressions")


class BounceOut(Shown):
    """Somebody whom the newest mail to the address on record did not reach."""

    recipient: Annotated[ShownId, Field(validation_alias="earner_id")]
    name: str
    email: Annotated[str, Field(validation_alias="address")]
    mail: Annotated[ShownId, Field(validation_alias="message_id")]
    kind: str
    state: str
    at: ShownMoment
    why: Annotated[str, Field(description="A word for the cause.")]
    reason: str
    suggestion: Annotated[str, Field(description="The address as it may have been meant; empty without a guess.")]


class SuppressionOut(Shown):
    """An address that the issuer's mails do not go to."""

    email: Annotated[str, Field(validation_alias="address")]
    stream: Annotated[str, Field(description="`notices`: all but account mail; empty: every mail.")]
    reason: str
    created_at: ShownMoment


class SuppressionNew(Sent):
    """An address to leave alone."""

    email: Email
    stream: Annotated[Literal["", "notices"], Field(description="`notices`: all but account mail; empty: every mail.")]


@router.get("/bounces", summary="List who was not reached")
def list_bounces(caller: MayRead, service: Service, paging: Pages) -> PageOut[BounceOut]:
    """The newest first, each person once a page. A correction, or a later mail that got through, takes them off."""
    after = paging.after(datetime, str)
    cursor = Cursor(*after) if after else None
    with reading(service.office.engine).connect() as connection:
        rows, following = list_unreached(connection, caller.issuer_id, cursor, paging.limit)
    place = (following.created_at, following.assertion_id) if following else None
    return paging.page([BounceOut.model_validate(row) for row in rows], place)


@router.get("/suppressions", summary="List where nothing is sent")
def list_suppressions(caller: MayRead, service: Service, paging: Pages) -> PageOut[SuppressionOut]:
    """By address: the issuer's own entries. Hard bounces and complaints count for every issuer and are not listed."""
    after = paging.after(str, str)
    with reading(service.office.engine).connect() as connection:
        rows = list_stops(connection, caller.issuer_id, after, paging.limit + 1)
    return paging.cut(rows, lambda row: (row.address, row.stream), SuppressionOut.model_validate)


@router.post("/suppressions", status_code=201, summary="Send nothing to an address")
def add_suppression(caller: MayKeepRecipients, service: Service, entry: SuppressionNew) -> SuppressionOut:
    """In this issuer's name. One that is there already stays as it is."""
    stop = Stop(entry.email, entry.stream)
    stopped = stop_sending(service.office, caller.actor, caller.issuer_id, stop, service.clock())
    if isinstance(stopped, AddressFault):
        raise refused(stopped.reason, pointer="#/email")
    return SuppressionOut.model_validate(stopped)


@router.delete("/suppressions", status_code=204, summary="Send to an address again")
def remove_suppression(
    caller: MayKeepRecipients,
    service: Service,
    email: Annotated[str, Query(max_length=254, pattern=LINE_PATTERN, description="The address.")],
    stream: Annotated[Literal["", "notices"], Query(description="Of which entry; empty: that of every mail.")] = "",
) -> Response:
    """Takes off what the issuer has put there; what an earner has unsubscribed from stays."""
    stop = Stop(email, stream)
    match start_sending(service.office, caller.actor, caller.issuer_id, stop, service.clock()):
        case Started.UNKNOWN:
            raise not_found("entry of the list")
        case Started.NOT_OURS:
            raise conflict("The earner has stopped these mails, or they bounced: the issuer cannot start them again.")
        case Started.DONE:
            return Response(status_code=204)
