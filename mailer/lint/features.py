"""Which of caniemail's features a declaration, at-rule, selector or element makes use of.

Here belongs the mapping from what stands in a mail to caniemail's names; a use that caniemail has no name for maps to
nothing. What follows from a use stands in `shown`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from mailer.lint.document import attributes_of, name_of
from mailer.lint.styles import Declaration
from mailer.lint.support import SupportData

_PROPERTIES: Mapping[str, str] = {
    **dict.fromkeys(("left", "right", "top", "bottom"), "css-left-right-top-bottom"),
    **dict.fromkeys(("row-gap", "column-gap", "grid-gap"), "css-gap"),
    **dict.fromkeys(("columns", "column-width", "column-rule", "column-span"), "css-column-layout-properties"),
    **dict.fromkeys(("grid-template-columns", "grid-template-rows", "grid-template-areas"), "css-grid-template"),
    **dict.fromkeys(("overflow-x", "overflow-y"), "css-overflow"),
    **dict.fromkeys(("padding-inline", "padding-block"), "css-padding-inline-block"),
    **dict.fromkeys(("padding-inline-start", "padding-inline-end"), "css-padding-inline-start-end"),
    **dict.fromkeys(("padding-block-start", "padding-block-end"), "css-padding-block-start-end"),
    **dict.fromkeys(("margin-inline", "margin-block"), "css-margin-inline-block"),
    **dict.fromkeys(("margin-inline-start", "margin-inline-end"), "css-margin-inline-start-end"),
    **dict.fromkeys(("margin-block-start", "margin-block-end"), "css-margin-block-start-end"),
    **dict.fromkeys(("border-inline", "border-block"), "css-border-inline-block"),
    **dict.fromkeys(("animation-name", "animation-duration"), "css-animation"),
}
"""Properties whose feature has another name than their own."""

_DISPLAYS = {"none": "css-display-none", "flex": "css-display-flex", "grid": "css-display-grid"}
_VALUES = {
    "fit-content": "css-intrinsic-size",
    "min-content": "css-intrinsic-size",
    "max-content": "css-intrinsic-size",
}
_FUNCTIONS = {
    "calc": "css-unit-calc",
    "clamp": "css-function-clamp",
    "max": "css-function-max",
    "min": "css-function-min",
    "light-dark": "css-function-light-dark",
    "var": "css-variables",
    "rgba": "css-rgba",
    "linear-gradient": "css-linear-gradient",
    "radial-gradient": "css-radial-gradient",
    "conic-gradient": "css-conic-gradient",
    **dict.fromkeys(("lch", "oklch", "lab", "oklab"), "css-modern-color"),
}
_ELEMENTS: Mapping[str, str] = {
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        ("article", "aside", "details", "figure", "footer", "header", "main", "nav", "section"), "html-semantics"
    ),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
    **dict.fromkeys(("object", "embed", "iframe"), "html-object"),
}
_ATTRIBUTES = {"href", "name", "content", "type", "src"}
"""Attributes that are read with their element, not by themselves."""

_IMAGE_TYPES = {"jpeg": "jpg", "svg+xml": "svg"}


def features_of_declaration(declaration: Declaration, data: SupportData) -> Iterator[str]:
    """Yield the features that a CSS declaration uses."""
    name = declaration.name
    candidates = [_PROPERTIES.get(name, f"css-{name}")]
    if name.startswith("--"):
        candidates.append("css-variables")
    if name == "display":
        candidates.append(_DISPLAYS.get(declaration.text.removeprefix("inline-"), ""))
    candidates += _features_of_value(declaration.value)
    return (candidate for candidate in candidates if candidate in data.features)


def _features_of_value(tokens: Any) -> Iterator[str]:
    for token in tokens:
        if token.type == "dimension":
            yield f"css-unit-{token.lower_unit}"
        elif token.type == "ident" and token.lower_value in _VALUES:
            yield _VALUES[token.lower_value]
        elif token.type == "function":
            yield _FUNCTIONS.get(token.lower_name, "")
            yield from _features_of_value(token.arguments)


def features_of_at_rule(at_rule: str, data: SupportData) -> Iterator[str]:
    """Yield the features that an at-rule uses, from its name and prelude in lower case."""
    keyword = at_rule.split(maxsplit=1)[0].removeprefix("@")
    candidates = [f"css-at-{keyword}"]
    if keyword == "media":
        candidates += [f"css-at-media-{condition}" for condition in re.findall(r"\(\s*([a-z-]+)", at_rule)]
    return (candidate for candidate in candidates if candidate in data.features)


def features_of_selectors(selectors: str, data: SupportData) -> Iterator[str]:
    """Yield the features that a selector list uses beyond names, classes and ids."""
    candidates = [f"css-pseudo-element-{name}" for name in re.findall(r"::([a-z-]+)", selectors)]
    candidates += [f"css-pseudo-class-{name}" for name in re.findall(r"(?<!:):([a-z-]+)", selectors)]
    if "[" in selectors:
        candidates.append("css-selector-attribute")
    return (candidate for candidate in candidates if candidate in data.features)


def features_of_element(element: etree._Element, data: SupportData) -> Iterator[str]:
    """Yield the features that an element and its attributes use."""
    name = name_of(element)
    candidates = [_ELEMENTS.get(name, f"html-{name}")]
    candidates += [f"html-{attribute}" for attribute, _ in attributes_of(element) if attribute not in _ATTRIBUTES]
    if name in {"input", "button"}:
        candidates.append(f"html-{name}-{element.get('type', 'text')}")
    if name == "meta" and element.get("name") == "color-scheme":
        candidates.append("html-meta-color-scheme")
    if element.get("href", "").startswith("mailto:"):
        candidates.append("html-mailto-links")
    if name in {"img", "source", "input"} and element.get("src"):
        candidates.append(_feature_of_image(element.get("src", "")))
    return (candidate for candidate in candidates if candidate in data.features)


def _feature_of_image(src: str) -> str:
    if src.startswith("data:"):
        return "image-svg" if src.startswith("data:image/svg") else "image-base64"
    ending = src.partition("?")[0].partition("#")[0].rpartition(".")[2].lower()
    return f"image-{_IMAGE_TYPES.get(ending, ending)}"
