"""The recipients of one issuer: its awards, the newest first, each with what became of its mail.

Here belongs the look-up, page by page. However many awards there are, a page looks at `WINDOW` of them at most: where
few of those fit the filters, it says how far it came and goes on from there. Every condition that tells one issuer's
awards from another's stands in the SQL.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    ScalarSelect,
    Select,
    Subquery,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import col

from badges.account_tables import ShareClick
from badges.columns import Instant
from badges.names import make_name_key
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress
from badges.transactions import reading
from desk.accounts.showing import ShareCount, count_shares
from desk.recipients.filters import Cursor, Progress, RecipientFilter
from desk.recipients.listed import Recipient, RecipientPage
from mailer.queue.tables import Batch, Message

PAGE = 50
WINDOW = 5000
"""Awards that a page looks through for those that fit."""
MOST_BADGES = 400
"""Badge classes of one issuer that are listed; SQLite puts 500 queries together at most."""
MOST_NAMED = 500
"""Earners that a search by name or address finds."""


def list_recipients(
    engine: Engine, issuer_id: str, wanted: RecipientFilter, after: Cursor | None = None, limit: int = PAGE
) -> RecipientPage:
    """Return a page of recipients of `issuer_id` behind `after`."""
    with reading(engine).connect() as connection:
        badge_ids = _list_badges(connection, issuer_id, wanted.badge)
        window = _select_window(connection, issuer_id, badge_ids, wanted, after, limit)
        if window is None:
            return RecipientPage((), None)
        found = connection.execute(_select_recipients(window, wanted).limit(limit + 1)).all()
        rows = _add_shares(connection, found[:limit])
        if len(found) > limit:
            return RecipientPage(rows, rows[-1].cursor)
        last = _find_end(connection, window) if wanted.is_selective else None
        return RecipientPage(rows, last, is_cut=last is not None)


def find_recipient(engine: Engine, issuer_id: str, assertion_id: str) -> Recipient | None:
    """Return one award of `issuer_id` with its recipient; None if it is none of theirs."""
    window = (
        select(col(Assertion.id).label("id"), col(Assertion.created_at).label("created_at"))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.id) == assertion_id, col(BadgeClass.issuer_id) == issuer_id)
        .subquery()
    )
    with reading(engine).connect() as connection:
        rows = _add_shares(connection, connection.execute(_select_recipients(window, RecipientFilter())).all())
    return rows[0] if rows else None


def read_recipients(engine: Engine, issuer_id: str, wanted: RecipientFilter) -> Iterator[Recipient]:
    """Yield all of them, one short transaction a page."""
    after: Cursor | None = None
    while True:
        page = list_recipients(engine, issuer_id, wanted, after, MOST_NAMED)
        yield from page.rows
        after = page.following
        if after is None:
            return


def select_newest_mail() -> ScalarSelect[str]:
    """Return the id of the newest issuance mail of the award in the query around it, found by its earner."""
    first = literal("issuance/") + col(Assertion.id)
    key = col(Message.idempotency_key)
    return (
        select(col(Message.id))
        .where(col(Message.earner_id) == col(Assertion.earner_id), or_(key == first, key.like(first + "/%")))
        .order_by(col(Message.written_at).desc(), col(Message.id))
        .limit(1)
        .correlate(Assertion)
        .scalar_subquery()
    )


def _list_badges(connection: Connection, issuer_id: str, slug: str) -> list[str]:
    query = select(col(BadgeClass.id)).where(col(BadgeClass.issuer_id) == issuer_id)
    if slug:
        query = query.where(col(BadgeClass.slug) == slug)
    return list(connection.execute(query.order_by(col(BadgeClass.slug)).limit(MOST_BADGES)).scalars())


def _select_window(  # noqa: PLR0913, PLR0917 - whose, which, from where, how many
    connection: Connection,
    issuer_id: str,
    badge_ids: Sequence[str],
    wanted: RecipientFilter,
    after: Cursor | None,
    limit: int,
) -> Subquery | None:
    """Return the awards that the page looks at, in the order of an index; None where nothing can be found."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.batch_id:
        began = select(col(Batch.created_at)).where(col(Batch.id) == wanted.batch_id, col(Batch.issuer_id) == issuer_id)
        made_at = connection.execute(began).scalar_one_or_none()
        if made_at is None:
            return None
        conditions.append(col(Assertion.created_at) == made_at)  # a batch's awards are all written as of one moment
    if wanted.progress is Progress.HELD:
        conditions.append(col(Assertion.held_at).is_not(None))  # few, and found by an index of their own
    if wanted.search and (named := _find_named(connection, wanted.search, badge_ids)):
        conditions.append(col(Assertion.id).in_(named))
    if after is not None:
        place = tuple_(literal(after.created_at, Instant), literal(after.assertion_id))
        conditions.append(tuple_(col(Assertion.created_at), col(Assertion.id)) < place)
    newest = (col(Assertion.created_at).desc(), col(Assertion.id).desc())
    most = WINDOW if wanted.is_selective else limit + 1
    ids = [
        select(
            select(col(Assertion.id).label("id"), col(Assertion.created_at).label("created_at"))
            .where(col(Assertion.badge_class_id) == badge_id, *conditions)
            .order_by(*newest)
            .limit(most)
            .subquery()
        )
        for badge_id in badge_ids
    ]
    if not ids:
        return None
    together = union_all(*ids).subquery() if len(ids) > 1 else ids[0].subquery()
    first = select(together).order_by(together.c.created_at.desc(), together.c.id.desc()).limit(most)
    return first.subquery()


def _find_named(connection: Connection, words: str, badge_ids: Sequence[str]) -> list[str]:
    """Return the awards of whose whole name, or whose address or its beginning, `words` are. An index finds these among
    millions."""
    folded = words.strip().lower()
    theirs = col(EarnerAddress.address)
    beginning = theirs.startswith(folded, autoescape=True) & (theirs >= folded) & (theirs < f"{folded}\uffff")
    # By itself, too: databases that sort by a language's rules may find nothing between these two.
    is_it = or_(theirs == folded, beginning)
    by_address = select(col(EarnerAddress.earner_id)).where(is_it, col(EarnerAddress.is_primary))
    earners = list(connection.execute(by_address.limit(MOST_NAMED)).scalars())
    if key := make_name_key(words):
        by_name = select(col(Earner.id)).where(col(Earner.name_key) == key)
        earners += connection.execute(by_name.limit(MOST_NAMED)).scalars()
    held = select(col(Assertion.id)).where(
        col(Assertion.earner_id).in_(earners), col(Assertion.badge_class_id).in_(badge_ids)
    )
    return list(connection.execute(held.limit(MOST_NAMED)).scalars()) if earners else []


def _select_recipients(window: Subquery, wanted: RecipientFilter) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Assertion.id),
            col(Assertion.created_at),
            col(Earner.id),
            col(Earner.name),
            col(EarnerAddress.address),
            col(BadgeClass.slug),
            col(BadgeClass.name),
            col(Assertion.issued_on),
            col(Assertion.expires_on),
            col(Assertion.state),
            col(Assertion.held_at),
            col(Assertion.opened_at),
            col(Account.password_set_at),
            func.coalesce(col(Message.state), ""),
            col(Message.state_at),
            col(Message.due_at),
            func.coalesce(col(Message.reason), ""),
        )
        .select_from(window)
        .join(Assertion, col(Assertion.id) == window.c.id)
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .join(Earner, col(Earner.id) == col(Assertion.earner_id))
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .join(Account, col(Account.earner_id) == col(Earner.id))
        .outerjoin(Message, col(Message.id) == select_newest_mail())
        .where(*_conditions(wanted))
        .order_by(window.c.created_at.desc(), window.c.id.desc())
    )


def _conditions(wanted: RecipientFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.state:
        yield col(Message.state) == wanted.state
    if wanted.domain:
        yield col(EarnerAddress.address).endswith(f"@{wanted.domain.lower()}", autoescape=True)
    if wanted.batch_id:
        made = exists().where(
            col(Message.idempotency_key) == literal("issuance/") + col(Assertion.id),
            col(Message.batch_id) == wanted.batch_id,
        )
        yield made.correlate(Assertion)
    if wanted.progress is not None:
        yield _PROGRESS[wanted.progress]
    if wanted.search:
        words = wanted.search.strip()
        yield or_(
            col(EarnerAddress.address).contains(words.lower(), autoescape=True),
            col(Earner.name).icontains(words, autoescape=True),
            col(Earner.name_key) == (make_name_key(words) or words),
        )


_SHARED = exists().where(col(ShareClick.assertion_id) == col(Assertion.id)).correlate(Assertion)
_PROGRESS = {
    Progress.OPENED: col(Assertion.opened_at).is_not(None),
    Progress.NOT_OPENED: col(Assertion.opened_at).is_(None),
    Progress.CLAIMED: col(Account.password_set_at).is_not(None),
    Progress.NOT_CLAIMED: col(Account.password_set_at).is_(None),
    Progress.SHARED: _SHARED,
    Progress.HELD: col(Assertion.held_at).is_not(None),
}


def _add_shares(connection: Connection, rows: Sequence[Row[Any]]) -> list[Recipient]:
    shares = count_shares(connection, [row[0] for row in rows]) if rows else {}
    return [Recipient(*[*row, shares.get(row[0], ShareCount())]) for row in rows]


def _find_end(connection: Connection, window: Subquery) -> Cursor | None:
    """Return the last award of a window that was full."""
    query = select(window.c.created_at, window.c.id).order_by(window.c.created_at.desc(), window.c.id.desc())
    row = connection.execute(query.offset(WINDOW - 1).limit(1)).first()
    return None if row is None else Cursor(row[0], row[1])
