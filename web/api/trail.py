"""`/audit`: who did what for the issuer, in the console and by the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from badges.transactions import reading
from desk.members.audit_list import ActFilter, cursor_of, list_acts
from web.api.callers import MayRead
from web.api.paging import PageOut, Pages
from web.api.route import make_router
from web.api.values import SentMoment, Shown, ShownId, ShownMoment
from web.context import Service

router = make_router("Audit")


class ActOut(Shown):
    """One thing that was done."""

    id: Annotated[ShownId, Field(validation_alias="event_id")]
    at: Annotated[ShownMoment, Field(validation_alias="made_at")]
    act: str
    by: Annotated[str, Field(validation_alias="made_by", description="A member's address, or the name of a token.")]
    is_token: bool
    subject_kind: str
    subject_id: str
    detail: Annotated[Mapping[str, Any], Field(description="What changed, before and after.")]


@router.get("/audit", summary="Read the audit trail")
def list_events(  # noqa: PLR0913, PLR0917 - the parameters of the query
    caller: MayRead,
    service: Service,
    paging: Pages,
    act: Annotated[str, Query(max_length=60, pattern="^[a-z_]*$", description="A word for what was done.")] = "",
    since: Annotated[SentMoment | None, Query(description="From this moment on.")] = None,
    until: Annotated[SentMoment | None, Query(description="Before this moment.")] = None,
) -> PageOut[ActOut]:
    """The newest first."""
    after = paging.after(datetime, str)
    wanted = ActFilter(caller.issuer_id, act, since=since, until=until)
    with reading(service.office.engine).connect() as connection:
        rows = list_acts(
            connection,
            wanted,
            after=cursor_of(*after) if after else "",
            limit=paging.limit + 1,
        )
    return paging.cut(rows, lambda row: (row.made_at, row.event_id), ActOut.model_validate)
