"""The text of a mail: which of its parts is read, and as what.

Here belongs choosing between plain text and HTML, and the limits on length. Attachments are not read here; which
lines of the text are the writer's own is told in `sections`.
"""

from dataclasses import dataclass
from enum import StrEnum

from inbound.reading.flowed import join_flowed
from inbound.reading.html_text import render_text
from wire.parts import Message, Part

_PLAIN_TYPES = frozenset({"text/plain", "text", ""})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


class Origin(StrEnum):
    """What the text of a mail was made from."""

    PLAIN = "plain text"
    HTML = "HTML"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Lengths:
    """How much of a mail's text is read."""

    source: int = 500_000
    """Characters of the HTML or plain text as it came."""
    text: int = 200_000
    """Characters of the text that rules see."""
    lines: int = 10_000
    """Lines of the text that rules see."""


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail, with `\\n` as line end."""

    text: str
    origin: Origin
    is_cut: bool
    """Whether the mail holds more text than is read."""


def read_body(message: Message, lengths: Lengths | None = None) -> Body:
    """Return the text of `message`: its plain text, else what its HTML shows. Never raises.

    All plain-text parts that are no attachments count, in their order: some programs write one before and one after a
    picture.
    """
    lengths = lengths or Lengths()
    shown = [part for part in message.parts if is_shown(part)]
    plain = _read_plain([part for part in shown if part.media_type in _PLAIN_TYPES], lengths)
    if plain.text.strip():
        return plain
    html = _read_html([part for part in shown if part.media_type in _HTML_TYPES], lengths)
    return html if html.text.strip() else Body("", Origin.NOTHING, plain.is_cut or html.is_cut)


def is_shown(part: Part) -> bool:
    """Whether a part is one of those that a reader sees as the mail's text, if its type is one of text."""
    return part.disposition != "attachment" and not part.file_name


def _read_plain(parts: list[Part], lengths: Lengths) -> Body:
    sources = [(part, part.text) for part in parts if part.content]
    text = "\n".join(_read_plain_part(part, source[: lengths.source]) for part, source in sources)
    body = _cut(text, Origin.PLAIN, lengths)
    return Body(body.text, body.origin, body.is_cut or any(len(source) > lengths.source for _, source in sources))


def _read_plain_part(part: Part, source: str) -> str:
    text = _end_lines(source)
    if part.parameters.get("format", "").strip().lower() != "flowed":
        return text
    return join_flowed(text, part.parameters.get("delsp", "").strip().lower() == "yes")


def _read_html(parts: list[Part], lengths: Lengths) -> Body:
    texts = []
    is_cut = False
    for part in parts:
        source = part.text
        text, more = render_text(source[: lengths.source], lengths.text)
        is_cut = is_cut or more or len(source) > lengths.source
        texts.append(text)
    body = _cut("\n".join(texts), Origin.HTML, lengths)
    return Body(body.text, body.origin, body.is_cut or is_cut)


def _cut(text: str, origin: Origin, lengths: Lengths) -> Body:
    lines = text[: lengths.text].split("\n", lengths.lines)
    kept = "\n".join(lines[: lengths.lines])
    return Body(kept, origin, len(kept) < len(text))


def _end_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\x00", "")
