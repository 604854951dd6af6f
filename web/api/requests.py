"""`/requests`: what earners ask of the issuer, and what is asked in its name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field

from desk.recipients.filters import Cursor
from desk.recipients.wishes import decline_wish, grant_wish, list_wishes
from web.api.callers import MayDecideRequests, MayRead
from web.api.paging import PageOut, Pages
from web.api.recipient_changes import ChangeOut, show_change
from web.api.route import make_router
from web.api.values import LINE_PATTERN, PathId, Sent, Shown, ShownId, ShownMoment
from web.context import Service

router = make_router("Requests")


class WishedOut(Shown):
    """One change that is asked for. Of a person who holds nothing of the issuer nothing is told."""

    kind: str
    recipient: Annotated[str, Field(validation_alias="earner_id")]
    name: str
    email: Annotated[str, Field(validation_alias="address")]
    new_name: str
    new_email: Annotated[str, Field(validation_alias="new_address")]
    badge: str


class RequestOut(Shown):
    """A request that waits for a word, or has had it."""

    id: Annotated[ShownId, Field(validation_alias="proposal_id")]
    ticket: Annotated[str, Field(validation_alias="reference")]
    needs: Annotated[str, Field(description="issuer: an earner asks. contact: a mail in the issuer's name. staff.")]
    intent: str
    state: str
    created_at: ShownMoment
    expires_at: ShownMoment
    decided_at: ShownMoment | None
    words: Annotated[str, Field(description="What was written.")]
    changes: Sequence[WishedOut]


class WhyNot(Sent):
    """Why it is declined; the earner is told."""

    reason: Annotated[str, Field(max_length=300, pattern=LINE_PATTERN)] = ""


@router.get("/requests", summary="List requests")
def list_requests(
    caller: MayRead,
    service: Service,
    paging: Pages,
    show: Annotated[Literal["open", "past"], Query(description="Those that wait, or the others.")] = "open",
) -> PageOut[RequestOut]:
    """The newest first."""
    after = paging.after(datetime, str)
    rows, following = list_wishes(
        service.office.engine,
        caller.issuer_id,
        service.clock(),
        is_open=show == "open",
        after=Cursor(*after) if after else None,
        limit=paging.limit,
    )
    place = (following.created_at, following.assertion_id) if following else None
    return paging.page([RequestOut.model_validate(row) for row in rows], place)


@router.post("/requests/{request_id}/grant", summary="Grant a request", responses={202: {"model": ChangeOut}})
def grant(caller: MayDecideRequests, service: Service, request_id: PathId, response: Response) -> ChangeOut:
    """The change is made and the earner told. 202: the record has changed since, so support looks at it."""
    done = grant_wish(service.office, caller.actor, caller.issuer_id, request_id, service.clock())
    return show_change(done, "request", response)


@router.post("/requests/{request_id}/decline", summary="Decline a request")
def decline(caller: MayDecideRequests, service: Service, request_id: PathId, why: WhyNot) -> ChangeOut:
    """Nothing is changed."""
    done = decline_wish(service.office, caller.actor, caller.issuer_id, request_id, why.reason, service.clock())
    return show_change(done, "request", Response())
