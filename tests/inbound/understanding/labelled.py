"""Mails whose intent is known: our own support mails, tables of wishes, and the shared examples."""

import email
import email.policy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from desk.words import Intent
from inbound.reading.body import read_body
from inbound.reading.sections import mark_sections
from inbound.understanding.telling import tell_wish
from inbound.understanding.wish import Wish, Written
from wire.parts import read_message

DATA = Path(__file__).resolve().parents[2] / "data"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mail and what it asks for."""

    name: str
    written: Written
    intent: Intent
    traits: dict[str, object]
    """Further things that must hold of the wish: its fields by name."""

    def find_mistakes(self) -> list[str]:
        """Return what is wrong about the wish that is told, in words."""
        wish = tell_wish(self.written)
        wrong = [] if wish.intent is self.intent else [f"intent {wish.intent} ({wish.confidence}), not {self.intent}"]
        for key, expected in self.traits.items():
            if getattr(wish, key) != expected:
                wrong.append(f"{key} {getattr(wish, key)!r}, not {expected!r}")
        return wrong

    def tell(self) -> Wish:
        return tell_wish(self.written)


def read_tables() -> Iterator[Labelled]:
    """Yield the mails of `tests/data/wishes`: a file holds a list; a mail is its text, or fields with `text`."""
    for file in sorted((DATA / "wishes").glob("*.yaml")):
        for number, entry in enumerate(yaml.safe_load(file.read_text("utf-8"))):
            fields = dict(entry)
            intent = Intent(fields.pop("intent"))
            subject, text, quoted = (str(fields.pop(key, "")) for key in ("subject", "text", "quoted"))
            yield Labelled(f"{file.name} {number} {subject} | {text}", Written(subject, text, quoted), intent, fields)


def read_support_mails() -> Iterator[Labelled]:
    """Yield those of `tests/data/support` that are written out as text."""
    for file in sorted((DATA / "support").glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text("utf-8")):
            intent = entry.get("expect", {}).get("intent")
            if intent is None or "mail" in entry or "text" not in entry:
                continue
            if entry["expect"].get("outcome") in ("drop", "bounce"):
                continue
            written = replace(_write(entry.get("subject", ""), entry["text"]), has_table="attach" in entry)
            yield Labelled(f"{file.name} {entry['id']}", written, Intent(intent), {})


def read_examples(shared: Path) -> Iterator[Labelled]:
    """Yield the shared examples, without those that no intent is told from (reports, automatic mail)."""
    folder = shared / "examples" / "support-mail"
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        if label["outcome"] in ("drop", "bounce"):
            continue
        raw = (folder / label["file"]).read_bytes()
        subject = str(email.message_from_bytes(raw, policy=email.policy.default)["subject"] or "")
        yield Labelled(label["file"], _write(subject, read_body(read_message(raw)).text), Intent(label["intent"]), {})


def _write(subject: str, text: str) -> Written:
    sections = mark_sections(text)
    return Written(subject, sections.new_text, sections.quoted)
