"""Can the text be read against its background, in a light and in a dark appearance?

Here belongs which colours meet: the nearest colour and the nearest background up the tree, as the styles say. Where a
picture or a gradient lies behind the text nothing can be said, and nothing is. Programs that invert colours by their
own rules (Gmail on iOS, Outlook) are beyond any check.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import tinycss2
from lxml import etree

from badges.branding import READABLE, WHITE, Color, measure_contrast
from mailer.lint.cascade import Cascade, is_dark
from mailer.lint.colors import LINK_BLUE, TEXT_BLACK, UNREADABLE, Paint, read_paint
from mailer.lint.document import Document, ancestry, line_of, name_of, shorten, texts
from mailer.lint.findings import Finding
from mailer.lint.styles import Declaration, StyleSheet

_NOTHING_SHOWN = {"display": "none", "visibility": "hidden", "mso-hide": "all", "opacity": "0", "font-size": "0"}


@dataclass(frozen=True)
class Pair:
    """A colour of text and what lies behind it."""

    text: Color
    background: Color


def check_contrast(document: Document, sheets: list[StyleSheet], light: Cascade) -> Iterator[Finding]:
    """Yield a finding for each pair of colours that is too close; `light` is the document's usual appearance."""
    seen: set[Pair] = set()
    yield from _check(document, light, seen, "contrast-low", "")
    if any(is_dark(prelude) for sheet in sheets for prelude in sheet.at_rules):
        dark = Cascade(document, sheets, dark=True)
        yield from _check(document, dark, seen, "contrast-low-dark", " in dark mode")


def _check(document: Document, cascade: Cascade, seen: set[Pair], code: str, mode: str) -> Iterator[Finding]:
    for element, text in texts(document):
        pair = None if is_hidden(cascade, element) else _pair_at(cascade, element)
        if pair is None or pair in seen:
            continue
        seen.add(pair)
        ratio = measure_contrast(pair.text, pair.background)
        if ratio < READABLE:
            said = f"{pair.text} on {pair.background}{mode} has a contrast of {ratio:.1f}:1"
            yield Finding(
                "contrast-unreadable" if ratio < UNREADABLE else code,
                f"{said}; take colours with at least {READABLE}:1",
                f"line {line_of(element)}: {shorten(text)}",
            )


def is_hidden(cascade: Cascade, element: etree._Element) -> bool:
    """Tell whether the styles keep the element from being shown, as is done with a preheader."""
    return any(_hides(cascade, one) for one in ancestry(element))


def _hides(cascade: Cascade, element: etree._Element) -> bool:
    if element.get("hidden") is not None:
        return True
    for name, nothing in _NOTHING_SHOWN.items():
        declared = cascade.declared(element, name)
        if declared and declared.text.removesuffix("px") == nothing:
            return True
    return False


def _pair_at(cascade: Cascade, element: etree._Element) -> Pair | None:
    background = _background_at(cascade, element)
    if background is None:
        return None
    return Pair(_text_paint_at(cascade, element).over(background), background)


def _text_paint_at(cascade: Cascade, element: etree._Element) -> Paint:
    for one in ancestry(element):
        declared = cascade.declared(one, "color")
        paint = read_paint(declared.text) if declared else read_paint(one.get("color", ""))
        if paint:
            return paint
        if name_of(one) == "a" and one.get("href"):
            return LINK_BLUE
    return TEXT_BLACK


def _background_at(cascade: Cascade, element: etree._Element) -> Color | None:
    """Return the opaque colour behind the element, or None if a picture is there."""
    layers: list[Paint] = []
    for one in ancestry(element):
        declared = cascade.declared(one, "background-color", "background", "background-image")
        if one.get("background") or (declared and _is_picture(declared)):
            return None
        paint = _paint_in(declared) if declared else read_paint(one.get("bgcolor", ""))
        if paint:
            layers.append(paint)
            if paint.alpha == 1:
                break
    below = WHITE
    for layer in reversed(layers):
        below = layer.over(below)
    return below


def _is_picture(declared: Declaration) -> bool:
    return "url(" in declared.text or "gradient(" in declared.text


def _paint_in(declared: Declaration) -> Paint | None:
    for token in declared.value:
        paint = read_paint(tinycss2.serialize([token]))
        if paint:
            return paint
    return None
