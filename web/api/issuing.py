"""Awarding, however the rows come: what is ordered with them, what is answered, and the one act behind it.

Here belongs what single awards, lists and uploaded rosters have in common. All of them are checked as a roster is
(docs/rosters.md), and nothing is written unless every row can be issued to, or bad ones were to be left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from desk.drafts.issuing import issue_order
from desk.issuing.order import (
    Checked,
    Issued,
    IssueObserver,
    IssueOrder,
    IssueRefused,
    IssueSummary,
    RowsRefused,
    Warned,
)
from desk.roster.rows import Bad
from web.api.callers import Caller
from web.api.problems import MOST_ERRORS, ErrorOut, Kind, ProblemError
from web.api.values import Shown, ShownId
from web.needs import WebService

Place = Callable[[int, str], ErrorOut]
"""Given the line of a roster and a field, where in the request that stands; its `detail` is to be filled in."""


class RowOut(Shown):
    """A row that somebody should look at."""

    line: Annotated[int | None, Field(description="Of an uploaded file; the first line is 1.")]
    pointer: Annotated[str | None, Field(description="Into the body, where awards were sent as JSON.")]
    detail: str


class ReportOut(Shown):
    """What became of a roster. `rows` is the sum of `mails`, `already_issued`, `repeated` and `bad`."""

    batch: Annotated[ShownId | None, Field(description="null: nothing was written.")]
    rows: int
    mails: Annotated[int, Field(description="New awards; one mail each.")]
    already_issued: int
    repeated: Annotated[int, Field(description="Rows that say again what an earlier row says.")]
    bad: int
    errors: Annotated[list[RowOut], Field(description=f"Bad rows, the first {MOST_ERRORS:,}.")]
    warnings: Annotated[list[RowOut], Field(description=f"Good rows to look at, the first {MOST_ERRORS:,}.")]


@dataclass
class _Watcher(IssueObserver):
    place: Place
    errors: list[ErrorOut] = field(default_factory=list)
    warnings: list[ErrorOut] = field(default_factory=list)

    def on_bad(self, bad: Bad) -> None:
        if len(self.errors) < MOST_ERRORS:
            value = f" (“{bad.value}”)" if bad.value else ""
            self.errors.append(self._tell(bad.line, bad.field, f"{bad.field} {bad.reason}{value}"))

    def on_warning(self, warned: Warned) -> None:
        if len(self.warnings) < MOST_ERRORS:
            self.warnings.append(self._tell(warned.line, "row", warned.reason))

    def _tell(self, line: int, field_name: str, detail: str) -> ErrorOut:
        return self.place(line, field_name).model_copy(update={"detail": detail})


def issue(service: WebService, caller: Caller, order: IssueOrder, place: Place) -> ReportOut:
    """Carry out an order of the caller's. Raises `ProblemError` if nothing was issued because something is wrong."""
    watcher = _Watcher(place)
    outcome = issue_order(service.office, caller.actor, caller.issuer_id, order, service.clock(), watcher)
    match outcome:
        case Issued(summary, batch_id):
            return _report(summary, batch_id, watcher)
        case Checked(summary):
            return _report(summary, None, watcher)
        case RowsRefused(summary) if order.dry_run:
            return _report(summary, None, watcher)
        case RowsRefused(summary):
            detail = f"{summary.bad} of {summary.rows_in} rows cannot be issued to, so nothing was; `errors` says why."
            raise ProblemError(Kind.REFUSED, detail, watcher.errors)
        case IssueRefused(reason):
            raise ProblemError(Kind.REFUSED, f"Nothing was issued: {reason}.", [ErrorOut(detail=reason)])


def _report(summary: IssueSummary, batch_id: str | None, watcher: _Watcher) -> ReportOut:
    return ReportOut(
        batch=batch_id,
        rows=summary.rows_in,
        mails=summary.mails,
        already_issued=summary.already_issued,
        repeated=summary.repeated,
        bad=summary.bad,
        errors=[_show(error) for error in watcher.errors],
        warnings=[_show(warning) for warning in watcher.warnings],
    )


def _show(error: ErrorOut) -> RowOut:
    return RowOut(line=error.line, pointer=error.pointer, detail=error.detail)
