"""`/rosters`: awarding a badge to many, by an uploaded file or a list."""

import io
from typing import Annotated

from fastapi import Query
from pydantic import Field, StrictBool

from desk.drafts.keeping import TOO_MANY_LINES, has_too_many_lines
from desk.issuing.order import IssueOrder
from desk.programme_values import Language
from web.api.award_rows import AwardRow, place_in_list, write_roster
from web.api.callers import MayIssue
from web.api.issuing import ReportOut, issue
from web.api.problems import ErrorOut, Kind, ProblemError
from web.api.route import make_router
from web.api.uploads import ROSTER, Uploaded, upload_of
from web.api.values import LINE_PATTERN, SLUG_PATTERN, Sent, SentMoment
from web.context import Service

router = make_router("Issuing")

MOST_ROWS = 500

Badge = Annotated[str, Field(max_length=64, pattern=SLUG_PATTERN, description="The slug of a badge.")]
Label = Annotated[
    str, Field(min_length=1, max_length=120, pattern=LINE_PATTERN, description="What the batch is called.")
]


class AwardsNew(Sent):
    """One badge for many. With `dry_run` everything is checked and counted, and nothing written."""

    badge: Badge
    awards: Annotated[list[AwardRow], Field(min_length=1, max_length=MOST_ROWS)]
    label: Label = "awards by the API"
    language: Annotated[Language | None, Field(description="For rows and earners that name none.")] = None
    skip_bad: Annotated[StrictBool, Field(description="Issue to the good rows although there are bad ones.")] = False
    dry_run: StrictBool = False
    at: Annotated[SentMoment | None, Field(description="When the mails are to leave; null: now.")] = None
    not_later_than: Annotated[SentMoment | None, Field(description="What has not left by then is not sent.")] = None


@router.post("/batches", summary="Award a badge to many")
def issue_list(caller: MayIssue, service: Service, order: AwardsNew) -> ReportOut:
    """All or nothing, unless `skip_bad` says otherwise. The same again awards nothing twice."""
    asked = IssueOrder(
        source=write_roster(order.awards),
        name=f"{order.label}.csv" if "." in order.label else order.label,  # an ending names a kind of file
        **order.model_dump(include={"badge", "language", "skip_bad", "dry_run", "at", "not_later_than"}),
    )
    return issue(service, caller, asked, place_in_list)


@router.post("/rosters", summary="Award a badge to everybody in a file", openapi_extra=upload_of(ROSTER))
def issue_file(  # noqa: PLR0913, PLR0917 - the parameters of the query
    caller: MayIssue,
    service: Service,
    content: Uploaded,
    badge: Annotated[str, Query(max_length=64, pattern=SLUG_PATTERN, description="The slug of a badge.")],
    name: Annotated[
        str, Query(min_length=1, max_length=120, pattern=LINE_PATTERN, description="What the file is called.")
    ] = "roster",
    language: Annotated[Language | None, Query(description="For rows and earners that name none.")] = None,
    skip_bad: Annotated[bool, Query(description="Issue to the good rows although there are bad ones.")] = False,
    dry_run: Annotated[bool, Query(description="Check and count everything, write nothing.")] = False,
    at: Annotated[SentMoment | None, Query(description="When the mails are to leave.")] = None,
    not_later_than: Annotated[SentMoment | None, Query(description="What has not left by then is not sent.")] = None,
) -> ReportOut:
    """The body is a CSV or .xlsx file as `docs/rosters.md` describes it. All or nothing, unless `skip_bad`."""
    if has_too_many_lines(content):
        raise ProblemError(Kind.REFUSED, f"Nothing was issued: the file {TOO_MANY_LINES}.")
    order = IssueOrder(
        badge=badge,
        source=io.BytesIO(content),
        name=name,
        language=language,
        skip_bad=skip_bad,
        dry_run=dry_run,
        at=at,
        not_later_than=not_later_than,
    )
    return issue(service, caller, order, _place_in_file)


def _place_in_file(line: int, _field: str) -> ErrorOut:
    return ErrorOut(detail="", line=line)
