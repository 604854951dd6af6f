"""The HTML part as a tree, and what the checks ask of it: elements in order, visible texts, where something stands.

Here belong reading and walking. What is judged stands in the checks' own modules.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

EXCERPT = 80
"""Characters of an excerpt in a finding."""

UNSEEN = frozenset({"head", "title", "style", "script", "meta", "link", "base"})
"""Elements whose text is not part of the mail's body."""

_FOR_OTHERS = re.compile(r"^\[if !mso[^\]]*\]>")
_END = "<![endif]"


@dataclass(frozen=True)
class Document:
    """An HTML document. `source` is the text that it was read from."""

    source: str
    root: etree._Element
    hidden_from_outlook: frozenset[etree._Element]
    """What stands between `<!--[if !mso]><!-->` and `<!--<![endif]-->`: Outlook for Windows does not see it."""

    def elements(self) -> Iterator[etree._Element]:
        """Yield every element, in the order of the document."""
        return self.root.iter(etree.Element)

    def named(self, *names: str) -> Iterator[etree._Element]:
        """Yield every element of these names, in the order of the document."""
        return self.root.iter(*names)


def read_document(html: str) -> Document:
    """Read `html` as a browser would: faults are mended, not refused."""
    root = etree.fromstring(html.encode() or b"<html></html>", etree.HTMLParser(encoding="utf-8", recover=True))
    if root is None:
        root = etree.Element("html")
    return Document(html, root, frozenset(_hidden_from_outlook(root)))


def _hidden_from_outlook(root: etree._Element) -> Iterator[etree._Element]:
    hidden = False
    for node in root.iter(etree.Element, etree.Comment):
        if isinstance(node, etree._Comment):
            text = (node.text or "").strip()
            if _FOR_OTHERS.match(text):
                hidden = True
            elif text.startswith(_END):
                hidden = False
        elif hidden:
            yield node


def name_of(element: etree._Element) -> str:
    """Return the element's name, in lower case."""
    return str(element.tag).lower()


def ancestry(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the element, its parent, and so on up to the root."""
    current: etree._Element | None = element
    while current is not None:
        yield current
        current = current.getparent()


def texts(document: Document) -> Iterator[tuple[etree._Element, str]]:
    """Yield each run of text in the body that is not blank, with the element that it stands directly in."""
    for element in document.elements():
        if element.text and not element.text.isspace() and not _unseen(element):
            yield element, element.text
        for child in element:
            if child.tail and not child.tail.isspace() and not _unseen(element):
                yield element, child.tail


def _unseen(element: etree._Element) -> bool:
    return any(name_of(one) in UNSEEN for one in ancestry(element))


def text_of(element: etree._Element) -> str:
    """Return all text within the element, white space collapsed."""
    return " ".join("".join(str(text) for text in element.itertext(etree.Element)).split())


def attributes_of(element: etree._Element) -> list[tuple[str, str]]:
    """Return the element's attributes as names and values."""
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def line_of(element: etree._Element) -> int:
    """Return the line that the element begins in, from 1 on."""
    line: Any = element.sourceline
    return int(line or 1)


def place_of(element: etree._Element) -> str:
    """Return the line and the start tag of the element, for a finding."""
    attributes = "".join(f' {name}="{value}"' for name, value in attributes_of(element) if name != "style")
    return f"line {line_of(element)}: {shorten(f'<{name_of(element)}{attributes}>')}"


def shorten(text: str) -> str:
    """Return `text` on one line, cut to the length of an excerpt."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else flat[: EXCERPT - 1] + "…"
