"""Conditions: what a rule asks of a mail, as values that can be tested, compared and told in words.

Here belong the values and their one meaning, `holds`. How they are written in a file stands in `reading`; what makes
many of them fast stands in `indexing`, which must never come to another result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.words import Intent
from inbound.rules.view import View


@dataclass(frozen=True, slots=True)
class Within:
    """A fact with few values is one of these. For sets of words (`lacks`) the values are sets."""

    fact: str
    allowed: frozenset[Any]
    name: str = field(compare=False, default="")
    """The file's word for the fact."""
    said: str = field(compare=False, default="")
    """What the file says of it, for people."""

    def holds(self, view: View) -> bool:
        return view.get(self.fact) in self.allowed

    def tell(self) -> str:
        return f"{self.name} {self.said}"


@dataclass(frozen=True, slots=True)
class Between:
    """A number is within bounds, both included."""

    fact: str
    least: int | None
    most: int | None

    def holds(self, view: View) -> bool:
        number = view.get_number(self.fact)
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def tell(self) -> str:
        if self.least == self.most:
            return f"{self.fact} is {self.least}"
        least = [] if self.least is None else [f"at least {self.least}"]
        most = [] if self.most is None else [f"at most {self.most}"]
        return f"{self.fact} is {' and '.join(least + most)}"


@dataclass(frozen=True, slots=True)
class Asks:
    """The mail asks for this, among other things or alone."""

    intent: Intent

    def holds(self, view: View) -> bool:
        return self.intent in view.facts.asked

    def tell(self) -> str:
        return f"asks for {self.intent}"


@dataclass(frozen=True, slots=True)
class Has:
    """There is such a header field, or an attachment."""

    place: str

    def holds(self, view: View) -> bool:
        return view.has(self.place)

    def tell(self) -> str:
        return f"has {self.place}"


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, literal: literal in text,
    "is": lambda text, literal: text == literal,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


@dataclass(frozen=True, slots=True)
class Says:
    """A text contains, is, starts or ends with other text; where there are several texts, one is enough."""

    place: str
    operator: str
    literal: str
    """Folded (`view.fold_text`)."""

    def holds(self, view: View) -> bool:
        test = _OPERATORS[self.operator]
        return any(test(text, self.literal) for text in view.fold(self.place))

    def tell(self) -> str:
        return f"{self.place} {self.operator.replace('_', ' ')} “{self.literal}”"


@dataclass(frozen=True, slots=True)
class Matches:
    """A text matches a named pattern; where there are several texts, one is enough."""

    place: str
    name: str
    pattern: Any = field(compare=False, repr=False)
    """Compiled (RE2)."""

    def holds(self, view: View) -> bool:
        return any(self.pattern.search(text) is not None for text in view.encode(self.place))

    def tell(self) -> str:
        return f"{self.place} matches {self.name}"


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold. None at all: always true."""

    parts: "tuple[Condition, ...]"

    def holds(self, view: View) -> bool:
        return all(part.holds(view) for part in self.parts)

    def tell(self) -> str:
        return ", ".join(_bracket(part) for part in self.parts) or "every mail"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these holds."""

    parts: "tuple[Condition, ...]"

    def holds(self, view: View) -> bool:
        return any(part.holds(view) for part in self.parts)

    def tell(self) -> str:
        return " or ".join(_bracket(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Never:
    """This does not hold."""

    part: "Condition"

    def holds(self, view: View) -> bool:
        return not self.part.holds(view)

    def tell(self) -> str:
        return f"not {_bracket(self.part)}"


Leaf = Within | Between | Asks | Has | Says | Matches
Condition = Leaf | Every | Some | Never


def list_leaves(condition: Condition) -> list[Leaf]:
    """Return the single comparisons of a condition."""
    match condition:
        case Every(parts) | Some(parts):
            return [leaf for part in parts for leaf in list_leaves(part)]
        case Never(part):
            return list_leaves(part)
        case _:
            return [condition]


def tell_found(condition: Condition, view: View) -> str:
    """Return in words what was found of a condition that holds: of facts, what they are; of several ways, which."""
    match condition:
        case Every(parts):
            return ", ".join(tell_found(part, view) for part in parts) or condition.tell()
        case Some(parts):
            return next(tell_found(part, view) for part in parts if part.holds(view))
        case Within(fact, _, name):
            return f"{name} is {_tell_value(view.get(fact))}"
        case _:
            return condition.tell()


def find_failure(condition: Condition, view: View) -> str:
    """Return in words, of conditions that do not hold together, the first that does not."""
    if isinstance(condition, Every):
        return find_failure(next(part for part in condition.parts if not part.holds(view)), view)
    found = f" (it is {_tell_value(view.get(condition.fact))})" if isinstance(condition, Within) else ""
    return f"not so: {condition.tell()}{found}"


def _tell_value(value: Any) -> str:
    if isinstance(value, frozenset):
        return " and ".join(sorted(value)) or "nothing"
    return {None: "nothing", True: "yes", False: "no"}.get(value, str(value))


def _bracket(condition: Condition) -> str:
    is_joined = isinstance(condition, Every | Some) and len(condition.parts) > 1
    return f"({condition.tell()})" if is_joined else condition.tell()
