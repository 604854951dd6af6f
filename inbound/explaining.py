"""Judging a mail from a file against the database as it is, without any effect; and telling the judgement as JSON.

Here belongs what is told. Judging itself stands in `inbound.judging`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from badges.register import KnownEarner, Register
from desk.words import Intent, Outcome, Role
from inbound.authentication.author import read_author
from inbound.authentication.dns import Bounded, Lookup
from inbound.authentication.proof import Trust, prove_author
from inbound.authentication.reservations import read_receipt_time
from inbound.envelope import Envelope
from inbound.judging import Judgement, Mail, Past, judge, sift
from inbound.rules.deciding import RuleSet
from inbound.understood import Understood, understand
from wire.address import Address, fold_address
from wire.message import Header, read_header
from wire.reports import ComplaintReport, DeliveryReport


@dataclass(frozen=True)
class Explainer:
    """What a mail is judged with."""

    register: Register
    rules: RuleSet
    trust: Trust
    lookup: Lookup
    find_message: Callable[[DeliveryReport | ComplaintReport], str | None]
    """The ledger's id of the mail that a report is about."""


def normalize_line_ends(content: bytes) -> bytes:
    """Return the bytes of a file as they came over the wire: files keep LF where mail has CRLF.

    Only where every line ends in LF alone: a mail with both is one that two programs read in two ways.
    """
    return content if b"\r\n" in content else content.replace(b"\n", b"\r\n")


def explain(content: bytes, explainer: Explainer, now: datetime) -> tuple[Judgement, dict[str, Any]]:
    """Return the judgement on a mail with CRLF line ends, and what `--json` tells of it."""
    return explain_understood(content, understand(content, read_return_path(content)), explainer, now)


def explain_understood(
    content: bytes, understood: Understood, explainer: Explainer, now: datetime
) -> tuple[Judgement, dict[str, Any]]:
    """The same of a mail that was taken apart elsewhere: a stranger's, in `inbound.processing.room`."""
    header, _ = read_header(content)
    envelope = Envelope(read_receipt_time(header) or now, _find_return_path(header))
    mail = Mail("", content, envelope, understood)
    judgement = sift(mail, Past(), explainer.rules)
    if judgement is None:
        proof = prove_author(content, envelope, explainer.trust, Bounded(explainer.lookup, time.monotonic))
        judgement = judge(mail, proof, Past(), explainer.register, explainer.rules)
    report = mail.understood.reading.report
    told = tell_judgement(judgement)
    told["report"] = tell_report(report, explainer.find_message(report)) if report else None
    return judgement, told


def tell_fault(content: bytes, explainer: Explainer, fault: Exception) -> dict[str, Any]:
    """Return what becomes of a mail that an error interrupts: a person reads it."""
    header, _ = read_header(content)
    author = read_author(header)
    known = explainer.register.find_contacts([fold_address(author)]) if isinstance(author, Address) else ()
    return {
        "role": (Role.CLAIMED_ISSUER if known else Role.UNKNOWN).value,
        "intent": Intent.OTHER.value,
        "outcome": Outcome.TICKET.value,
        "earners": [],
        "new_name": None,
        "changes": [],
        "rule": "",
        "reason": f"an error interrupted it: {type(fault).__name__}: {fault}",
        "authentication": {},
        "report": None,
    }


def tell_judgement(judgement: Judgement) -> dict[str, Any]:
    """Return what a judgement comes to, JSON-able."""
    identity, checked = judgement.identity, judgement.checked
    changes = _list_names(judgement)
    return {
        "role": identity.role.value if identity else None,
        "intent": judgement.decided.intent.value if identity else None,
        "outcome": judgement.decided.outcome.value,
        "earners": [earner.address for earner in checked.earners] if checked else [],
        "new_name": changes[0][1] if len(changes) == 1 else None,
        "changes": [{"earner": address, "new_name": name} for address, name in changes if address],
        "rule": judgement.decided.rule,
        "reason": judgement.order.reason if judgement.order else judgement.decided.reason,
        "authentication": (identity.authentication if identity else None) or {},
    }


def tell_report(report: DeliveryReport | ComplaintReport, message: str | None) -> dict[str, Any]:
    """Return what a report says of its first recipient, and the ledger's id of the message."""
    if isinstance(report, ComplaintReport):
        recipient = report.final_recipients[0] if report.final_recipients else None
        return {"final_recipient": recipient, "hard": False, "reason": report.reason, "message": message}
    first = report.recipients[0]
    told = {"final_recipient": first.final_recipient or None, "hard": first.hard, "reason": first.reason}
    return {**told, "message": message}


def _list_names(judgement: Judgement) -> list[tuple[str | None, str]]:
    """Return the new names that the mail gives: (the earner's primary address, if known; name)."""
    if judgement.decided.intent is not Intent.NAME_CHANGE or judgement.particulars is None:
        return []
    people = [(_address_of(person.earner), person.new_name) for person in judgement.particulars.people]
    found = [(address, name) for address, name in people if name]
    if not found and judgement.particulars.loose_name:
        writer = judgement.identity.earner if judgement.identity else None
        return [(_address_of(writer), judgement.particulars.loose_name)]
    return found


def _address_of(earner: KnownEarner | None) -> str | None:
    return earner.address if earner else None


def read_return_path(content: bytes) -> str | None:
    """Return the reverse-path that stands in a stored mail; None where none was written down."""
    header, _ = read_header(content)
    return _find_return_path(header)


def _find_return_path(header: Header) -> str | None:
    """Return the reverse-path that the last server wrote down (RFC 5321 section 4.4); None where there is none."""
    values = header.every("return-path")
    return values[0].value.strip().removeprefix("<").removesuffix(">") if values else None
