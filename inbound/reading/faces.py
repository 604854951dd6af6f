"""Whether the two texts of one mail, plain and HTML, say the same: else two readers see two mails.

Here belongs the comparison alone. The plain text is what is judged; most mail programs show the HTML.
"""

import re

from inbound.reading.body import Lengths, is_shown
from inbound.reading.html_text import render_text
from wire.parts import Message

_LINK = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>]{1,2000}|\[(?:image|cid):[^\]]{0,300}\]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{3,64}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'*]{1,64}@[^\W_][\w.-]{1,253}")
_LEAST_SHARED = 0.8
"""The share of its words that the HTML must show: programs that write both leave out and add a few."""
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def has_two_faces(message: Message, own: str, lengths: Lengths | None = None) -> bool:
    """Whether `own`, the writer's words in the plain text, are not what the HTML of `message` shows.

    False for a mail without HTML, or whose text is its HTML.
    """
    lengths = lengths or Lengths()
    sources = [part.text for part in message.parts if is_shown(part) and part.media_type in _HTML]
    if not any(source.strip() for source in sources):
        return False
    shown = " ".join(render_text(source[: lengths.source], lengths.text)[0] for source in sources).casefold()
    own = _LINK.sub(" ", own).casefold()
    words = set(_WORD.findall(own))
    if len(words & set(_WORD.findall(shown))) < _LEAST_SHARED * len(words):
        return True
    return not {address.rstrip(".-") for address in _ADDRESS.findall(own)} <= {
        address.rstrip(".-") for address in _ADDRESS.findall(shown)
    }
