"""Inlining: CSS rules become style attributes, because some mail programs read nothing else.

Here belong inlining each variant of a template, the removal of blanks that show nowhere, and the comparison of two
documents that proves that filling an inlined variant gives what inlining a filled one would.
"""

import re
from collections.abc import Iterator

from lxml import etree

from mailer.templates.markup import Comment, Tag, Text, scan

_DOCTYPE = re.compile(r"<!doctype html>", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_KEEPS_BLANKS = re.compile(r"<pre\b|white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_UNCOUNTED = frozenset({"style", "meta", "html", "head"})
"""Elements that premailer or libxml2 add or take away."""


def inline_css(html: str) -> str:
    """Return `html` with its rules in style attributes; what cannot be inlined (@media, :hover) stays in <style>.

    A `<style data-premailer="ignore">` stays as it is.
    """
    from mailer.templates.premailing import transform  # noqa: PLC0415 - it says why

    # libxml2 names the document type in capitals and premailer drops one that it does not find again.
    return transform(_DOCTYPE.sub("<!DOCTYPE html>", html, count=1))


def remove_blanks(html: str) -> str:
    """Return `html` with each run of blanks in text as one blank or line end, and without ordinary comments."""
    if _KEEPS_BLANKS.search(html):
        return html
    return "".join(_tighten(html))


def _tighten(html: str) -> Iterator[str]:
    position = 0
    for piece in scan(html):
        match piece:
            case Text(element=None | "style"):
                yield _BLANKS.sub(_one_blank, piece.text)
                position = piece.offset + len(piece.text)
            case Comment():
                if piece.text.lstrip().startswith(("[if", "<![endif")):
                    yield f"<!--{_BLANKS.sub(_one_blank, piece.text)}-->"
                position = piece.offset + len(piece.text) + len("-->")
            case Tag():
                yield html[position : piece.end]
                position = piece.end
            case _:
                yield piece.text
                position = piece.offset + len(piece.text)


def _one_blank(found: re.Match[str]) -> str:
    return "\n" if "\n" in found.group() else " "


def find_difference(one: str, other: str) -> int | None:
    """Return the number of the first element (see `line_of_element`) in which two documents differ, None if in none."""
    ours, theirs = list(_elements(one)), list(_elements(other))
    for number, (left, right) in enumerate(zip(ours, theirs, strict=False)):
        if _facts(left) != _facts(right):
            return number
    return None if len(ours) == len(theirs) else min(len(ours), len(theirs))


def line_of_element(html: str, number: int) -> int:
    """Return the line, counted from 1, in which that element of `html` begins."""
    elements = list(_elements(html))
    line = elements[min(number, len(elements) - 1)].sourceline if elements else None
    return line if isinstance(line, int) else 1


def _elements(html: str) -> Iterator[etree._Element]:
    root = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    return (element for element in root.iter() if element.tag not in _UNCOUNTED)


def _facts(element: etree._Element) -> tuple[object, ...]:
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    style = frozenset(part.strip() for part in attributes.pop("style", "").split(";"))
    return element.tag, attributes, style, _blanked(element.text), _blanked(element.tail)


def _blanked(text: str | None) -> str:
    return _BLANKS.sub(" ", text or "").strip()
