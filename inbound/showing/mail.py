"""A mail as somebody looks at it: who wrote to whom, the words with their marks, what is attached.

Here belongs taking it apart for that, and the values it comes to, which go between processes. Every text has its
length, and every unseen sign in it is written out. Runs in the reading room.
"""

from dataclasses import dataclass

from inbound.reading.body import is_shown
from inbound.reading.reader import read_sections
from inbound.reading.sections import Mark
from inbound.showing.html import SafeHtml, make_safe
from inbound.showing.pictures import list_pictures
from wire.lookalikes import mixes_alphabets, reveal, turns_direction
from wire.message import Header
from wire.parts import Message, Part, read_message

MOST_LINES = 4_000
LONGEST_LINE = 2_000
LONGEST_FIELD = 1_000
MOST_FIELDS = 400
MOST_PARTS = 100
LONGEST_SOURCE = 60_000
"""Bytes of the mail as it came that are shown."""
_SHOWN_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject")
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TEXT = frozenset({"text/plain", "text", ""})


@dataclass(frozen=True, slots=True)
class ShownField:
    """One header field."""

    name: str
    value: str
    is_odd: bool = False
    """It mixes alphabets that look alike, or turns its direction."""


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """Lines that stand together and are of one kind."""

    mark: str
    """A word of `inbound.reading.sections.Mark`."""
    text: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part that can be downloaded."""

    number: int
    file_name: str
    """What the sender calls it, with unseen signs written out; empty without a name."""
    media_type: str
    size: int
    is_odd: bool
    """Its name turns its direction: it may end otherwise than it shows."""


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail fit to be looked at."""

    fields: tuple[ShownField, ...]
    """Those that a mail program shows, all of each name: a second From is not hidden."""
    passages: tuple[ShownPassage, ...]
    is_cut: bool
    has_html: bool
    parts: tuple[ShownPart, ...]
    every_field: tuple[ShownField, ...]
    source: str
    """The beginning of the mail as it came."""
    flaws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenPart:
    """One part, decoded; without a number of the mail's, nothing."""

    file_name: str
    content: bytes
    is_there: bool = True


def show_mail(content: bytes) -> ShownMail:
    """Return `content`, a whole mail, fit to be looked at."""
    message = read_message(content)
    passages, is_cut = _read_passages(message)
    return ShownMail(
        tuple(_list_fields(message.header)),
        passages,
        is_cut,
        any(part.media_type in _HTML and is_shown(part) for part in message.parts),
        tuple(_describe(number, part) for number, part in enumerate(message.parts) if _is_file(part))[:MOST_PARTS],
        tuple(
            ShownField(_show(field.name or "—", 80), _show(field.value, LONGEST_FIELD))
            for field in message.header.fields[:MOST_FIELDS]
        ),
        reveal(content[:LONGEST_SOURCE].decode("utf-8", "replace").replace("\r\n", "\n")),
        tuple(sorted(flaw.value for flaw in message.flaws)),
    )


def show_html(content: bytes) -> SafeHtml:
    """Return the HTML of a mail without anything that acts."""
    message = read_message(content)
    sources = [part.text for part in message.parts if part.media_type in _HTML and is_shown(part)]
    return make_safe("\n".join(sources), list_pictures(message.parts))


def take_part(content: bytes, number: int) -> TakenPart:
    """Return the part with that number, decoded."""
    parts = read_message(content).parts
    if not 0 <= number < len(parts):
        return TakenPart("", b"", is_there=False)
    return TakenPart(reveal(parts[number].file_name)[:LONGEST_FIELD], parts[number].content)


def _list_fields(header: Header) -> list[ShownField]:
    found = []
    for name in _SHOWN_FIELDS:
        for field in header.every(name)[:5]:
            is_odd = turns_direction(field.text) or mixes_alphabets(field.text)
            found.append(ShownField(name, _show(field.text, LONGEST_FIELD), is_odd))
    return found


def _read_passages(message: Message) -> tuple[tuple[ShownPassage, ...], bool]:
    lines = read_sections(message).lines
    passages: list[tuple[Mark, list[str]]] = []
    for line in lines[:MOST_LINES]:
        # What ends a mail belongs to it: an empty line alone begins nothing.
        if not passages or (passages[-1][0] is not line.mark and line.text.strip()):
            passages.append((line.mark, []))
        passages[-1][1].append(_show(line.text, LONGEST_LINE))
    shown = [ShownPassage(mark.value, "\n".join(text).strip("\n")) for mark, text in passages]
    is_cut = len(lines) > MOST_LINES or any(len(line.text) > LONGEST_LINE for line in lines[:MOST_LINES])
    return tuple(each for each in shown if each.text), is_cut


def _is_file(part: Part) -> bool:
    return not is_shown(part) or part.media_type not in _HTML | _TEXT


def _describe(number: int, part: Part) -> ShownPart:
    name = part.file_name
    shown = _show(name, 200)
    return ShownPart(number, shown, _show(part.media_type, 100), len(part.content), turns_direction(name))


def _show(text: str, longest: int) -> str:
    return reveal(text[:longest]) + ("…" if len(text) > longest else "")
