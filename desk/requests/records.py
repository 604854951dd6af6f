"""What each kind of change reads and writes: the part of an earner's record that it is about, as a plain value.

Here belong these parts, each with the same three verbs: what it is, what a change wants it to be, making it so. Taking
a change back is making it what it was. Who may ask stands in `authority`, all or nothing in `applying`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from badges.assertions import AssertionState
from badges.tables import Account, Assertion, Earner, EarnerAddress
from desk.accounts.shutting import shut_account
from desk.credentials.replacing import replace_credentials
from desk.hooks.events import EventKind
from desk.hooks.telling import tell_of_award
from desk.people import find_by_id
from desk.renaming import put_name
from desk.requests.orders import Change
from desk.requests.recorded import State
from desk.roster.cells import CellFault
from desk.roster.names import read_name
from desk.words import Intent
from mailer.notices import Stream
from mailer.queue.suppressions import EVERY, Suppressed, suppress, unsuppress
from mailer.queue.tables import Suppression
from wire.address import AddressFault, fold_address, parse_address

SUBJECT = "subject"
"""The key of a state that says what it is about, where one record has several such parts: an address, an award."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A change that cannot be made, in words for staff."""

    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a record. `read` gives None where there is none; `write` takes the moment, what is and what will be.

    Writing compares nothing: the caller holds the rows (`applying`), or has one writer.
    """

    name_subject: Callable[[Change], str | Unfit]
    read: Callable[[Connection, str, str], State | None]
    want: Callable[[Connection, Change, State], State | Unfit]
    write: Callable[[Connection, str, State, State, datetime], None]
    may_return: Callable[[Connection, str, State], bool] = lambda _connection, _earner_id, _state: True
    """Whether the record could be again what it was: asked before a change is taken back."""


def _no_subject(_change: Change) -> str:
    return ""


def _read_name(connection: Connection, earner_id: str, _subject: str) -> State | None:
    name = connection.execute(select(col(Earner.name)).where(col(Earner.id) == earner_id)).scalar_one_or_none()
    return None if name is None else {"name": name}


def _want_name(_connection: Connection, change: Change, _state: State) -> State | Unfit:
    name = read_name(change.new_name or "")
    return Unfit(f"the new name {name.reason}") if isinstance(name, CellFault) else {"name": name}


def _write_name(connection: Connection, earner_id: str, _is: State, will: State, now: datetime) -> None:
    put_name(connection, earner_id, will["name"], now)


def _read_lock(connection: Connection, earner_id: str, _subject: str) -> State | None:
    query = select(col(Account.locked_at)).where(col(Account.earner_id) == earner_id)
    row = connection.execute(query).first()
    return None if row is None else {"locked_at": row[0].isoformat() if row[0] else None}


def _want_open(_connection: Connection, _change: Change, _state: State) -> State:
    return {"locked_at": None}


def _write_lock(connection: Connection, earner_id: str, _is: State, will: State, _now: datetime) -> None:
    locked_at = datetime.fromisoformat(will["locked_at"]) if will["locked_at"] else None
    values = {"locked_at": locked_at} | ({} if locked_at else {"failed_logins": 0, "failed_at": None})
    connection.execute(update(Account).where(col(Account.earner_id) == earner_id).values(values))


def _name_address(change: Change) -> str | Unfit:
    parsed = parse_address(change.new_address or "")
    return Unfit(f"the new address {parsed.reason}") if isinstance(parsed, AddressFault) else fold_address(parsed)


def _read_address(connection: Connection, earner_id: str, subject: str) -> State | None:
    person = find_by_id(connection, earner_id)
    owner = _find_owner(connection, subject)
    return None if person is None else {SUBJECT: subject, "primary": person.address, "on_record": owner == earner_id}


def _want_address(connection: Connection, change: Change, state: State) -> State | Unfit:
    if not state["on_record"] and _find_owner(connection, state[SUBJECT]) is not None:
        return Unfit("the new address is on record for another earner")
    primary = state["primary"] if change.is_alternate else state[SUBJECT]
    return {**state, "primary": primary, "on_record": True}


def _write_address(connection: Connection, earner_id: str, was: State, will: State, now: datetime) -> None:
    address, theirs = will[SUBJECT], col(EarnerAddress.earner_id) == earner_id
    if will["on_record"] and not was["on_record"]:
        connection.execute(insert(EarnerAddress).values(address=address, earner_id=earner_id, is_primary=False))
    if will["primary"] != was["primary"]:
        is_new = col(EarnerAddress.address) == will["primary"]
        connection.execute(update(EarnerAddress).where(theirs).values(is_primary=is_new))
        person = find_by_id(connection, earner_id)
        assert person is not None  # the update has just made one address the primary
        shut_account(connection, person)
        replace_credentials(connection, earner_id, now)
    if was["on_record"] and not will["on_record"]:
        connection.execute(delete(EarnerAddress).where(theirs, col(EarnerAddress.address) == address))


def _may_have_address(connection: Connection, earner_id: str, was: State) -> bool:
    return _find_owner(connection, was["primary"]) == earner_id


def _find_owner(connection: Connection, address: str) -> str | None:
    query = select(col(EarnerAddress.earner_id)).where(col(EarnerAddress.address) == address)
    return connection.execute(query).scalar_one_or_none()


def _name_award(change: Change) -> str | Unfit:
    return change.assertion_id or Unfit("it is not said which badge")


def _read_award(connection: Connection, earner_id: str, subject: str) -> State | None:
    query = select(col(Assertion.state), col(Assertion.revocation_reason)).where(
        col(Assertion.id) == subject, col(Assertion.earner_id) == earner_id
    )
    row = connection.execute(query).first()
    return None if row is None else {SUBJECT: subject, "state": row[0], "reason": row[1]}


def _want_revoked(_connection: Connection, _change: Change, state: State) -> State:
    return {**state, "state": AssertionState.REVOKED.value}


def _write_award(connection: Connection, earner_id: str, _is: State, will: State, now: datetime) -> None:
    # Taking a revocation back is no step of an award's life (`badges.assertions.FOLLOWS`): it never happened.
    values = {"state": will["state"], "revocation_reason": will["reason"]}
    named = (col(Assertion.id) == will[SUBJECT], col(Assertion.earner_id) == earner_id)
    connection.execute(update(Assertion).where(*named).values(values))
    is_revoked = will["state"] == AssertionState.REVOKED
    kind = EventKind.AWARD_REVOKED if is_revoked else EventKind.AWARD_RESTORED
    tell_of_award(connection, will[SUBJECT], kind, earner_id, now)


def _read_notices(connection: Connection, _earner_id: str, subject: str) -> State:
    query = select(col(Suppression.reason)).where(
        col(Suppression.address) == subject,
        col(Suppression.issuer_id) == EVERY,
        col(Suppression.stream) == Stream.NOTICES.value,
    )
    return {SUBJECT: subject, "stopped": connection.execute(query).first() is not None}


def _want_silence(_connection: Connection, _change: Change, state: State) -> State:
    return {**state, "stopped": True}


def _write_notices(connection: Connection, _earner_id: str, _is: State, will: State, now: datetime) -> None:
    if will["stopped"]:
        stop_notices(connection, will[SUBJECT], now)
    else:
        unsuppress(connection, will[SUBJECT], EVERY, Stream.NOTICES.value)


def stop_notices(connection: Connection, address: str, now: datetime) -> bool:
    """Send nothing but account mail to `address`, of no issuer; False if it is so already."""
    return suppress(connection, [Suppressed(address, "unsubscribed", now, EVERY, Stream.NOTICES.value)]) > 0


PARTS: Mapping[Intent, Part] = {
    Intent.NAME_CHANGE: Part(_no_subject, _read_name, _want_name, _write_name),
    Intent.UNLOCK: Part(_no_subject, _read_lock, _want_open, _write_lock),
    Intent.EMAIL_CHANGE: Part(_name_address, _read_address, _want_address, _write_address, _may_have_address),
    Intent.REVOKE: Part(_name_award, _read_award, _want_revoked, _write_award),
    Intent.UNSUBSCRIBE: Part(_name_address, _read_notices, _want_silence, _write_notices),
}
"""Kinds of change that write a record. The others send a mail and no more."""


def read_again(connection: Connection, kind: Intent, earner_id: str, state: State) -> State | None:
    """Return what the part that `state` tells of is now."""
    return PARTS[kind].read(connection, earner_id, state.get(SUBJECT, ""))
