"""Decisions as the table keeps them: facts as JSON, there and back, and DNS answers, there.

Here belongs that form alone. The words of a mail are not among its facts here: they stand in its bytes, and are read
anew when a decision is looked at again (`badgepost rules replay`). Pure.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

from desk.words import Intent, Role
from inbound.authentication.dns import Evidence
from inbound.facts import Doubt, Facts, Lack, Problem
from inbound.reading.mail import Reading
from inbound.understanding.wish import Confidence

_WORDS = ("subject", "text", "full_text", "headers")


def write_facts(facts: Facts) -> str:
    """Return the facts of a mail without its words."""
    values = {name: value for name, value in asdict(facts).items() if name not in _WORDS}
    return json.dumps(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
    )


def read_facts(text: str, reading: Reading | None = None) -> Facts:
    """Return what `write_facts` wrote, with the words of the mail where it was read."""
    values: dict[str, Any] = json.loads(text)
    known = {name: value for name, value in values.items() if name in Facts.__dataclass_fields__}
    readers: dict[str, Callable[[Any], Any]] = {
        "role": Role,
        "intent": Intent,
        "confidence": Confidence,
        "asked": lambda found: tuple(map(Intent, found)),
        "lacks": lambda found: frozenset(map(Lack, found)),
        "problems": lambda found: frozenset(map(Problem, found)),
        "doubts": lambda found: frozenset(map(Doubt, found)),
        "attachments": tuple,
    }
    read: dict[str, Any] = {name: readers[name](value) if name in readers else value for name, value in known.items()}
    facts = Facts(**read)
    if reading is None:
        return facts
    sections = reading.sections
    return replace(
        facts,
        subject=reading.subject,
        text=sections.new_text,
        full_text=sections.full_text,
        headers=reading.headers,
    )


def write_evidence(evidence: Iterable[Evidence]) -> str:
    """Return the DNS answers that a verdict rests on."""
    return json.dumps([
        {"name": each.name, "type": each.record_type, "kind": type(each.answer).__name__, **asdict(each.answer)}
        for each in evidence
    ])  # fmt: skip
