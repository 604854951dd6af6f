"""Lists of tags (RFC 6376 section 3.2): the `tag=value; …` of signatures, keys, seals and policies.

Here belongs the list alone; what the tags of each standard mean is read where they are used.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FOLD = re.compile(r"\r\n(?=[ \t])")
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e \t]*")
_SPACE = " \t"


@dataclass(frozen=True, slots=True)
class TagFault:
    """Why a text is no list of tags."""

    reason: str


def parse_tags(text: str) -> Mapping[str, str] | TagFault:
    """Return the tags in their order, unfolded and without the white space around them; names keep their case.

    A tag that stands twice makes the whole list invalid, as the RFC says: which of the two another reader would take,
    nobody knows.
    """
    tags: dict[str, str] = {}
    parts = _FOLD.sub("", text).split(";")
    if not parts[-1].strip(_SPACE):
        parts.pop()
    for part in parts:
        name, equals, value = part.partition("=")
        name, value = name.strip(_SPACE), value.strip(_SPACE)
        if not equals or not _NAME.fullmatch(name):
            return TagFault(f"{part.strip(_SPACE)!r} is no tag")
        if not _VALUE.fullmatch(value):
            return TagFault(f"the tag {name} holds a character that may not stand in it")
        if name in tags:
            return TagFault(f"the tag {name} stands twice")
        tags[name] = value
    return tags or TagFault("there is no tag")


def drop_space(value: str) -> str:
    """Return a value without the white space that base64 may hold anywhere."""
    return value.replace(" ", "").replace("\t", "")
