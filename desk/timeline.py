"""Everything that happened to one address, in the order in which it happened: what `badgepost why` shows.

Here belongs gathering it from the records. Nothing here changes anything, and no link or secret is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, or_, select
from sqlmodel import col

from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress
from badges.transactions import reading
from desk.accounts.trail import list_events
from desk.events import Event
from desk.people import Person, find_by_address
from desk.requests.history import tell_requests
from mailer.queue.tables import Attempt, Message, Suppression
from wire.address import AddressFault, fold_address, parse_address

MOST_EVENTS = 500
"""Of an account's trail that are told, the newest."""


@dataclass(frozen=True)
class Timeline:
    """What the records hold. `person` is None for an address that no earner has: an issuer's, or a test's."""

    address: str
    person: Person | None
    addresses: tuple[str, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True)
class NothingKnown:
    """No earner and no mail; `reason` is one line."""

    reason: str


def tell_timeline(engine: Engine, address: str) -> Timeline | NothingKnown:
    """Return the timeline of the person behind `address`, primary or alternate, or of the bare address."""
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return NothingKnown(f"{address}: {parsed.reason}")
    folded = fold_address(parsed)
    with reading(engine).connect() as connection:
        person = find_by_address(connection, folded)
        addresses = _find_addresses(connection, person) if person else (folded,)
        events: list[Event] = []
        if person is not None:
            events += _tell_person(connection, person)
            events += _tell_awards(connection, person)
            events += _tell_account(connection, person)
        events += [*_tell_mails(connection, person, addresses), *_tell_suppressions(connection, addresses)]
        events += tell_requests(connection, person.earner_id if person else None, addresses)
    if person is None and not events:
        return NothingKnown(f"no earner and no mail is known under {folded}")
    return Timeline(folded, person, addresses, tuple(sorted(events, key=lambda event: event.at)))


def _find_addresses(connection: Connection, person: Person) -> tuple[str, ...]:
    query = (
        select(col(EarnerAddress.address))
        .where(col(EarnerAddress.earner_id) == person.earner_id)
        .order_by(col(EarnerAddress.is_primary).desc(), col(EarnerAddress.address))
    )
    return tuple(connection.execute(query).scalars())


def _tell_person(connection: Connection, person: Person) -> Iterator[Event]:
    query = (
        select(col(Earner.created_at), col(Account.password_set_at), col(Account.locked_at))
        .join(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(Earner.id) == person.earner_id)
    )
    created_at, password_set_at, locked_at = connection.execute(query).one()
    yield Event(created_at, "earner", f"on record as {person.name}")
    if password_set_at is not None:
        yield Event(password_set_at, "password", f"set with link number {person.link_spent_serial}")
    if locked_at is not None:
        yield Event(locked_at, "locked", "the account is locked")


def _tell_account(connection: Connection, person: Person) -> Iterator[Event]:
    for event in list_events(connection, person.earner_id, MOST_EVENTS):
        whence = f" from {event.source}" if event.source else ""
        because = f": {event.detail}" if event.detail else ""
        yield Event(event.made_at, "account", f"{event.kind} by {event.made_by}{whence}{because}")


def _tell_awards(connection: Connection, person: Person) -> Iterator[Event]:
    query = (
        select(
            col(Assertion.created_at),
            col(Assertion.held_at),
            col(Assertion.id),
            col(Assertion.issued_on),
            col(Assertion.expires_on),
            col(Assertion.state),
            col(BadgeClass.name),
        )
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.earner_id) == person.earner_id)
    )
    for created_at, held_at, assertion_id, issued_on, expires_on, state, name in connection.execute(query):
        until = f" until {expires_on}" if expires_on else ""
        yield Event(created_at, "award", f"{name} of {issued_on}{until}, {state} ({assertion_id})")
        if held_at is not None:
            yield Event(held_at, "held", f'somebody said "this is not me" about {name} ({assertion_id})')


def _tell_mails(connection: Connection, person: Person | None, addresses: tuple[str, ...]) -> Iterator[Event]:
    theirs: ColumnElement[bool] = col(Message.rcpt_to).in_(addresses)
    if person is not None:
        theirs = or_(theirs, col(Message.earner_id) == person.earner_id)
    columns = (
        col(Message.id),
        col(Message.kind),
        col(Message.rcpt_to),
        col(Message.state),
        col(Message.written_at),
        col(Message.state_at),
        col(Message.due_at),
        col(Message.reason),
    )
    for message_id, kind, rcpt_to, state, written_at, state_at, due_at, reason in connection.execute(
        select(*columns).where(theirs)
    ):
        yield Event(written_at, "mail", f"{kind} to {rcpt_to} ({message_id})")
        yield from _tell_attempts(connection, message_id, kind)
        because = f": {reason}" if reason else ""
        due = f", next try {due_at:%Y-%m-%d %H:%M}Z" if state == "deferred" else ""
        yield Event(max(state_at, written_at), state, f"{kind} to {rcpt_to}{because}{due} ({message_id})")


def _tell_attempts(connection: Connection, message_id: str, kind: str) -> Iterator[Event]:
    query = (
        select(
            col(Attempt.number),
            col(Attempt.relay),
            col(Attempt.started_at),
            col(Attempt.finished_at),
            col(Attempt.outcome),
            col(Attempt.reply),
        )
        .where(col(Attempt.message_id) == message_id)
        .order_by(col(Attempt.number))
    )
    for number, relay, started_at, finished_at, outcome, reply in connection.execute(query):
        said = f": {reply}" if reply else ""
        yield Event(
            finished_at or started_at, "attempt", f"{kind}, number {number} at {relay}, {outcome or 'begun'}{said}"
        )


def _tell_suppressions(connection: Connection, addresses: tuple[str, ...]) -> Iterator[Event]:
    query = select(
        col(Suppression.created_at), col(Suppression.address), col(Suppression.stream), col(Suppression.reason)
    )
    for created_at, address, stream, reason in connection.execute(query.where(col(Suppression.address).in_(addresses))):
        yield Event(created_at, "suppressed", f"{stream or 'every mail'} to {address}: {reason}")
