"""What is known of the sender of one mail, in plain words and with everything that it rests on.

Here belongs putting the record of a decision into lines. What the verdict means is decided in `inbound.authentication`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from inbound.looking import Decided, list_decisions, read_evidence
from wire.lookalikes import reveal

MOST_ANSWERS = 60
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, what it came to, and why."""

    method: str
    result: str
    what: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything behind a verdict."""

    decided: Decided
    verdict: str
    words: str
    by: str
    """Who has checked: we, or a server in front of us."""
    findings: Sequence[Finding]
    answers: Sequence[tuple[str, str, str]]
    """What the DNS said: name, type, answer."""
    raw: str
    """All of it, as JSON."""


def tell_evidence(connection: Connection, raw_mail_id: str) -> Evidence | None:
    """Return what a decision on this mail rests on; None where nothing was decided."""
    decided = list_decisions(connection, [raw_mail_id]).get(raw_mail_id)
    if decided is None:
        return None
    found = json.loads(decided.authentication)
    return Evidence(
        decided,
        str(found.get("verdict", "")),
        str(found.get("words", "")),
        str(found.get("by") or ""),
        list_findings(found),
        _list_answers(json.loads(read_evidence(connection, raw_mail_id))),
        reveal(json.dumps(found, indent=1, ensure_ascii=False)[:20_000]),
    )


def list_findings(found: Mapping[str, Any]) -> list[Finding]:
    """Return what was checked about a sender, line by line."""
    lines = [
        Finding("DKIM", str(each.get("result")), _join(each.get("domain"), each.get("selector"), each.get("reason")))
        for each in found.get("dkim") or ()
    ]
    if spf := found.get("spf"):
        lines.append(Finding("SPF", str(spf.get("result")), _join(spf.get("domain"), spf.get("reason"))))
    if isinstance(dmarc := found.get("dmarc"), dict):
        aligned = ", ".join(dmarc.get("aligned") or ())
        lines.append(Finding("DMARC", str(dmarc.get("result")), _join(aligned, dmarc.get("reason"))))
    elif dmarc:
        lines.append(Finding("DMARC", str(dmarc), str(found.get("reason") or "")))
    arc = found.get("arc") or {}
    if arc.get("sealers"):
        lines.append(Finding("ARC", str(arc.get("result")), _join(", ".join(arc["sealers"]), arc.get("reason"))))
    for each in found.get("results") or ():
        properties = ", ".join(f"{name}={value}" for name, value in (each.get("properties") or {}).items())
        lines.append(Finding(str(each.get("method")).upper(), str(each.get("result")), properties[:_LONGEST]))
    return lines


def _list_answers(answers: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (
            str(each.get("name")),
            str(each.get("type")),
            _join(each.get("kind"), *(v for k, v in each.items() if k not in ("name", "type", "kind"))),
        )
        for each in answers[:MOST_ANSWERS]
    ]


def _join(*parts: Any) -> str:
    return reveal("; ".join(str(part) for part in parts if part)[:_LONGEST])
