"""Whether the two texts of one mail, plain and HTML, say the same: else two readers see two mails.

Here belongs the comparison alone. The plain text is what is judged; most mail programs show the HTML.
"""

import re
from collections.abc import Sequence

from inbound.reading.body import Lengths, is_shown
from inbound.reading.html_text import render_text
from wire.parts import Message

_LINK = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>]{1,2000}|\[(?:image|cid):[^\]]{0,300}\]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{3,64}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'*]{1,64}@[^\W_][\w.-]{1,253}")
_LEAST_SHARED = 0.8
"""The share of its words that the HTML must show: programs that write both leave out and add a few."""
_HTML = frozenset({"text/html", "application/xhtml+xml"})


_STYLES = re.compile(r"<\s*(?:style|link)\b", re.IGNORECASE)
_ROOM = 500
"""Characters of HTML in which a program begins a mail, before the writer's first words."""


def has_two_faces(message: Message, own: str, lengths: Lengths | None = None) -> bool:
    """Whether `own`, the writer's words in the plain text, are not what the HTML of `message` shows.

    False for a mail without HTML, or whose text is its HTML.
    """
    lengths = lengths or Lengths()
    sources = [part.text[: lengths.source] for part in message.parts if is_shown(part) and part.media_type in _HTML]
    if not any(source.strip() for source in sources):
        return False
    wanted = _read_words(_LINK.sub(" ", own))
    # Whatever more is shown only adds words, so the beginning is enough where it holds all: quotes are long. Only a
    # later style sheet could hide what stands there.
    beginning = sources[0][: 3 * len(own) + _ROOM]
    if not _STYLES.search(sources[0], len(beginning)) and _shows(wanted, [beginning], lengths):
        return False
    return not _shows(wanted, sources, lengths)


def _read_words(text: str) -> tuple[set[str], set[str]]:
    """Return the words and the addresses of a text, without case."""
    folded = text.casefold()
    return set(_WORD.findall(folded)), {address.rstrip(".-") for address in _ADDRESS.findall(folded)}


def _shows(wanted: tuple[set[str], set[str]], sources: Sequence[str], lengths: Lengths) -> bool:
    words, addresses = _read_words(" ".join(render_text(source, lengths.text)[0] for source in sources))
    return len(wanted[0] & words) >= _LEAST_SHARED * len(wanted[0]) and wanted[1] <= addresses
