"""What sender authentication asks the DNS, as values: one question, four kinds of answer, kept as evidence and cached.

Here belongs nothing that opens a socket: the resolver that asks a server stands in `resolver`.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

RecordType = Literal["TXT", "A", "AAAA", "MX", "PTR"]

MAX_NAME = 253
"""Characters of a name as written (RFC 1035 section 2.3.4), without the dot at its end."""
MAX_TTL = 86_400
"""Seconds for which an answer is kept at most."""
MAX_SECONDS = 30.0
"""For all questions about one mail together."""

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Answers:
    """The records of a name, never none; `ttl` in seconds.

    A, AAAA and PTR as usually written, names without their last dot. MX: the hosts alone, by preference. TXT: the
    strings of a record joined, each byte the character of that number (Latin-1).
    """

    records: tuple[str, ...]
    ttl: int = 300


@dataclass(frozen=True, slots=True)
class NoSuchName:
    """The name does not exist (NXDOMAIN)."""

    ttl: int = 300


@dataclass(frozen=True, slots=True)
class NoData:
    """The name exists, without records of the type."""

    ttl: int = 300


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """No server gave an answer that says anything; asking again later may."""

    reason: str = ""


Answer = Answers | NoSuchName | NoData | TemporaryFailure


class Lookup(Protocol):
    """Anything that answers questions for the DNS."""

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        """Return what the DNS says of `name` (ASCII, no dot at the end); never raises."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One question that a verdict rests on, with its answer."""

    name: str
    record_type: RecordType
    answer: Answer


class Recorder:
    """A look-up that keeps every answer, so that a verdict can be shown and reached again later."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._answers: dict[tuple[str, RecordType], Answer] = {}

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        key = (name.lower(), record_type)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._lookup(name, record_type)
        return answer

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The questions in the order in which they were first asked."""
        return tuple(Evidence(name, record_type, answer) for (name, record_type), answer in self._answers.items())


class Bounded:
    """A look-up that gives up when all its questions together have taken `seconds`: others wait for their turn."""

    def __init__(self, lookup: Lookup, clock: Callable[[], float], seconds: float = MAX_SECONDS) -> None:
        """`clock` gives seconds that never run back, such as time.monotonic."""
        self._lookup = lookup
        self._clock = clock
        self._until = clock() + seconds

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        if self._clock() >= self._until:
            return TemporaryFailure("the time for all questions about this mail is over")
        return self._lookup(name, record_type)


class Cache:
    """A look-up that asks again only when an answer's time is up; what failed is never kept."""

    def __init__(self, lookup: Lookup, clock: Callable[[], float], max_entries: int = 10_000) -> None:
        """`clock` gives seconds that never run back, such as time.monotonic."""
        self._lookup = lookup
        self._clock = clock
        self._max_entries = max_entries
        self._entries: OrderedDict[tuple[str, RecordType], tuple[float, Answer]] = OrderedDict()

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        key = (name.lower(), record_type)
        entry = self._entries.get(key)
        if entry is not None and entry[0] > self._clock():
            return entry[1]
        answer = self._lookup(name, record_type)
        self._entries.pop(key, None)
        if not isinstance(answer, TemporaryFailure):
            self._keep(key, answer, answer.ttl)
        return answer

    def _keep(self, key: tuple[str, RecordType], answer: Answer, ttl: int) -> None:
        while len(self._entries) >= self._max_entries:
            self._entries.popitem(last=False)
        self._entries[key] = (self._clock() + min(ttl, MAX_TTL), answer)


def is_host_name(name: str) -> bool:
    """Tell whether a domain is one that may be asked for: letters, digits, hyphens and underscores in labels of 1-63.

    Everything else (quotes, brackets, NUL, backslash) is somebody's attempt to have another name asked for.
    """
    return len(name) <= MAX_NAME and all(_LABEL.fullmatch(label) for label in name.split("."))


def fits_in_dns(name: str) -> bool:
    """Tell whether a name has labels of 1-63 characters and is not too long in all, whatever the characters."""
    return name.isascii() and len(name) <= MAX_NAME and all(1 <= len(label) <= 63 for label in name.split("."))
