"""Replying: the header fields that put an answer beside the mail that it answers (RFC 5322 section 3.6.4).

Here belong subject and threading. Everything that they are made of came from outside, so what is no message identifier
is left out, and a subject is cleaned, stripped of what others put before it, and cut. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wire.header import message_ids
from wire.subject import strip_prefixes

MOST_REFERENCES = 20
LONGEST_SUBJECT = 150
"""Characters, our prefix and the reference included."""
LONGEST_ID = 250
"""Characters of a message identifier that is passed on."""

_READ = 998
"""Characters of a subject that are looked at."""
_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ud800-\udfff]+")
_WEB_ADDRESS = re.compile(r" ?(?:https?://|www\.)[^ ]*", re.IGNORECASE)
"""Not repeated: a forged From chooses who reads a subject, and no link is to come from us that we did not make."""
_REFERENCE = re.compile(r" ?\[BP-[0-9A-Z]{4,12}\]")
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_MESSAGE_ID = re.compile(rf"{_ATOMS}@(?:{_ATOMS}|\[[!-Z^-~]+\])")


def make_reply_subject(subject: str, reference: str) -> str | None:
    """Return "Re: … [reference]" for the subject of a mail, however many prefixes it has; None if it says nothing."""
    text = _WEB_ADDRESS.sub("", _UNPRINTABLE.sub(" ", subject[:_READ]))
    text = strip_prefixes(_REFERENCE.sub("", text)).text.strip(" ")
    if not text:
        return None
    room = LONGEST_SUBJECT - len(f"Re:  [{reference}]")
    if len(text) > room:
        text = f"{text[: room - 1].rstrip(' ')}…"
    return f"Re: {text} [{reference}]"


def thread_fields(facts: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Return In-Reply-To and References from `in_reply_to` and `references`, each if there is anything to name."""
    answered = list(_read_ids([facts["in_reply_to"]]))
    named = dict.fromkeys(_read_ids(facts["references"].split()))
    for one in answered:
        named.pop(one, None)
    chain = [*named, *answered]
    if len(chain) > MOST_REFERENCES:
        # The first one names the thread, the last ones its end; what lies between may be left out.
        chain = [chain[0], *chain[1 - MOST_REFERENCES :]]
    fields = {"In-Reply-To": answered, "References": chain}
    return tuple(message_ids(name, ids) for name, ids in fields.items() if ids)


def _read_ids(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        one = word.strip().removeprefix("<").removesuffix(">")
        if len(one) <= LONGEST_ID and _MESSAGE_ID.fullmatch(one):
            yield one
