"""Style sheets and style attributes as declarations and rules: CSS Syntax by tinycss2, no more of it than mails use.

Here belongs reading CSS. Which rule wins for an element stands in `cascade`, what mail programs make of it in
`features`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tinycss2
from lxml import etree

from mailer.lint.document import Document, line_of


@dataclass(frozen=True)
class Declaration:
    """`name: value`, with the value as tinycss2's component values."""

    name: str
    value: tuple[Any, ...]
    important: bool
    line: int

    @property
    def text(self) -> str:
        """The value as CSS, in lower case."""
        return str(tinycss2.serialize(self.value)).strip().lower()


@dataclass(frozen=True)
class Rule:
    """A selector list with its declarations, and the at-rules that it stands in."""

    selectors: str
    declarations: tuple[Declaration, ...]
    within: tuple[str, ...]
    """The preludes of the enclosing at-rules, such as `@media (prefers-color-scheme: dark)`; outermost first."""


@dataclass(frozen=True)
class StyleSheet:
    """One `<style>` element."""

    element: etree._Element
    rules: tuple[Rule, ...]
    at_rules: tuple[str, ...]
    """Each at-rule that occurs: its name and prelude, in lower case."""


def read_style_sheets(document: Document) -> list[StyleSheet]:
    """Return the document's style sheets, in order."""
    sheets = []
    for element in document.named("style"):
        first_line = line_of(element) - 1
        nodes = tinycss2.parse_stylesheet(element.text or "", skip_comments=True, skip_whitespace=True)
        at_rules: list[str] = []
        rules = tuple(_rules_of(nodes, (), at_rules, first_line))
        sheets.append(StyleSheet(element, rules, tuple(at_rules)))
    return sheets


def _rules_of(nodes: list[Any], within: tuple[str, ...], at_rules: list[str], first_line: int) -> Iterator[Rule]:
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = tinycss2.serialize(node.prelude).strip()
            yield Rule(selectors, tuple(_declarations_of(node.content, first_line)), within)
        elif node.type == "at-rule":
            name = f"@{node.lower_at_keyword} {tinycss2.serialize(node.prelude).strip().lower()}".strip()
            at_rules.append(name)
            if node.content is not None and node.lower_at_keyword in {"media", "supports"}:
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                yield from _rules_of(inner, (*within, name), at_rules, first_line)


def _declarations_of(content: Any, first_line: int) -> Iterator[Declaration]:
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration":
            yield Declaration(node.lower_name, tuple(node.value), node.important, first_line + int(node.source_line))


@lru_cache(maxsize=1024)
def read_style_attribute(style: str) -> tuple[Declaration, ...]:
    """Return the declarations of a style attribute; a mail repeats the same few. Lines are those of the attribute."""
    return tuple(_declarations_of(style, 0))
