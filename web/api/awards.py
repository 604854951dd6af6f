"""`/awards`: what was awarded to whom, and what became of its mail; awarding one."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import select
from sqlmodel import col

from badges.tables import Assertion, BadgeClass, EarnerAddress
from badges.transactions import reading
from desk.issuing.order import IssueOrder
from desk.recipients.changing import ask_revocation
from desk.recipients.filters import Cursor, Progress, RecipientFilter
from desk.recipients.holding import hold_award, release_award
from desk.recipients.listed import Recipient
from desk.recipients.listing import find_recipient, list_recipients
from mailer.queue.states import State
from web.api.award_rows import AwardRow, place_single, write_roster
from web.api.callers import Caller, MayIssue, MayKeepRecipients, MayRead
from web.api.issuing import issue
from web.api.paging import PageOut, Pages
from web.api.problems import not_found
from web.api.recipient_changes import ChangeOut, show_change
from web.api.rosters import Badge
from web.api.route import make_router
from web.api.values import ID_PATTERN, LINE_PATTERN, SLUG_PATTERN, PathId, Sent, SentMoment, Shown, ShownId, ShownMoment
from web.context import Service
from web.needs import WebService
from wire.address import AddressFault, fold_address, parse_address

router = make_router("Awards")


class MailOut(Shown):
    """The newest mail that brings the award."""

    state: State
    at: Annotated[ShownMoment | None, Field(description="Since when it is in this state.")]
    due_at: Annotated[ShownMoment | None, Field(description="When it is tried (again), if it waits.")]
    why: Annotated[str, Field(description="A word for why it is in this state; empty where there is nothing to say.")]
    reason: Annotated[str, Field(description="What the other side has said, or what has happened here.")]


class RecipientOut(Shown):
    """Who holds it."""

    id: ShownId
    name: str
    email: str
    account_opened_at: Annotated[ShownMoment | None, Field(description="When they set a password.")]


class AwardOut(Shown):
    """One badge awarded to one person. Its id is also that of its credential."""

    id: ShownId
    badge: str
    badge_name: str
    recipient: RecipientOut
    issued_on: date
    expires_on: date | None
    state: Annotated[str, Field(description="issued, expired or revoked.")]
    held_at: Annotated[ShownMoment | None, Field(description='Since when it is held: somebody said "this is not me".')]
    created_at: ShownMoment
    mail: MailOut | None
    opened_at: Annotated[ShownMoment | None, Field(description="When a link of its mail was first used.")]
    added_to_profile: Annotated[int, Field(description="How often LinkedIn's button was used.")]
    added_to_stream: int
    url: Annotated[str, Field(description="Its public page.")]


class AwardNew(AwardRow):
    """An award to be made, and when its mail is to leave."""

    badge: Badge
    at: Annotated[SentMoment | None, Field(description="When the mail is to leave; null: now.")] = None
    not_later_than: Annotated[SentMoment | None, Field(description="After that it is not sent any more.")] = None


class Reason(Sent):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=300, pattern=LINE_PATTERN)]


@router.get("/awards", summary="List awards")
def list_awards(  # noqa: PLR0913, PLR0917 - the parameters of the query
    caller: MayRead,
    service: Service,
    paging: Pages,
    state: Annotated[State | None, Query(description="Of its newest mail.")] = None,
    badge: Annotated[str, Query(max_length=64, pattern=f"{SLUG_PATTERN}|^$", description="The slug of a badge.")] = "",
    batch: Annotated[str, Query(max_length=16, pattern=f"{ID_PATTERN}|^$", description="The id of a batch.")] = "",
    domain: Annotated[
        str, Query(max_length=253, pattern=r"^[^\x00-\x20\x7f@]*$", description="Of the recipient's address.")
    ] = "",
    progress: Annotated[Progress | None, Query(description="How far the recipient has come.")] = None,
    search: Annotated[
        str, Query(max_length=200, pattern=LINE_PATTERN, description="A name, an address, or a part of one.")
    ] = "",
) -> PageOut[AwardOut]:
    """The newest first. A page may hold fewer than `limit`, even none, and go on: few of many fit."""
    after = paging.after(datetime, str)
    wanted = RecipientFilter(state.value if state else "", batch, badge, domain, progress, search.strip())
    cursor = Cursor(*after) if after else None
    page = list_recipients(service.office.engine, caller.issuer_id, wanted, cursor, paging.limit)
    following = (page.following.created_at, page.following.assertion_id) if page.following else None
    return paging.page([show_award(service, row) for row in page.rows], following)


@router.post("/awards", status_code=201, summary="Award a badge to one person", responses={200: {"model": AwardOut}})
def make_award(caller: MayIssue, service: Service, award: AwardNew, response: Response) -> AwardOut:
    """201: awarded, and the mail is queued. 200: they held it already, and nothing was done."""
    order = IssueOrder(
        badge=award.badge,
        source=write_roster([award]),
        name="one award",
        at=award.at,
        not_later_than=award.not_later_than,
    )
    report = issue(service, caller, order, place_single)
    made = _find_of(service, caller, award)
    response.headers["location"] = f"{service.place.base_url}/api/v1/awards/{made.assertion_id}"
    response.status_code = 201 if report.mails else 200
    return show_award(service, made)


@router.get("/awards/{award}", summary="Read an award")
def read_award(caller: MayRead, service: Service, award: PathId) -> AwardOut:
    """One award of the issuer."""
    return _show(service, caller, award)


@router.post("/awards/{award}/revoke", status_code=202, summary="Ask for a revocation")
def revoke_award(caller: MayKeepRecipients, service: Service, award: PathId, why: Reason) -> ChangeOut:
    """Support staff agree to it first, as to one that is asked for by mail; the answer names their ticket."""
    done = ask_revocation(service.office, caller.actor, caller.issuer_id, award, why.reason, service.clock())
    return show_change(done, "award", Response())


@router.post("/awards/{award}/hold", summary="Hold an award")
def hold(caller: MayKeepRecipients, service: Service, award: PathId) -> AwardOut:
    """It is shown to nobody, and no mail about it goes, until it is released."""
    done = hold_award(service.office, caller.actor, caller.issuer_id, award, service.clock())
    show_change(done, "award", Response())
    return _show(service, caller, award)


@router.post("/awards/{award}/release", summary="Release an award that is held")
def release(caller: MayKeepRecipients, service: Service, award: PathId) -> AwardOut:
    """It is theirs after all."""
    done = release_award(service.office, caller.actor, caller.issuer_id, award, service.clock())
    show_change(done, "award", Response())
    return _show(service, caller, award)


def show_award(service: WebService, row: Recipient) -> AwardOut:
    """Return an award as it is shown."""
    return AwardOut(
        id=row.assertion_id,
        badge=row.badge,
        badge_name=row.badge_name,
        recipient=RecipientOut(
            id=row.earner_id, name=row.name, email=row.address, account_opened_at=row.password_set_at
        ),
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        state=row.award_state,
        held_at=row.held_at,
        created_at=row.created_at,
        mail=_show_mail(row) if row.mail_state else None,
        opened_at=row.opened_at,
        added_to_profile=row.shares.add_to_profile,
        added_to_stream=row.shares.add_to_stream,
        url=f"{service.place.base_url}/badges/{row.assertion_id}",
    )


def _show_mail(row: Recipient) -> MailOut:
    due_at = row.mail_due_at if row.is_waiting else None
    return MailOut(state=State(row.mail_state), at=row.mail_at, due_at=due_at, why=row.why, reason=row.mail_reason)


def _show(service: WebService, caller: Caller, award: str) -> AwardOut:
    row = find_recipient(service.office.engine, caller.issuer_id, award)
    if row is None:
        raise not_found("award")
    return show_award(service, row)


def _find_of(service: WebService, caller: Caller, award: AwardNew) -> Recipient:
    """Return the award that an order has made, or has found: the newest of that badge to that address."""
    address = parse_address(award.email)
    assert not isinstance(address, AddressFault), "the roster has judged it"
    query = (
        select(col(Assertion.id))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .join(EarnerAddress, col(EarnerAddress.earner_id) == col(Assertion.earner_id))
        .where(
            col(EarnerAddress.address) == fold_address(address),
            col(BadgeClass.slug) == award.badge,
            col(BadgeClass.issuer_id) == caller.issuer_id,
        )
        .order_by(col(Assertion.created_at).desc(), col(Assertion.issued_on).desc())
    )
    with reading(service.office.engine).connect() as connection:
        assertion_id = connection.execute(query.limit(1)).scalar_one()
    found = find_recipient(service.office.engine, caller.issuer_id, assertion_id)
    assert found is not None, "it was there a moment ago"
    return found
