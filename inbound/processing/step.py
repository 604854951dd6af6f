"""One delivery from its bytes to what was done with it: read, authenticated, judged, carried out in one transaction.

Here belongs the course of it. What happens when something fails on the way stands in `shelving`, claiming in `claims`,
reading in `room`, judging in `inbound.judging`. Neither reading nor asking the DNS holds a transaction open; the last
one holds everything that the mail leads to, with its decision, or nothing.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, select
from sqlmodel import col

from badges.transactions import reading
from desk.directory import Directory
from desk.office import Office
from desk.requests.carrying_out import carry_out
from desk.sendings.braking import Brake
from desk.words import Outcome
from inbound.authentication.dns import Bounded, Lookup
from inbound.authentication.proof import Proof, Trust, Verdict, prove_author
from inbound.authentication.reservations import read_receipt_time
from inbound.booking import book_report, name_report
from inbound.counting import count_judged
from inbound.envelope import Envelope
from inbound.judging import Judgement, Mail, Past, judge, sift
from inbound.marks import make_content_mark, make_signature_marks
from inbound.processing.claims import ClaimedDelivery, finish
from inbound.processing.recording import keep_marks, record_decision
from inbound.processing.room import Room, Unreadable
from inbound.recalling import find_answered, find_marks, find_shelf_ticket, is_repeat, recall_thread
from inbound.rulebook import Rulebook
from inbound.rules.deciding import RuleSet
from inbound.tables import RawMail
from wire.address import Address, fold_address
from wire.message import read_header

_log = structlog.get_logger("badgepost.processing")

PATIENCE = timedelta(minutes=15)
"""How long a mail waits for a DNS that is away, if who wrote it depends on that."""
LOCAL = "local"
"""What the listener calls a client without an IP address: one on a socket of this machine."""
_SHORTEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True)
class Tools:
    """What a processor works with."""

    office: Office
    room: Room
    rulebook: Rulebook
    trust: Trust
    lookup: Lookup
    who: str
    """The claims' name for this process."""
    clock: Callable[[], datetime]
    keep_raw_mail: timedelta | None = None
    """How long the bytes of mails that are done with are kept; None: for good."""
    brake: Brake | None = None
    """Pauses batches that too many complain of."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """It is done: decided, carried out and recorded."""

    outcome: Outcome
    rule: str
    ticket_id: str | None = None
    report: str = ""
    """What it reports of a mail of ours: a word of `inbound.counting`; empty for what is no report."""
    message_id: str | None = None
    """The ledger's id of that mail."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """To be looked at again at `due_at`: who wrote it could not be found out, and much depends on that."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class _Marks:
    content: str | None = None
    signatures: tuple[str, ...] = ()


def deal_with(delivery: ClaimedDelivery, tools: Tools) -> Dealt | PutOff | Unreadable:
    """Do with a claimed delivery what is to be done with it. Raises what went wrong; nothing has happened then."""
    engine = reading(tools.office.engine)
    with engine.connect() as connection:
        content = _load(connection, delivery.raw_mail_id)
        repeat = is_repeat(connection, delivery.id, delivery.raw_mail_id, delivery.received_at)
    understood = tools.room.understand(content, delivery.mail_from)
    if isinstance(understood, Unreadable):
        return understood
    rules = tools.rulebook.get_rules()
    mail = Mail(delivery.raw_mail_id, content, _make_envelope(delivery, content, tools.trust), understood)
    sifted = sift(mail, Past(is_repeat=repeat), rules)
    if sifted is not None:
        return _settle(delivery, mail, sifted, None, _Marks(), tools)
    proof = prove_author(content, mail.envelope, tools.trust, Bounded(tools.lookup, time.monotonic))
    marks = _make_marks(mail, proof)
    began = time.perf_counter()
    with engine.connect() as connection:
        judgement = _judge(connection, delivery, mail, proof, marks, rules)
    count_judged(time.perf_counter() - began)
    due_at = _find_delay(judgement, mail, delivery, tools)
    return PutOff(due_at) if due_at else _settle(delivery, mail, judgement, proof, marks, tools)


def _judge(  # noqa: PLR0913, PLR0917 - a mail with everything that is known of it
    connection: Connection, delivery: ClaimedDelivery, mail: Mail, proof: Proof, marks: _Marks, rules: RuleSet
) -> Judgement:
    every = [*([marks.content] if marks.content else []), *marks.signatures]
    seen = find_marks(connection, every, mail.raw_mail_id)
    if marks.content in seen and (sifted := sift(mail, Past(is_repeat=True), rules)):
        return sifted
    past = Past(
        seen_before=bool(seen),
        answers_message=find_answered(connection, delivery.rcpt_to),
        recall=partial(recall_thread, connection),
    )
    return judge(mail, proof, past, Directory(connection), rules)


def _settle(  # noqa: PLR0913, PLR0917 - a mail with everything that is known of it
    delivery: ClaimedDelivery, mail: Mail, judgement: Judgement, proof: Proof | None, marks: _Marks, tools: Tools
) -> Dealt:
    """Carry out what was decided, and record it: all in one transaction."""
    now, report = tools.clock(), mail.understood.reading.report
    ticket_id, reason, kind, message_id = None, judgement.decided.reason, "", None
    with tools.office.engine.begin() as connection:
        # First, so that two processes that have the same delivery in hand come one after the other.
        finish(connection, delivery.id, tools.who)
        if judgement.decided.outcome is Outcome.BOUNCE and report is not None:
            booked = book_report(connection, report, mail.envelope.rcpt_to, now, tools.brake)
            reason, kind, message_id = f"{booked.words} ({reason})", name_report(report, booked), booked.message_id
        elif judgement.order is not None:
            ticket_id = judgement.order.ticket_id or find_shelf_ticket(connection, mail.raw_mail_id)
            order = replace(judgement.order, ticket_id=ticket_id)
            ticket_id, reason = carry_out(connection, tools.office, order, now).ticket_id, order.reason
        if not judgement.facts.is_repeat:
            keep_marks(connection, marks.content, marks.signatures, mail.raw_mail_id)
        evidence = proof.evidence if proof else ()
        record_decision(connection, delivery, judgement, reason, ticket_id, evidence, now)
    if judgement.decided.fault:
        # The mail became a ticket, so nothing is lost; but every mail like it will until somebody mends the rule.
        _log.error("rule_broke", fault=judgement.decided.fault, delivery=delivery.id, version=judgement.rules_version)
    return Dealt(judgement.decided.outcome, judgement.decided.rule, ticket_id, kind, message_id)


def _load(connection: Connection, raw_mail_id: str) -> bytes:
    return bytes(connection.execute(select(col(RawMail.content)).where(col(RawMail.id) == raw_mail_id)).scalar_one())


def _make_envelope(delivery: ClaimedDelivery, content: bytes, trust: Trust) -> Envelope:
    """Return the envelope; behind a server whose word counts, the mail was received when that server took it."""
    envelope = Envelope(
        received_at=delivery.received_at,
        mail_from=delivery.mail_from,
        rcpt_to=tuple(json.loads(delivery.rcpt_to)),
        peer_address=None if delivery.peer_address == LOCAL else delivery.peer_address,
        helo_name=delivery.helo_name,
    )
    if not trust.believes(envelope):
        return envelope
    header, _ = read_header(content)
    return replace(envelope, received_at=read_receipt_time(header) or delivery.received_at)


def _make_marks(mail: Mail, proof: Proof) -> _Marks:
    author = fold_address(proof.author) if isinstance(proof.author, Address) else ""
    message_id = mail.understood.reading.message_id
    content = make_content_mark(message_id, author, proof.verdict is Verdict.PASS, mail.content)
    return _Marks(content, make_signature_marks(proof.signatures))


def _find_delay(judgement: Judgement, mail: Mail, delivery: ClaimedDelivery, tools: Tools) -> datetime | None:
    """Return when to look again; None: now is the time. What a server in front of us wrote down stays as it is."""
    identity, now = judgement.identity, tools.clock()
    if identity is None or not identity.contacts or identity.verdict is not Verdict.TEMPERROR:
        return None
    age = now - delivery.received_at
    if tools.trust.believes(mail.envelope) or age >= PATIENCE:
        return None
    return now + max(_SHORTEST_WAIT, age)
