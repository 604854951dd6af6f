"""One recipient as one issuer may see them: its awards, its mails, what it has changed, and the whole in order.

Here belongs gathering it. Nothing of another issuer is in it, nor what only the earner and support staff may know:
other addresses, where somebody logged in from, what was written to support. Every query names the issuer.
"""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine, or_, select
from sqlmodel import col

from badges.account_tables import AccountEvent
from badges.tables import Account, Assertion, BadgeClass, Earner
from badges.transactions import reading
from desk.accounts.showing import ShareCount, count_shares
from desk.accounts.trail import EventKind
from desk.people import find_by_id
from desk.recipients.shown import AskedChange, Happening, HeldAward, MadeChange, RecipientShown, SentMail
from desk.recipients.why import tell_why
from desk.requests.authority import is_shared
from desk.requests.proposals import Needs
from desk.tables import Proposal, RecordChange, Ticket
from mailer.notices import Stream
from mailer.queue.states import State
from mailer.queue.suppressions import EVERY
from mailer.queue.tables import Attempt, Message, Suppression

MOST = 200
"""Of each: awards, mails, attempts, events."""


def show_recipient(engine: Engine, issuer_id: str, earner_id: str) -> RecipientShown | None:
    """Return the earner as `issuer_id` sees them; None if they hold nothing of it, or are nobody."""
    with reading(engine).connect() as connection:
        awards = list(_list_awards(connection, issuer_id, earner_id))
        person = find_by_id(connection, earner_id) if awards else None
        if person is None:
            return None
        mails = _list_mails(connection, issuer_id, earner_id)
        changes = _list_changes(connection, issuer_id, earner_id)
        account = select(col(Account.locked_at), col(Account.password_set_at), col(Earner.created_at))
        account = account.join(Earner, col(Earner.id) == col(Account.earner_id))
        locked_at, password_set_at, _ = connection.execute(account.where(col(Earner.id) == earner_id)).one()
        lines = [
            *_tell_awards(awards),
            *_tell_mails(connection, mails),
            *_tell_changes(changes),
            *_tell_account(connection, earner_id),
        ]
        return RecipientShown(
            person,
            locked_at,
            password_set_at,
            is_shared(connection, earner_id, issuer_id),
            awards,
            mails,
            changes,
            _list_asked(connection, issuer_id, earner_id),
            _list_stops(connection, issuer_id, person.address),
            sorted(reversed(lines), key=lambda line: line.at, reverse=True)[:MOST],
        )


def is_recipient(connection: Connection, issuer_id: str, earner_id: str) -> bool:
    """Tell whether the earner was ever awarded anything by this issuer, revoked or not."""
    query = (
        select(col(Assertion.id))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.earner_id) == earner_id, col(BadgeClass.issuer_id) == issuer_id)
    )
    return connection.execute(query.limit(1)).first() is not None


def _list_awards(connection: Connection, issuer_id: str, earner_id: str) -> Iterator[HeldAward]:
    query = (
        select(
            col(Assertion.id),
            col(BadgeClass.slug),
            col(BadgeClass.name),
            col(Assertion.issued_on),
            col(Assertion.expires_on),
            col(Assertion.state),
            col(Assertion.held_at),
            col(Assertion.hidden_at),
            col(Assertion.opened_at),
            col(Assertion.revocation_reason),
            col(Assertion.created_at),
        )
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.earner_id) == earner_id, col(BadgeClass.issuer_id) == issuer_id)
        .order_by(col(Assertion.created_at).desc(), col(Assertion.id))
        .limit(MOST)
    )
    rows = connection.execute(query).all()
    shares = count_shares(connection, [row[0] for row in rows]) if rows else {}
    for row in rows:
        yield HeldAward(*row[:9], row[9] or "", row[10], shares.get(row[0], ShareCount()))


def _list_mails(connection: Connection, issuer_id: str, earner_id: str) -> list[SentMail]:
    columns = (
        col(Message.id),
        col(Message.kind),
        col(Message.rcpt_to),
        col(Message.state),
        col(Message.written_at),
        col(Message.state_at),
        col(Message.due_at),
        col(Message.attempts),
        col(Message.reason),
        col(Message.held_at),
        col(Message.batch_id),
    )
    query = select(*columns).where(col(Message.earner_id) == earner_id, col(Message.issuer_id) == issuer_id)
    newest = query.order_by(col(Message.written_at).desc(), col(Message.id)).limit(MOST)
    return [SentMail(*row[:8], row[8] or "", row[9], row[10] or "") for row in connection.execute(newest)]


def _list_changes(connection: Connection, issuer_id: str, earner_id: str) -> list[MadeChange]:
    query = select(
        col(RecordChange.group_id),
        col(RecordChange.kind),
        col(RecordChange.before),
        col(RecordChange.after),
        col(RecordChange.made_at),
        col(RecordChange.asked_by),
        col(RecordChange.undo_until),
        col(RecordChange.undone_at),
    ).where(col(RecordChange.earner_id) == earner_id, col(RecordChange.issuer_id) == issuer_id)
    rows = connection.execute(query.order_by(col(RecordChange.made_at).desc()).limit(MOST))
    return [MadeChange(row[0], row[1], json.loads(row[2]), json.loads(row[3]), *row[4:]) for row in rows]


def _list_asked(connection: Connection, issuer_id: str, earner_id: str) -> list[AskedChange]:
    query = (
        select(
            col(Proposal.id), col(Ticket.reference), col(Proposal.needs), col(Proposal.intent), col(Proposal.created_at)
        )
        .join(Ticket, col(Ticket.id) == col(Proposal.ticket_id))
        .where(
            col(Ticket.earner_id) == earner_id,
            col(Proposal.issuer_id) == issuer_id,
            col(Proposal.state) == "pending",
            or_(col(Proposal.needs) != Needs.STAFF.value, col(Ticket.issuer_id) == issuer_id),
        )
        .order_by(col(Proposal.created_at).desc())
        .limit(MOST)
    )
    return [AskedChange(*row) for row in connection.execute(query)]


def _list_stops(connection: Connection, issuer_id: str, address: str) -> list[tuple[str, str]]:
    query = select(col(Suppression.stream), col(Suppression.reason)).where(
        col(Suppression.address) == address,
        col(Suppression.issuer_id).in_([EVERY, issuer_id]),
        col(Suppression.stream).in_([EVERY, *(stream.value for stream in Stream)]),
    )
    return [(row[0], tell_why("suppressed", row[1])) for row in connection.execute(query)]


def _tell_awards(awards: Sequence[HeldAward]) -> Iterator[Happening]:
    for award in awards:
        yield Happening(award.created_at, "awarded", award.issued_on.isoformat(), award.badge_name)
        if award.held_at is not None:
            yield Happening(award.held_at, "held", "", award.badge_name)
        if award.opened_at is not None:
            yield Happening(award.opened_at, "opened", "", award.badge_name)
        if award.shares.last_at is not None:
            yield Happening(award.shares.last_at, "shared", "", award.badge_name)


def _tell_mails(connection: Connection, mails: Sequence[SentMail]) -> Iterator[Happening]:
    by_id = {mail.message_id: mail for mail in mails}
    for mail in mails:
        yield Happening(mail.written_at, "written", mail.rcpt_to, mail.kind)
        if mail.state != State.QUEUED:
            yield Happening(max(mail.state_at, mail.written_at), f"mail_{mail.state}", mail.reason, mail.kind)
    columns = (col(Attempt.message_id), col(Attempt.started_at), col(Attempt.finished_at), col(Attempt.outcome))
    query = select(*columns, col(Attempt.reply)).where(col(Attempt.message_id).in_(by_id))
    for message_id, started_at, finished_at, outcome, reply in connection.execute(query.limit(MOST)):
        said = f"{outcome or ''}: {reply}" if reply else outcome or ""
        yield Happening(finished_at or started_at, "attempt", said, by_id[message_id].kind)


def _tell_changes(changes: Sequence[MadeChange]) -> Iterator[Happening]:
    for change in changes:
        was, made = (state.get("name") or state.get("primary") or "" for state in (change.before, change.after))
        yield Happening(change.made_at, "changed", f"{was} → {made}" if was != made else "", change.kind)
        if change.undone_at is not None:
            yield Happening(change.undone_at, "undone", "", change.kind)


_TOLD = (EventKind.PASSWORD_SET, EventKind.LOCKED, EventKind.UNLOCKED)
"""What an issuer is told of an account: whether its earner got in. The rest is theirs."""


def _tell_account(connection: Connection, earner_id: str) -> Iterator[Happening]:
    query = select(col(AccountEvent.made_at), col(AccountEvent.kind)).where(
        col(AccountEvent.earner_id) == earner_id, col(AccountEvent.kind).in_([kind.value for kind in _TOLD])
    )
    for made_at, kind in connection.execute(query.order_by(col(AccountEvent.made_at).desc()).limit(MOST)):
        yield Happening(made_at, kind)
