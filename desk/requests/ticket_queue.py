"""The queue of tickets: a page of it by view, filters and order, and how many there are of each view.

Here belongs reading it, in a few queries of which each is served by an index however many tickets there are. What is
asked for and given stands in `queued`, what one ticket is about in `ticket_file`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, or_, select, text, union_all
from sqlmodel import col

from badges.tables import Issuer
from desk.members.tables import Member
from desk.requests.proposals import Needs
from desk.requests.queued import PRIORITIES, Cursor, QueuedTicket, QueueFilter, QueuePage, Sort, View
from desk.requests.ticket_views import PRESENT
from desk.requests.tickets import TicketState
from desk.tables import PENDING, Proposal, Ticket, TicketView

PAGE = 50
MOST_COUNTED = 1000
"""More than this are said to be more than this."""


def list_queue(  # noqa: PLR0913 - which, in what order, from where
    connection: Connection,
    view: View,
    wanted: QueueFilter,
    sort: Sort,
    me: str,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    limit: int = PAGE,
) -> QueuePage:
    """Return the tickets behind `after`, or those right before `before`; without either, the first ones."""
    is_back = before is not None and after is None
    place = before if is_back else after
    falls = (sort is Sort.NEWEST) != is_back
    conditions = list(_wanted(view, wanted, me))
    strands = [
        _take_strand(
            state, priority, [*conditions, *_from(priority, place, sort, falls=falls)], falls=falls, limit=limit + 1
        )
        for state in view.states
        for priority in PRIORITIES
        if _is_on_the_way(priority, place, sort, is_back=is_back)
    ]
    found = _merge(strands, sort, falls=falls, is_back=is_back, limit=limit + 1)
    rows = connection.execute(_ROWS.join(found, found.c.id == col(Ticket.id)).order_by(found.c.place)).all()
    tickets = [QueuedTicket(*row) for row in rows[:limit]]
    if not tickets:
        return QueuePage((), None, None)
    if is_back:
        tickets.reverse()
    more, is_first = len(rows) > limit, place is None
    has_before, has_after = (more, True) if is_back else (not is_first, more)
    return QueuePage(tickets, tickets[0].cursor if has_before else None, tickets[-1].cursor if has_after else None)


def count_views(connection: Connection, me: str) -> Mapping[View, int]:
    """Return how many tickets the views of open and waiting ones hold: `MOST_COUNTED` + 1 for more than that."""
    views = (View.OPEN, View.MINE, View.UNASSIGNED, View.APPROVAL, View.WAITING)
    row = connection.execute(select(*(_count(view, me).label(view.value) for view in views))).one()
    return dict(zip(views, row, strict=True))


def count_unassigned(connection: Connection) -> int:
    """Return how many open tickets are nobody's: `MOST_COUNTED` + 1 for more than that."""
    return int(connection.execute(select(_count(View.UNASSIGNED, ""))).scalar_one())


def list_onlookers(connection: Connection, ticket_ids: Collection[str], now: datetime) -> Mapping[str, list[str]]:
    """Return the names of those who have each ticket open at this moment."""
    query = (
        select(col(TicketView.ticket_id), col(Member.name))
        .join(Member, col(Member.id) == col(TicketView.member_id))
        .where(col(TicketView.ticket_id).in_(ticket_ids), col(TicketView.seen_at) > now - PRESENT)
        .order_by(col(Member.name))
    )
    found: dict[str, list[str]] = {}
    for ticket_id, name in connection.execute(query):
        found.setdefault(ticket_id, []).append(name)
    return found


def find_awaiting_approval(connection: Connection, ticket_ids: Collection[str]) -> frozenset[str]:
    """Return which of these tickets have a proposal that waits for staff."""
    query = _awaiting_approval().where(col(Proposal.ticket_id).in_(ticket_ids))
    return frozenset(str(each) for each in connection.execute(query).scalars())


def _is_on_the_way(priority: int, place: Cursor | None, sort: Sort, *, is_back: bool) -> bool:
    """Tell whether tickets of a priority may come behind a place."""
    if place is None or sort is not Sort.URGENT or priority == place.priority:
        return True
    return (priority > place.priority) == is_back


def _from(priority: int, place: Cursor | None, sort: Sort, *, falls: bool) -> list[ColumnElement[bool]]:
    """Return what holds, of the tickets of a priority, for those behind a place."""
    if place is None or (sort is Sort.URGENT and priority != place.priority):
        return []
    return [_is_behind(place, falls=falls)]


def _is_behind(place: Cursor, *, falls: bool) -> ColumnElement[bool]:
    moment, ticket_id = col(Ticket.created_at), col(Ticket.id)
    if falls:
        tie = and_(moment == place.opened_at, ticket_id < place.ticket_id)
        return and_(moment <= place.opened_at, or_(moment < place.opened_at, tie))
    tie = and_(moment == place.opened_at, ticket_id > place.ticket_id)
    return and_(moment >= place.opened_at, or_(moment > place.opened_at, tie))


def _wanted(view: View, wanted: QueueFilter, me: str) -> Iterator[ColumnElement[bool]]:
    yield from _belongs(view, me)
    exact = {
        col(Ticket.intent): wanted.intent,
        col(Ticket.role): wanted.role,
        col(Ticket.queue): wanted.queue,
        col(Ticket.language): wanted.language,
        col(Ticket.assigned_to): wanted.assigned_to,
    }
    yield from (column == value for column, value in exact.items() if value)
    if wanted.issuer:
        issuer = select(col(Issuer.id)).where(col(Issuer.slug) == wanted.issuer)
        yield col(Ticket.issuer_id) == issuer.scalar_subquery()
    if wanted.since:
        yield col(Ticket.created_at) >= wanted.since
    if wanted.until:
        yield col(Ticket.created_at) < wanted.until


def _belongs(view: View, me: str) -> Iterator[ColumnElement[bool]]:
    if view is View.MINE:
        yield col(Ticket.assigned_to) == me
    elif view is View.UNASSIGNED:
        yield col(Ticket.assigned_to).is_(None)
    elif view is View.APPROVAL:
        yield col(Ticket.id).in_(_awaiting_approval())


def _awaiting_approval() -> Select[Any]:
    # In the words of the partial index.
    return select(col(Proposal.ticket_id)).where(text(PENDING), col(Proposal.needs) == Needs.STAFF.value)


def _count(view: View, me: str) -> ColumnElement[int]:
    (state,) = view.states
    some = select(col(Ticket.id)).where(col(Ticket.state) == state.value, *_belongs(view, me))
    counted = some.limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def _take_strand(
    state: TicketState, priority: int, conditions: Sequence[ColumnElement[bool]], *, falls: bool, limit: int
) -> Subquery:
    """Return the first tickets of one state and priority: an index has them in their order."""
    own = (col(Ticket.state) == state.value, col(Ticket.priority) == priority)
    query = select(col(Ticket.id), col(Ticket.priority), col(Ticket.created_at)).where(*own, *conditions)
    return query.order_by(*_by_moment(col(Ticket.created_at), col(Ticket.id), falls=falls)).limit(limit).subquery()


def _merge(strands: Sequence[Subquery], sort: Sort, *, falls: bool, is_back: bool, limit: int) -> Subquery:
    found = union_all(*(select(strand) for strand in strands)).subquery()
    urgency = [found.c.priority.asc() if is_back else found.c.priority.desc()] if sort is Sort.URGENT else []
    order = (*urgency, *_by_moment(found.c.created_at, found.c.id, falls=falls))
    return select(found, func.row_number().over(order_by=order).label("place")).order_by(*order).limit(limit).subquery()


def _by_moment(moment: Any, ticket_id: Any, *, falls: bool) -> list[ColumnElement[Any]]:
    return [each.desc() if falls else each.asc() for each in (moment, ticket_id)]


_ROWS: Select[*tuple[Any, ...]] = (
    select(
        col(Ticket.id),
        col(Ticket.reference),
        col(Ticket.state),
        col(Ticket.subject),
        col(Ticket.role),
        col(Ticket.intent),
        col(Ticket.outcome),
        col(Ticket.requester_address),
        col(Ticket.requester_name),
        col(Ticket.queue),
        col(Ticket.language),
        col(Ticket.priority),
        col(Ticket.reason),
        col(Ticket.created_at),
        col(Ticket.updated_at),
        col(Ticket.assigned_to),
        col(Member.name),
        col(Issuer.name),
        col(Issuer.slug),
    )
    .outerjoin(Member, col(Member.address) == col(Ticket.assigned_to))
    .outerjoin(Issuer, col(Issuer.id) == col(Ticket.issuer_id))
)
