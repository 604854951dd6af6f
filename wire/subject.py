"""What mail programs, gateways and lists put before a subject: "Re:", "AW:", "Fwd:", "[EXTERNAL]", "[list]".

Here belongs taking it off. RFC 5322 section 3.6.5 knows "Re: " alone; these are the ones of the languages around us.
"""

import re
from dataclasses import dataclass

_LONGEST = 998
"""Characters of a subject that are looked at: a line of a header has no more."""
_MOST = 50
"""Prefixes that are taken off."""
_ANSWER = "re|aw|antw|antwort|sv|vs|r|rif|r[eé]f|r[eé]p|r[eé]s|odp|ynt"
_FORWARD = "wg|fw|fwd|tr|rv|enc|vl|vb|doorst|i"
_COUNT = r"(?:\[[0-9]{1,3}\]|\([0-9]{1,3}\)|\^[0-9]{1,3})?"
_PREFIX = re.compile(
    rf"\s{{0,9}}(?:(?:(?P<answer>{_ANSWER})|(?P<forward>{_FORWARD}))\s?{_COUNT}\s?[:：]"
    r"|\[(?:ext|external|extern|externe|externo)\]:?)\s{0,9}",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s{0,9}\[[^\]]{1,60}\]\s{0,9}")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject without what stood before it."""

    text: str
    is_answer: bool
    """By its first prefix the mail answers one."""
    is_forward: bool
    """By its first prefix it hands one on, which may itself have been an answer."""


def strip_prefixes(subject: str, *, with_tags: bool = False) -> Subject:
    """Return the subject without its prefixes; `with_tags`: without anything in brackets before it either."""
    text = subject[:_LONGEST]
    is_answer = is_forward = False
    for _ in range(_MOST):
        found = _PREFIX.match(text)
        if found:
            is_answer = is_answer or (found["answer"] is not None and not is_forward)
            is_forward = is_forward or (found["forward"] is not None and not is_answer)
        else:
            found = _TAG.match(text) if with_tags else None
        if found is None:
            break
        text = text[found.end() :]
    return Subject(text, is_answer, is_forward)
