"""How faults of a file are told that pydantic has found: where the value stands, and what is wrong with it.

Here belong words alone, for who wrote the file: a programme (`programme_document`) or settings (`badgepost.settings`).
Reasons that their own checks give are passed on as they are.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is no key that is known here",
    "string_type": "must be a text, in quotes",
    "string_unicode": "holds half a character (a lone surrogate)",
    "string_too_long": "is longer than {max_length} characters",
    "int_type": "must be a whole number, without quotes",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "time_delta_parsing": "must be a duration, such as PT5M, or a number of seconds",
    "bool_type": "must be true or false",
    "list_type": "must be a list, in square brackets",
    "model_type": "must be an object, in braces",
    "literal_error": "must be {expected}",
    "dict_type": "must be an object, in braces",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
}
"""By pydantic's name for the kind of fault; the braces stand for what it tells with it."""


def path_of(location: Iterable[str | int], whole: str) -> str:
    """Return where a value stands, as people write it: `issuers[0].contacts[1].email`; `whole` for that of all."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return path.removeprefix(".") or whole


def tell_fault(fault: Mapping[str, Any], whole: str = "the file") -> str:
    """Return one of pydantic's `ValidationError.errors()` as a line. `whole`: what to call the uppermost level."""
    return " ".join(f"{path_of(fault['loc'], whole)}: {say_reason(fault)}".splitlines())


def say_reason(fault: Mapping[str, Any]) -> str:
    """The same without the path, in words that go on from it."""
    words = _WORDS.get(fault["type"])
    return words.format_map(fault.get("ctx", {})) if words else str(fault["msg"]).removeprefix("Value error, ")
