"""Where in a mail a placeholder may stand, and whether its HTML is in order.

Here belong the checks on rendered, not yet inlined HTML and on rendered text. A slot in a class, an id or a style would
decide how a mail looks, one in a tag's name what it is, one inside a URL where it leads: none of these can be inlined
beforehand or escaped for its place, so they are refused.
"""

import re
from collections.abc import Iterable

from mailer.notices import SPREAD, Form, Slot
from mailer.templates.markup import VOID_ELEMENTS, Attribute, Comment, MarkupFault, Piece, Tag, Text, scan
from mailer.templates.placeholders import Words

URL_ATTRIBUTES = frozenset({"href", "src"})
TEXT_ATTRIBUTES = frozenset({"alt", "title", "aria-label", "summary"})

_CONDITIONAL = re.compile(r"\[if [^\]]*\]>(.*)<!\[endif\]\Z", re.DOTALL)
_FREE = re.compile(r"[\s<>]|\Z")


def check_html(html: str, words: Words) -> None:
    """Raise `MarkupFault` if tags are unbalanced or a placeholder stands where it may not."""
    pieces = list(scan(html))
    check_balance(pieces)
    _check_pieces(html, pieces, words)


def check_text(text: str, words: Words) -> None:
    """Raise `MarkupFault` if a URL touches other text: mail programs would make that a part of the link."""
    for word in words.pattern.finditer(text):
        slot = words.slots[word.group()]
        free = _FREE.match(text, word.end()) and (word.start() == 0 or _FREE.match(text, word.start() - 1))
        if slot.form is Form.URL and not free:
            raise MarkupFault(word.start(), f"the URL {slot.name} must stand between blanks, line ends or < and >")
        alone = f"\n{text}\n"[word.start()] == "\n" == f"{text}\n"[word.end()]
        if slot.form in SPREAD and not alone:
            raise MarkupFault(word.start(), f"the lines of {slot.name} must stand alone on their line")


def check_subject(text: str, words: Words) -> None:
    """Raise `MarkupFault` if a slot stands in it that may have several lines."""
    for word in words.pattern.finditer(text):
        _refuse_lines(words.slots[word.group()], word.start(), "in a subject")


def check_balance(pieces: Iterable[Piece]) -> None:
    """Raise `MarkupFault` at the first tag that is not closed in order. Conditional comments are not looked into."""
    open_tags: list[Tag] = []
    for piece in pieces:
        if not isinstance(piece, Tag) or piece.name in VOID_ELEMENTS:
            continue
        if not piece.closing:
            open_tags.append(piece)
        elif not open_tags:
            raise MarkupFault(piece.offset, f"</{piece.name}> closes nothing")
        elif open_tags.pop().name != piece.name:
            raise MarkupFault(piece.offset, f"</{piece.name}> does not close the tag before it")
    if open_tags:
        raise MarkupFault(open_tags[-1].offset, f"<{open_tags[-1].name}> is not closed")


def _check_pieces(html: str, pieces: Iterable[Piece], words: Words) -> None:
    for piece in pieces:
        match piece:
            case Tag():
                _check_tag(html, piece, words)
            case Text(element="style" | "script" | "textarea"):
                _refuse_any(words, piece.text, piece.offset, f"inside <{piece.element}>")
            case Text(element="title"):
                for word in words.pattern.finditer(piece.text):
                    _refuse_lines(words.slots[word.group()], piece.offset + word.start(), "inside <title>")
            case Comment():
                _check_comment(html, piece, words)
            case _:
                pass


def _check_tag(html: str, tag: Tag, words: Words) -> None:
    _refuse_any(words, tag.name, tag.offset, "in the name of a tag")
    for attribute in tag.attributes:
        _refuse_any(words, attribute.name, attribute.offset, "in the name of an attribute")
        for word in words.pattern.findall(attribute.value):
            _check_attribute(attribute, word, words)
    # What the scanner skipped between attributes is blank, so nothing else of the tag can hold a word.


def _check_attribute(attribute: Attribute, word: str, words: Words) -> None:
    slot = words.slots[word]
    if not attribute.quoted:
        raise MarkupFault(attribute.offset, f"the slot {slot.name} stands in an attribute without quotes")
    if slot.form is Form.URL and attribute.name in URL_ATTRIBUTES:
        if attribute.value != word:
            raise MarkupFault(attribute.offset, f"the URL {slot.name} must stand alone in {attribute.name}")
    elif slot.form is not Form.TEXT or attribute.name not in TEXT_ATTRIBUTES:
        raise MarkupFault(attribute.offset, f"the slot {slot.name} cannot stand in the attribute {attribute.name}")


def _check_comment(html: str, comment: Comment, words: Words) -> None:
    conditional = _CONDITIONAL.fullmatch(comment.text)
    if conditional is None:
        _refuse_any(words, comment.text, comment.offset, "in a comment that Outlook does not read")
        return
    start = comment.offset + conditional.start(1)
    # Such a comment may open a table that another one closes, so its tags need not be balanced.
    _check_pieces(html, scan(html, start, start + len(conditional[1])), words)


def _refuse_lines(slot: Slot, offset: int, where: str) -> None:
    if slot.form in SPREAD:
        raise MarkupFault(offset, f"the lines of {slot.name} cannot stand {where}")


def _refuse_any(words: Words, text: str, offset: int, where: str) -> None:
    word = words.pattern.search(text)
    if word:
        raise MarkupFault(offset + word.start(), f"the slot {words.slots[word.group()].name} cannot stand {where}")
