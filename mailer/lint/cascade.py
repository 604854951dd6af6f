"""Which declaration wins for an element: style attributes, style sheets, specificity, `!important` (CSS Cascade 4).

Here belongs the little of the cascade that judging colours needs: rules outside any at-rule, and for a dark
appearance those under `prefers-color-scheme: dark`. Widths of screens play no part.
"""

from collections.abc import Iterable

from cssselect import GenericTranslator, SelectorError
from cssselect import parse as parse_selectors
from lxml import etree

from mailer.lint.document import Document
from mailer.lint.styles import Declaration, Rule, StyleSheet, read_style_attribute

Weight = tuple[bool, bool, tuple[int, int, int], int]
"""Important, from the style attribute, specificity, position: the greatest wins."""

_NO_SPECIFICITY = (0, 0, 0)


class Cascade:
    """The winning declarations of every element, in a light or a dark appearance."""

    def __init__(self, document: Document, sheets: Iterable[StyleSheet], dark: bool) -> None:
        self._winners: dict[etree._Element, dict[str, tuple[Weight, Declaration]]] = {}
        for element in document.elements():
            for position, declaration in enumerate(read_style_attribute(element.get("style", ""))):
                self._enter(element, declaration, (declaration.important, True, _NO_SPECIFICITY, position))
        rules = (rule for sheet in sheets for rule in sheet.rules if applies(rule, dark))
        for position, rule in enumerate(rules):
            self._enter_rule(document, rule, position)

    def declared(self, element: etree._Element, *names: str) -> Declaration | None:
        """Return the declaration that wins among `names` for this element itself; nothing is inherited."""
        own = self._winners.get(element, {})
        entries = [own[name] for name in names if name in own]
        return max(entries, key=lambda entry: entry[0])[1] if entries else None

    def _enter_rule(self, document: Document, rule: Rule, position: int) -> None:
        try:
            selectors = parse_selectors(rule.selectors)
            paths = [(one.specificity(), GenericTranslator().selector_to_xpath(one)) for one in selectors]
        except SelectorError:
            return
        for specificity, path in paths:
            for element in find_all(document, path):
                for declaration in rule.declarations:
                    self._enter(element, declaration, (declaration.important, False, specificity, position))

    def _enter(self, element: etree._Element, declaration: Declaration, weight: Weight) -> None:
        own = self._winners.setdefault(element, {})
        if declaration.name not in own or weight >= own[declaration.name][0]:
            own[declaration.name] = (weight, declaration)


def find_all(document: Document, path: str) -> list[etree._Element]:
    """Return the elements that an XPath expression selects."""
    selected = document.root.xpath(path)
    return [one for one in selected if isinstance(one, etree._Element)] if isinstance(selected, list) else []


def applies(rule: Rule, dark: bool) -> bool:
    """Tell whether a rule holds on any screen of a light or dark appearance."""
    if not rule.within:
        return True
    return dark and all(is_dark(prelude) for prelude in rule.within)


def is_dark(prelude: str) -> bool:
    """Tell whether an at-rule is the one for a dark appearance."""
    return prelude.startswith("@media") and "prefers-color-scheme" in prelude and "dark" in prelude
