"""Judgements on mails, told to support staff in a few lines."""

import json
from typing import Any

from badgepost.refusal import make_printable
from inbound.judging import Judgement
from inbound.looking import CameIn

_LABEL = 10


def write_judgement(name: str, judgement: Judgement | None, told: dict[str, Any]) -> str:
    """Return what becomes of a mail, and why."""
    lines = [f"{name}: {told['outcome']}"]
    if judgement is not None:
        lines += _write_person(judgement, told)
    if told.get("report"):
        report = told["report"]
        lines.append(_write("report", f"{report['final_recipient'] or 'nobody named'}: {report['reason']}"))
    lines.append(_write("rule", told["rule"] or "none"))
    lines.append(_write("why", told["reason"]))
    return "\n".join(lines)


def write_line(mail: CameIn) -> str:
    """Return a stored mail in one line."""
    what = " ".join(filter(None, (mail.outcome or mail.state, mail.role, mail.intent, mail.ticket)))
    sender = make_printable(mail.mail_from) or "<>"
    return f"{mail.delivery_id}  {mail.received_at:%Y-%m-%d %H:%M}Z  {sender}  {what}"


def write_mail(mail: CameIn, subject: str) -> str:
    """Return everything that was decided on a stored mail."""
    lines = [write_line(mail), _write("subject", subject), _write("state", f"{mail.state}, begun {mail.tries} times")]
    if mail.decided_at is not None:
        found = json.loads(mail.authentication or "{}")
        lines.append(_write("wrote", found.get("words", "nobody asked")))
        lines.append(_write("rule", f"{mail.rule or 'none'}, version {mail.rules_version}"))
        lines.append(_write("why", mail.reason or ""))
        lines.append(_write("decided", f"{mail.decided_at:%Y-%m-%d %H:%M:%S}Z"))
    return "\n".join(lines)


def _write_person(judgement: Judgement, told: dict[str, Any]) -> list[str]:
    lines = []
    identity, wish, checked = judgement.identity, judgement.wish, judgement.checked
    if identity is not None:
        lines.append(_write("wrote", f"{identity.role}. {identity.words}"))
    if wish is not None:
        because = "; ".join(f"“{words}”" for words in wish.because)
        lines.append(_write("wants", f"{wish.intent} ({wish.confidence}){': ' if because else ''}{because}"))
    for earner in checked.earners if checked else ():
        new_name = next((change["new_name"] for change in told["changes"] if change["earner"] == earner.address), None)
        lines.append(_write("about", f"{earner.name} <{earner.address}>{f', now {new_name}' if new_name else ''}"))
    return lines


def _write(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{make_printable(text)}"
