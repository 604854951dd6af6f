"""What some mail programs will not show of a mail, by caniemail's data: one finding a feature.

A program that ignores the enclosing at-rule, or the conditional comment around an element, is not blamed for what
stands within. What degrades in a way that the mail is built for is said, but is no warning.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailer.lint.document import Document, line_of, place_of, shorten
from mailer.lint.features import (
    features_of_at_rule,
    features_of_declaration,
    features_of_element,
    features_of_selectors,
)
from mailer.lint.findings import Finding
from mailer.lint.styles import StyleSheet, read_style_attribute
from mailer.lint.support import CLIENTS, SupportData, name_clients

OUTLOOK_WINDOWS = "outlook.windows"

_HIDING = "only the hidden preheader relies on it, and Outlook hides that by `mso-hide`"
_WRAPPING = "only a very long word would be wider than the screen"
_SCREEN_READERS = "what it says is in the text as well"

DEGRADES: Mapping[str, str] = {
    "css-at-media": "the layout fits a narrow screen without it",
    "css-at-media-prefers-color-scheme": "the light colours stay, or the program inverts them by its own rules",
    "css-border-radius": "corners are square",
    "css-box-shadow": "there is no shadow",
    "css-box-sizing": "the layout does not depend on it",
    "css-color-scheme": "the light colours stay, or the program inverts them by its own rules",
    "css-height": "Yahoo takes it for the least height, which is as good here",
    "css-hyphens": "words are not divided",
    "css-max-height": _HIDING,
    "css-min-width": "the table has a width as well",
    "css-opacity": _HIDING,
    "css-outline": "images and links have the outline that the program gives them",
    "css-overflow": _HIDING,
    "css-overflow-wrap": _WRAPPING,
    "css-pseudo-class-hover": "nothing changes under the pointer",
    "css-selector-attribute": "only Outlook.com's dark mode is meant",
    "css-text-underline-offset": "underlines are where they always are",
    "css-user-select": "a value is selected by hand",
    "css-visibility": _HIDING,
    "css-word-break": _WRAPPING,
    "css-word-wrap": _WRAPPING,
    "html-aria-hidden": _SCREEN_READERS,
    "html-aria-label": _SCREEN_READERS,
    "html-aria-labelledby": _SCREEN_READERS,
    "html-bdi": "the program decides about the direction of a name by its letters",
    "html-body": "the outermost table has the same colours",
    "html-dir": "the program decides about the direction of a text by its letters",
    "html-doctype": "the layout is made of tables, which need none",
    "html-lang": "a screen reader takes the language that it is set to",
    "html-meta-color-scheme": "the light colours stay, or the program inverts them by its own rules",
    "html-role": "a screen reader may count the cells of the layout",
    "html-semantics": "the element is shown like a `div`",
    "html-style": "all that matters stands in the elements themselves",
    "html-target": "the link opens where the program likes",
}
"""What a program shows in place of a feature, where that looks right too."""


@dataclass(frozen=True)
class Use:
    """One use of a feature, and the features without which a program does not even get there."""

    feature: str
    where: str
    behind: tuple[str, ...] = ()
    hidden_from_outlook: bool = False


def check_shown(
    document: Document, sheets: Sequence[StyleSheet], clients: Sequence[str], data: SupportData
) -> Iterator[Finding]:
    """Yield a finding for each feature that one of `clients` (caniemail's names) does not support."""
    first: dict[str, Use] = {}
    blamed: dict[str, set[str]] = {}
    for use in _uses(document, sheets, data):
        if without := _list_lacking(use, data).intersection(clients):
            first.setdefault(use.feature, use)
            blamed.setdefault(use.feature, set()).update(without)
    for feature, use in first.items():
        yield _finding(use, [client for client in clients if client in blamed[feature]], clients, data)


def _list_lacking(use: Use, data: SupportData) -> frozenset[str]:
    lacking = data.without[use.feature].difference(*(data.without[gate] for gate in use.behind))
    return lacking - {OUTLOOK_WINDOWS} if use.hidden_from_outlook else lacking


def _finding(use: Use, clients: Sequence[str], asked: Sequence[str], data: SupportData) -> Finding:
    kind = "css" if use.feature.startswith("css-") else "html"
    names = tuple(CLIENTS.get(client, client) for client in clients)
    said = f"{data.title_of(use.feature)} is not shown by {name_clients(clients, asked)}"
    if use.feature in DEGRADES:
        return Finding(f"{kind}-degrades", f"{said}: {DEGRADES[use.feature]}", use.where, names)
    advice = "leave it out, or give these programs something else"
    return Finding(f"{kind}-not-shown", f"{said}; {advice}", use.where, names)


def _uses(document: Document, sheets: Sequence[StyleSheet], data: SupportData) -> Iterator[Use]:
    for element in document.elements():
        hidden = element in document.hidden_from_outlook
        for feature in features_of_element(element, data):
            yield Use(feature, place_of(element), hidden_from_outlook=hidden)
        for declaration in read_style_attribute(element.get("style", "")):
            where = shorten(f"line {line_of(element)}: {declaration.name}: {declaration.text}")
            for feature in features_of_declaration(declaration, data):
                yield Use(feature, where, hidden_from_outlook=hidden)
    for sheet in sheets:
        yield from _uses_of_sheet(sheet, sheet.element in document.hidden_from_outlook, data)


def _uses_of_sheet(sheet: StyleSheet, hidden: bool, data: SupportData) -> Iterator[Use]:
    for at_rule in sheet.at_rules:
        features = list(features_of_at_rule(at_rule, data))
        for position, feature in enumerate(features):
            yield Use(feature, shorten(at_rule), tuple(features[:position]), hidden)
    for rule in sheet.rules:
        gates = tuple(gate for at_rule in rule.within for gate in features_of_at_rule(at_rule, data))
        for feature in features_of_selectors(rule.selectors, data):
            yield Use(feature, shorten(rule.selectors), gates, hidden)
        for declaration in rule.declarations:
            where = shorten(f"line {declaration.line}: {declaration.name}: {declaration.text}")
            for feature in features_of_declaration(declaration, data):
                yield Use(feature, where, gates, hidden)
