"""Asking the issuer for another name: only an issuer can change it, since it stands on what the issuer vouches for.

Here belongs the wish of somebody who is logged in. It takes the way that a mail with the same wish would have taken
(`desk.requests`), so the issuer gets it with a link that grants it, or staff get it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlmodel import col

from badges.account_tables import AccountEvent
from badges.names import is_odd_name
from badges.tables import Assertion, BadgeClass, Issuer
from badges.transactions import reading, take_turn_for
from desk.accounts.sessions import SignedIn
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.requests.authority import select_held
from desk.requests.carrying_out import carry_out
from desk.requests.orders import Asker, Change, MailThread, Order
from desk.roster.cells import CellFault
from desk.roster.names import read_name
from desk.tables import Ticket, TicketEntry
from desk.words import Intent, Outcome, Role
from mailer.queue.tables import Message

MOST_A_DAY = 5
"""Wishes of one earner: as many as are passed on (`desk.requests.relaying`), so that none lands on a staff desk for
being too many."""
SHOWN_FOR = timedelta(days=30)
"""As long as the issuer's link works."""

_WISHES = {
    "en": "Please change my name to: {name}",
    "es": "Les ruego que cambien mi nombre a: {name}",
    "fr": "Merci de changer mon nom en : {name}",
    "de": "Bitte ändern Sie meinen Namen in: {name}",
}
"""What the issuer reads as the words of an earner who has filled the form."""


@dataclass(frozen=True, slots=True)
class AskableBadge:
    """A badge by which an issuer is chosen."""

    assertion_id: str
    issuer_name: str
    badge_name: str


@dataclass(frozen=True, slots=True)
class NameRefused:
    """The wish was not taken: `name` (it is none), `same` (as it is), `often`, or `badge` (not theirs)."""

    code: str


@dataclass(frozen=True, slots=True)
class NameAsked:
    """A wish that was taken, and who has it."""

    name: str
    asked_at: datetime
    issuer_name: str | None
    """None: our staff have it."""


def list_askable(connection: Connection, earner_id: str) -> Sequence[AskableBadge]:
    """Return the newest badge of each issuer that the earner holds one of."""
    held = select_held(earner_id).join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
    rows = connection.execute(
        held.with_only_columns(col(Assertion.id), col(Issuer.name), col(BadgeClass.name), col(Issuer.id))
        .where(col(Assertion.held_at).is_(None))
        .limit(500)
    )
    newest: dict[str, AskableBadge] = {}
    for assertion_id, issuer_name, badge_name, issuer_id in rows:
        newest.setdefault(issuer_id, AskableBadge(assertion_id, issuer_name, badge_name))
    return list(newest.values())


def ask_for_name(  # noqa: PLR0913, PLR0917 - whose, which, of whom, whence and when
    office: Office, owner: SignedIn, wanted: str, assertion_id: str, source: str, now: datetime
) -> NameAsked | NameRefused:
    """Pass the wish for the name `wanted` on to the issuer of one of the earner's badges; empty: of the newest."""
    name = read_name(wanted)
    if isinstance(name, CellFault) or is_odd_name(name):
        return NameRefused("name")  # the issuer reads it in a mail of ours: no place for anything but a name
    if name == owner.name:
        return NameRefused("same")
    with office.engine.begin() as connection:
        take_turn_for(connection, f"asker {owner.address}")
        askable = list_askable(connection, owner.earner_id)
        if assertion_id and assertion_id not in {badge.assertion_id for badge in askable}:
            return NameRefused("badge")
        if _count_wishes(connection, owner.earner_id, now) >= MOST_A_DAY:
            return NameRefused("often")
        carry_out(connection, office, _order(owner, name, assertion_id), now)
        note_event(connection, owner.earner_id, EventKind.NAME_ASKED, now, source=source, detail=name)
        return _read_wish(connection, owner.earner_id, name, now)


def find_wish(office: Office, owner: SignedIn, now: datetime) -> NameAsked | None:
    """Return the last wish that may still be granted; None once the name is what was wished for, or it is long ago."""
    newest = (
        select(col(AccountEvent.detail), col(AccountEvent.made_at))
        .where(
            col(AccountEvent.earner_id) == owner.earner_id,
            col(AccountEvent.kind) == EventKind.NAME_ASKED.value,
            col(AccountEvent.made_at) > now - SHOWN_FOR,
        )
        .order_by(col(AccountEvent.made_at).desc())
    )
    with reading(office.engine).connect() as connection:
        row = connection.execute(newest.limit(1)).first()
        if row is None or row.detail == owner.name:
            return None
        return _read_wish(connection, owner.earner_id, row.detail, row.made_at)


def _order(owner: SignedIn, name: str, assertion_id: str) -> Order:
    language = owner.language if owner.language in _WISHES else "en"
    change = Change(Intent.NAME_CHANGE, owner.earner_id, new_name=name, assertion_id=assertion_id or None)
    return Order(
        Outcome.REDIRECT,
        Intent.NAME_CHANGE,
        Asker(Role.EARNER, owner.address, owner.name, None, owner.earner_id, language),
        MailThread("", "", (), ""),
        (change,),
        (),
        "the owner asked for it, by the form on the profile page",
        _WISHES[language].format(name=name),
        {"form": "/profile/name"},
    )


def _count_wishes(connection: Connection, earner_id: str, now: datetime) -> int:
    query = select(func.count()).where(
        col(AccountEvent.earner_id) == earner_id,
        col(AccountEvent.kind) == EventKind.NAME_ASKED.value,
        col(AccountEvent.made_at) > now - timedelta(days=1),
    )
    return connection.execute(query).scalar_one()


def _read_wish(connection: Connection, earner_id: str, name: str, asked_at: datetime) -> NameAsked:
    """Find out who has the wish of that moment: the issuer that it was mailed to, or staff."""
    mailed = (
        select(col(Issuer.name))
        .join(Message, col(Message.issuer_id) == col(Issuer.id))
        .join(TicketEntry, col(TicketEntry.message_id) == col(Message.id))
        .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
        .where(
            col(Ticket.earner_id) == earner_id,
            col(Ticket.created_at) == asked_at,
            col(Ticket.intent) == Intent.NAME_CHANGE.value,
            col(Message.kind) == "relayed_request",
        )
    )
    return NameAsked(name, asked_at, connection.execute(mailed.limit(1)).scalar_one_or_none())
