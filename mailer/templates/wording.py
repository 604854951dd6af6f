"""An issuer's own block of a mail: a few HTML elements and the slots' names, nothing that could do harm.

Here belongs what such a source may hold, told by lists of what is allowed: nodes of Jinja2's syntax tree, names,
filters, HTML elements. Jinja2's sandbox runs below that as a second wall. docs/templates.md explains it to issuers.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, NoReturn

from jinja2 import DictLoader, StrictUndefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailer.notices import Slot
from mailer.templates.constants import Constants
from mailer.templates.environment import refuse
from mailer.templates.faults import PublishFault, Refusal
from mailer.templates.marks import Marks, Rendered
from mailer.templates.markup import MarkupFault, Piece, Tag, Text, scan
from mailer.templates.placeholders import Words, print_placeholder
from mailer.templates.prose import to_prose
from mailer.templates.structure import check_balance

NAME = "wording"
SOURCE_LIMIT = 4_000
"""Characters of a source."""
OUTPUT_LIMIT = 8_000
"""Characters of what it renders to."""
DEPTH_LIMIT = 3
"""Conditions inside conditions."""

FILTERS = frozenset({"upper", "lower", "capitalize", "title", "trim"})
ELEMENTS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "a"})
LINKS = ("https://", "mailto:")

_NODES = (nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.Filter)


@dataclass(frozen=True)
class Wording:
    """What templates print: `wording.html` and `wording.text`."""

    html: Markup
    text: str

    def fill(self, words: Words, values: Mapping[str, str | None]) -> "Wording":
        """Return the block with values in place of the slots' words."""
        html = words.fill(self.html, values, escaped=True)
        return Wording(Markup(html), words.fill(self.text, values, escaped=False))  # noqa: S704 - escaped just now


class _Environment(ImmutableSandboxedEnvironment):
    def handle_exception(self, source: str | None = None) -> NoReturn:
        refuse(sys.exc_info()[1])


class WordingSource:
    """A source that has passed the check of its syntax. Raises `Refusal` if it has not."""

    def __init__(self, source: str, words: Words, constants: Constants) -> None:
        if len(source) > SOURCE_LIMIT:
            raise Refusal(PublishFault(NAME, 1, f"longer than {SOURCE_LIMIT} characters"))
        self._words = words
        self._constants = flat_constants(constants)
        checker = _SyntaxCheck({slot.name: slot for slot in words.slots.values()}, self._constants)
        checker.check(_parse(source))
        self._clean = _make_environment(source, [])
        self._marked = _make_environment(source, [Marks])

    def render(self, placeholders: Mapping[str, Any]) -> Wording:
        """Return the block with the words of `placeholders` in its slots."""
        context = {**self._constants, **placeholders}
        html = self._clean.get_template(NAME).render(context)
        rendered = Rendered(NAME, html, lambda: self._marked.get_template(NAME).render(context))
        if len(html) > OUTPUT_LIMIT:
            raise Refusal(PublishFault(NAME, 1, f"longer than {OUTPUT_LIMIT} characters when rendered"))
        try:
            pieces = list(scan(html))
            _check_elements(pieces, self._words)
            check_balance(pieces)
        except MarkupFault as fault:
            raise rendered.refuse(fault.offset, fault.reason) from fault
        return Wording(Markup(html), to_prose(pieces))  # noqa: S704 - checked just now


def flat_constants(constants: Constants) -> dict[str, str]:
    """Return the constants that a wording may print, by name."""
    # Names without attributes: "." opens every known way out of a sandbox.
    issuer, badge = constants.issuer, constants.badge
    flat = {
        "issuer_name": issuer.name,
        "support_email": issuer.support_email,
        "badge_name": badge.name if badge else "",
    }
    return {**flat, "issuer_website": issuer.website or ""}


def _make_environment(source: str, extensions: list[type[Marks]]) -> _Environment:
    environment = _Environment(
        loader=DictLoader({NAME: source}),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=print_placeholder,
        extensions=extensions,
        keep_trailing_newline=True,
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


def _parse(source: str) -> nodes.Template:
    try:
        return _make_environment(source, []).parse(source, NAME)
    except RecursionError as error:
        raise Refusal(PublishFault(NAME, 1, "nested too deeply")) from error


class _SyntaxCheck:
    """Walks a syntax tree before any code is made from it: Jinja2 works out constant expressions when it compiles."""

    def __init__(self, slots: Mapping[str, Slot], constants: Mapping[str, str]) -> None:
        self._slots = slots
        self._constants = constants

    def check(self, template: nodes.Template) -> None:
        for node in template.body:
            self._check(node, depth=0)

    def _check(self, node: nodes.Node, depth: int) -> None:
        if not isinstance(node, _NODES):
            raise _refusal(node, f"{type(node).__name__} is not allowed here: only text, names and if")
        match node:
            case nodes.Name():
                self._check_name(node)
            case nodes.Filter():
                self._check_filter(node)
            case nodes.If():
                self._check_if(node, depth + 1)
            case nodes.Not():
                raise _refusal(node, '"not" may stand in a condition only')
            case _:
                for child in node.iter_child_nodes():
                    self._check(child, depth)

    def _check_name(self, node: nodes.Name) -> None:
        if node.name not in self._slots and node.name not in self._constants:
            known = ", ".join(sorted([*self._slots, *self._constants]))
            raise _refusal(node, f"{node.name!r} is not known here; there are {known}")

    def _check_filter(self, node: nodes.Filter) -> None:
        if node.name not in FILTERS:
            raise _refusal(node, f"the filter {node.name!r} is not allowed; there are {', '.join(sorted(FILTERS))}")
        plain = not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not plain or not isinstance(node.node, nodes.Name) or node.node.name not in self._constants:
            raise _refusal(node, "a filter may follow the name of a constant only, without arguments")

    def _check_if(self, node: nodes.If, depth: int) -> None:
        if depth > DEPTH_LIMIT:
            raise _refusal(node, f"more than {DEPTH_LIMIT} conditions inside each other")
        test = node.test.node if isinstance(node.test, nodes.Not) else node.test
        if not isinstance(test, nodes.Name) or not getattr(self._slots.get(test.name), "optional", False):
            optional = ", ".join(slot.name for slot in self._slots.values() if slot.optional) or "none in this mail"
            raise _refusal(node, f"a condition may ask for an optional slot only: {optional}")
        for child in (*node.body, *node.elif_, *node.else_):
            self._check(child, depth - 1 if child in node.elif_ else depth)


def _refusal(node: nodes.Node, reason: str) -> Refusal:
    # Some nodes that Jinja2 puts in by itself have no line; then what they hold has.
    lines = [found.lineno for found in (node, *node.find_all(nodes.Node)) if found.lineno]
    return Refusal(PublishFault(NAME, lines[0] if lines else 1, reason))


def _check_elements(pieces: Iterable[Piece], words: Words) -> None:
    for piece in pieces:
        match piece:
            case Text():
                pass
            case Tag() if piece.name in ELEMENTS:
                _check_attributes(piece, words)
            case Tag():
                allowed = " ".join(sorted(ELEMENTS))
                raise MarkupFault(piece.offset, f"<{piece.name}> is not allowed; there are {allowed}")
            case _:
                raise MarkupFault(piece.offset, "comments and declarations are not allowed")


def _check_attributes(tag: Tag, words: Words) -> None:
    for attribute in tag.attributes:
        if tag.name != "a" or attribute.name != "href":
            raise MarkupFault(attribute.offset, f"the attribute {attribute.name} is not allowed in <{tag.name}>")
        value = unescape(attribute.value)
        is_link = value.startswith(LINKS) or words.pattern.fullmatch(value)
        if not is_link or not value.isprintable() or not attribute.quoted:
            raise MarkupFault(attribute.offset, f"a link must be quoted and begin with {' or '.join(LINKS)}")
