"""A mail as conditions look at it: each text folded at most once, and only when a rule asks for it.

Here belongs how texts are made comparable. Rules compare without regard to case, kinds of apostrophe and dash, width
and line breaks: what staff write in a rule is what they see on the screen.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from desk.words import Outcome
from inbound.facts import Facts

LOOKED_AT = 100_000
"""Characters of one text that rules look at."""
HEADER_PREFIX = "header "
_SHAPES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\xad": None}
)
_SHAPES.update({code: None for code in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)})
_UNENCODABLE = re.compile(r"[\ud800-\udfff]")


def fold_text(text: str) -> str:
    """Return `text` as rules compare it: one case, one kind of apostrophe, single spaces.

    Folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    shaped = unicodedata.normalize("NFKC", _UNENCODABLE.sub("\ufffd", text).translate(_SHAPES)).casefold()
    return " ".join(unicodedata.normalize("NFKC", shaped).translate(_SHAPES).split())


def _domain_of(facts: Facts) -> str:
    return facts.sender.rpartition("@")[2]


_SOURCES: Mapping[str, Callable[[Facts], tuple[str, ...]]] = {
    "sender": lambda facts: (facts.sender,),
    "sender_domain": lambda facts: (_domain_of(facts),),
    "sender_name": lambda facts: (facts.sender_name,),
    "issuer": lambda facts: (facts.issuer,),
    "subject": lambda facts: (facts.subject,),
    "text": lambda facts: (facts.text,),
    "full_text": lambda facts: (facts.full_text,),
    "attachment": lambda facts: facts.attachments,
}


class View:
    """The facts of one mail, and its texts folded and encoded when they are first asked for."""

    __slots__ = ("_encoded", "_folded", "_headers", "facts", "outcome")

    def __init__(self, facts: Facts, outcome: Outcome | None = None) -> None:
        self.facts = facts
        self.outcome = outcome
        """What is done, for the rules that are asked after that is decided."""
        self._folded: dict[str, tuple[str, ...]] = {}
        self._encoded: dict[str, tuple[bytes, ...]] = {}
        self._headers: dict[str, tuple[str, ...]] | None = None

    def has(self, field: str) -> bool:
        """Tell whether the mail has such a header field or an attachment."""
        return bool(self._raw(field))

    def fold(self, field: str) -> tuple[str, ...]:
        """Return the texts of a field as words are compared; headers and attachments may have several or none."""
        found = self._folded.get(field)
        if found is None:
            found = self._folded[field] = tuple(fold_text(text[:LOOKED_AT]) for text in self._raw(field))
        return found

    def encode(self, field: str) -> tuple[bytes, ...]:
        """Return the texts of a field as patterns are matched: composed, but with their line breaks."""
        found = self._encoded.get(field)
        if found is None:
            found = self._encoded[field] = tuple(_encode(text[:LOOKED_AT]) for text in self._raw(field))
        return found

    def get(self, fact: str) -> Any:
        """Return a fact with few values."""
        return self.outcome if fact == "outcome" else getattr(self.facts, fact)

    def get_number(self, fact: str) -> int:
        """Return a numeric fact. A probability counts in percent."""
        if fact == "guess_percent":
            return int(self.facts.guess_confidence * 100 + 1e-9)
        return int(getattr(self.facts, fact))

    def after(self, facts: Facts, outcome: Outcome | None = None) -> "View":
        """Return a view on the same texts at a later step: with another intent, with what is decided."""
        view = View(facts, outcome)
        view._folded, view._encoded, view._headers = self._folded, self._encoded, self._headers
        return view

    def _raw(self, field: str) -> tuple[str, ...]:
        if source := _SOURCES.get(field):
            return source(self.facts)
        if self._headers is None:
            self._headers = _gather(self.facts.headers)
        return self._headers.get(field.removeprefix(HEADER_PREFIX), ())


def _gather(headers: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    gathered: dict[str, tuple[str, ...]] = {}
    for name, value in headers:
        gathered[name] = (*gathered.get(name, ()), value)
    return gathered


def _encode(text: str) -> bytes:
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace")
