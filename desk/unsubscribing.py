"""Unsubscribing from notices: the one-click POST of a mail program (RFC 8058) and the button on our page.

Here belongs the act. It stops reminders and expiry notices of one issuer to one address; account mail (an award, a
password link that was asked for) goes on, because nobody can do without it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from badges.links import Expired, Forged, Genuine, Payload, Purpose
from badges.tables import Issuer
from badges.transactions import reading
from desk.office import Office
from mailer.notices import Stream
from mailer.queue.suppressions import Suppressed, suppress
from mailer.queue.tables import Message

_PROBE: Payload = ["doctor", "probe"]
"""No link of a mail looks so: those name one message."""


@dataclass(frozen=True)
class Subscription:
    """What a link would stop, or has stopped: notices of this issuer to this address."""

    address: str
    issuer_id: str
    issuer_name: str
    message_id: str


@dataclass(frozen=True)
class Unsubscribed:
    """Done, now or earlier."""

    subscription: Subscription


@dataclass(frozen=True)
class Probed:
    """A link that `badgepost doctor` made, to see that links of this service lead to it. Nothing was done."""


@dataclass(frozen=True)
class NoSubscription:
    """No link of ours, or its mail is not in the records any more."""


def read_unsubscribe_link(office: Office, token: str, now: datetime) -> Subscription | NoSubscription:
    """Tell what the link would stop. Changes nothing. An expired link counts: nobody is kept on a list by a date."""
    match office.links.unsign(Purpose.UNSUBSCRIBE, token, now):
        case Genuine(payload) | Expired(payload):
            return _find_subscription(office, payload)
        case Forged():
            return NoSubscription()


def mint_probe(office: Office, now: datetime) -> str:
    """Return a token that `unsubscribe` knows, and that stops nothing."""
    return office.links.mint(Purpose.UNSUBSCRIBE, _PROBE, now)


def unsubscribe(office: Office, token: str, now: datetime) -> Unsubscribed | Probed | NoSubscription:
    """Stop the notices that the link names. Doing it again changes nothing."""
    if _is_probe(office, token, now):
        return Probed()
    found = read_unsubscribe_link(office, token, now)
    if isinstance(found, NoSubscription):
        return found
    entry = Suppressed(
        found.address, "unsubscribed", now, found.issuer_id, Stream.NOTICES, source_message_id=found.message_id
    )
    with office.engine.begin() as connection:
        suppress(connection, [entry])
    return Unsubscribed(found)


def _is_probe(office: Office, token: str, now: datetime) -> bool:
    match office.links.unsign(Purpose.UNSUBSCRIBE, token, now):
        case Genuine(payload):
            return payload == _PROBE
        case _:
            return False


def _find_subscription(office: Office, payload: Payload) -> Subscription | NoSubscription:
    if len(payload) != 1:
        return NoSubscription()
    query = (
        select(col(Message.rcpt_to), col(Issuer.id), col(Issuer.name), col(Message.id))
        .join(Issuer, col(Issuer.id) == col(Message.issuer_id))
        .where(col(Message.id) == str(payload[0]))
    )
    with reading(office.engine).connect() as connection:
        row = connection.execute(query).first()
    return NoSubscription() if row is None else Subscription(*row)
