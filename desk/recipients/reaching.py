"""Getting a mail to a recipient after all: correcting the address that it went to, sending it again.

Here belong these two acts. An issuer corrects an address alone only as long as nobody has proven to read the wrong
one and only its own badges are there: then nothing is lost that was somebody's. Otherwise the account might change
hands, and support decides, as by mail (docs/support-policy.md, `email_change`).
"""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import EarnerAddress
from badges.transactions import take_turn, take_turn_for
from desk.correcting import put_address_right
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.password_requests import admit
from desk.people import Person, find_by_address, find_by_id
from desk.recipients.ordering import carry_out_for
from desk.recipients.results import ActDone, ChangeMade, ChangeRefused
from desk.recipients.showing import is_recipient
from desk.requests.answering import is_ours, is_suppressed
from desk.requests.authority import is_shared, list_awards
from desk.requests.orders import Change
from desk.resending import NotResent, resend_awards
from desk.words import Intent, Outcome
from wire.address import AddressFault, fold_address, parse_address


def may_correct(connection: Connection, person: Person, issuer_id: str) -> bool:
    """Tell whether the issuer may correct the address without asking support."""
    read = select(col(EarnerAddress.confirmed_at)).where(
        col(EarnerAddress.earner_id) == person.earner_id, col(EarnerAddress.confirmed_at).is_not(None)
    )
    is_read = person.has_password or connection.execute(read.limit(1)).first() is not None
    return not is_read and not is_shared(connection, person.earner_id, issuer_id)


def correct_recipient(  # noqa: PLR0913, PLR0917 - who, for whom, what
    office: Office, actor: Actor, issuer_id: str, earner_id: str, address: str, now: datetime
) -> ActDone:
    """Put `address` in the place of the recipient's, shut what the wrong one has opened, and send the mails again."""
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return ChangeRefused("address", parsed.reason)
    right = fold_address(parsed)
    if is_ours(office, right):
        return ChangeRefused("ours")
    with office.engine.begin() as connection:
        take_turn_for(connection, f"asker {actor.name if actor.member_id else ''}")
        take_turn(connection)
        person = find_by_id(connection, earner_id) if list_awards(connection, earner_id, issuer_id) else None
        if person is None:
            return ChangeRefused("unknown")
        if person.address == right:
            return ChangeRefused("same")
        return _correct(connection, office, actor, issuer_id, person, right, now)


def _correct(  # noqa: PLR0913, PLR0917 - as above
    connection: Connection, office: Office, actor: Actor, issuer_id: str, person: Person, right: str, now: datetime
) -> ActDone:
    owner = find_by_address(connection, right)
    is_taken = owner is not None and owner.earner_id != person.earner_id
    if owner is not None and is_taken and is_recipient(connection, issuer_id, owner.earner_id):
        return ChangeRefused("theirs")
    if is_taken or not may_correct(connection, person, issuer_id):
        # Of an address that only others have on record nothing is said: support sees it on the ticket.
        change = Change(Intent.EMAIL_CHANGE, person.earner_id, new_address=right)
        words = f"{person.address} → {right}"
        return carry_out_for(
            connection, office, actor, issuer_id, Outcome.APPROVE, [change], Act.CHANGE_PROPOSED, now, words
        )
    done = put_address_right(connection, office, person, right, now)
    detail = {"before": person.address, "after": right, "mails": done.mails}
    subject = Subject("earner", person.earner_id)
    note_act(connection, actor, Act.ADDRESS_CORRECTED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return ChangeMade(mails=done.mails)


def resend_mail(  # noqa: PLR0913, PLR0917 - who, to whom, about what
    office: Office, actor: Actor, issuer_id: str, earner_id: str, now: datetime, assertion_id: str | None = None
) -> ActDone:
    """Send the mails of this issuer's awards, or of one, again. One that is on its way is not doubled."""
    with office.engine.begin() as connection:
        take_turn(connection)
        person = find_by_id(connection, earner_id) if list_awards(connection, earner_id, issuer_id) else None
        if person is None:
            return ChangeRefused("unknown")
        if is_suppressed(connection, person.address, issuer_id):
            return ChangeRefused("suppressed")
        if not admit(connection, person.address, None, now):
            return ChangeRefused("often")
        done = resend_awards(connection, office, person, now, issuer_id=issuer_id, assertion_id=assertion_id)
        if isinstance(done, NotResent) or not done.mails:
            return ChangeRefused("nothing")
        subject, detail = Subject("earner", earner_id), {"mails": done.mails, "assertion": assertion_id}
        note_act(connection, actor, Act.MAIL_RESENT, now, issuer_id=issuer_id, subject=subject, detail=detail)
        return ChangeMade(mails=done.mails)
