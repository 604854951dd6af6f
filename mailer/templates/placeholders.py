"""Placeholders: what stands for a recipient's value while a template is published.

Here belongs what a template may do with one: print it, and, if its slot is optional, ask whether it is there. Anything
else would make a constant of something that differs from recipient to recipient, so it is refused. Where in the HTML
it may be printed stands in `structure`.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, NoReturn

from markupsafe import Markup, escape

from mailer.notices import Slot


class Misuse(Exception):  # noqa: N818 - becomes a Refusal with its place
    """A template does with a slot what it may not."""


class Words:
    """One word for each slot: ASCII letters and digits, found nowhere else, so that no parser or inliner touches it."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        # Random: text of an issuer cannot contain a word on purpose and so choose where a value is put.
        self._start = f"qz{secrets.token_hex(6)}"
        self.slots: dict[str, Slot] = {f"{self._start}{n:02d}z": slot for n, slot in enumerate(slots)}
        self._word_of = {slot.name: word for word, slot in self.slots.items()}
        self.pattern = re.compile(f"{self._start}[0-9][0-9]z")
        self._traces = re.compile(self._start[2:], re.IGNORECASE)

    def placeholders(self, absent: frozenset[str]) -> dict[str, "Placeholder"]:
        """Return a placeholder for every slot; those in `absent` are not there."""
        return {
            slot.name: Placeholder(slot, word, present=slot.name not in absent) for word, slot in self.slots.items()
        }

    def cut(self, text: str) -> tuple[str, ...]:
        """Return literal text and slot names in turn; the first and the last piece are literal and may be empty."""
        pieces = re.split(f"({self.pattern.pattern})", text)
        pieces[1::2] = [self.slots[word].name for word in pieces[1::2]]
        return tuple(pieces)

    def fill(self, text: str, values: Mapping[str, str | None], *, escaped: bool) -> str:
        """Return the text with values in place of the words, `escaped` for HTML or as they are."""
        return self.pattern.sub(lambda found: self._print(values[self.slots[found.group()].name], escaped), text)

    @staticmethod
    def _print(value: str | None, escaped: bool) -> str:
        assert value is not None, "an absent slot is never printed"
        return str(escape(value)) if escaped else value

    def find_damaged(self, text: str) -> int | None:
        """Return the offset of a word that something has changed, such as a filter on captured text; None if none."""
        whole = {found.start() + 2 for found in self.pattern.finditer(text)}
        return next((found.start() for found in self._traces.finditer(text) if found.start() not in whole), None)


class Placeholder:
    """Prints as the word of its slot through the environment's `finalize`, and refuses all else."""

    __slots__ = ("_present", "_slot", "_word")

    def __init__(self, slot: Slot, word: str, present: bool) -> None:
        self._slot = slot
        self._word = word
        self._present = present

    def __bool__(self) -> bool:
        if not self._slot.optional:
            raise Misuse(f"the slot {self._slot.name} is always there and cannot stand in a condition")
        return self._present

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def _refuse(self, *_arguments: object, **_keywords: object) -> NoReturn:
        raise Misuse(f"the slot {self._slot.name} may be printed and nothing else (no filter, loop, comparison, call)")

    __str__ = __html__ = __format__ = __repr__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __iter__ = __len__ = __contains__ = __getitem__ = __call__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = _refuse
    __neg__ = __pos__ = __int__ = __float__ = __index__ = _refuse


def print_placeholder(value: Any) -> Any:
    """Return what is printed for `value`: the environment's `finalize`, and what translated text is filled with."""
    if not isinstance(value, Placeholder):
        return value
    if not value._present:
        raise Misuse(f"the slot {value._slot.name} is optional: print it inside {{% if {value._slot.name} %}}")
    return Markup(value._word)  # noqa: S704 - letters and digits


def guard_all(functions: Mapping[str, Any], what: str) -> dict[str, Callable[..., Any]]:
    """Return the filters or tests of an environment such that each refuses a placeholder by its own name."""
    return {name: _guard(function, f"{what} {name!r}") for name, function in functions.items()}


def _guard(function: Callable[..., Any], what: str) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*arguments: Any, **keywords: Any) -> Any:
        for value in (*arguments, *keywords.values()):
            if isinstance(value, Placeholder):
                raise Misuse(f"the {what} cannot be used on the slot {value._slot.name}, which is filled later")
        return function(*arguments, **keywords)

    return guarded
