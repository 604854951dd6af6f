"""Publishing: from the sources of a kind of mail to a template that is only filled when a mail is sent.

Here belongs the order of the steps: render once for each combination of optional slots, check the structure, inline
the CSS, prove on nasty values that filling gives what rendering and inlining would, cut into pieces. What each step
does stands in the module of its name.
"""

import gettext
from collections.abc import Iterator, Mapping
from itertools import chain, combinations
from typing import Any

from markupsafe import escape

from mailer.notices import NOTICES, Form, Notice
from mailer.templates.catalogues import CatalogueMissing, load_catalogue
from mailer.templates.constants import Constants, find_bad_constant
from mailer.templates.environment import PublishingEnvironment, TemplateSources, make_environment
from mailer.templates.faults import PublishFault, Refusal
from mailer.templates.inlining import find_difference, inline_css, line_of_element, remove_blanks
from mailer.templates.marks import Marks, Rendered
from mailer.templates.markup import MarkupFault
from mailer.templates.placeholders import Words
from mailer.templates.published import Pieces, Published, Traits, Values, Variant
from mailer.templates.structure import check_html, check_text
from mailer.templates.wording import Wording, WordingSource
from wire.header import HeaderFault, unstructured

HTML_LIMIT = 60 * 1024
"""Bytes of HTML: Gmail cuts a mail off at about 102 KB, and filled values and quoted-printable come on top."""

Absent = frozenset[str]
Context = dict[str, Any]


def publish(kind: str, constants: Constants, sources: TemplateSources) -> Published | PublishFault:
    """Return the compiled template of `kind`, or what is wrong in its sources. Raises `KeyError` for another kind."""
    notice = NOTICES[kind]
    bad = find_bad_constant(constants)
    if bad:
        return PublishFault(f"{kind}.html", 1, bad)
    try:
        catalogue = load_catalogue(sources.locale, constants.language)
        return _Publishing(notice, constants, sources, catalogue).publish()
    except CatalogueMissing as missing:
        return PublishFault(f"{kind}.html", 1, str(missing))
    except Refusal as refusal:
        return refusal.fault


class _Publishing:
    def __init__(
        self, notice: Notice, constants: Constants, sources: TemplateSources, catalogue: gettext.NullTranslations
    ) -> None:
        self._notice = notice
        self._constants = constants
        self._words = Words(notice.slots)
        self._clean = make_environment(sources, catalogue)
        self._marked = make_environment(sources, catalogue, [Marks])
        source = constants.wording
        self._wording = WordingSource(source, self._words, constants) if source and source.strip() else None
        self._compiled: dict[tuple[str, ...], Variant] = {}

    def publish(self) -> Published:
        variants = {absent: self._compile(absent) for absent in _combinations(self._notice)}
        deciding = _deciding(self._notice, variants)
        return Published(
            kind=self._notice.kind,
            traits=_traits(self._constants),
            optional=deciding,
            variants={
                " ".join(name for name in deciding if name not in absent): variant
                for absent, variant in variants.items()
            },
        )

    def _compile(self, absent: Absent) -> Variant:
        placeholders = self._words.placeholders(absent)
        wording = self._wording.render(placeholders) if self._wording else None
        context = self._context(placeholders, wording)
        subject, text, html = (
            self._render(f"{self._notice.kind}.{ending}", context) for ending in ("subject.txt", "txt", "html")
        )
        key = (subject.text, text.text, html.text)
        if key not in self._compiled:
            values = _nasty_values(self._notice, absent)
            filled = self._context(values, wording.fill(self._words, values) if wording else None)
            self._compiled[key] = Variant(
                subject=self._compile_subject(subject, values, filled),
                text=self._compile_text(text, values, filled),
                html=self._compile_html(html, values, filled),
            )
        return self._compiled[key]

    def _compile_subject(self, subject: Rendered, values: Values, context: Context) -> Pieces:
        line = _one_line(subject.text)
        pieces = self._cut(subject, line)
        try:
            unstructured("Subject", _fill(pieces, values))
        except HeaderFault as fault:
            raise subject.refuse(0, fault.reason) from fault
        if not line:
            raise subject.refuse(0, "the subject is empty")
        if _one_line(_render(self._clean, subject.template, context)) != _one_line(_fill(pieces, values)):
            raise subject.refuse(0, "filling the published subject gives another text than rendering it")
        return pieces

    def _compile_text(self, text: Rendered, values: Values, context: Context) -> Pieces:
        _check(check_text, text, self._words)
        pieces = self._cut(text, text.text.strip("\n") + "\n")
        # Lines may be broken elsewhere: a paragraph is wrapped with the slot's word in it, not with its value.
        if _one_line(_render(self._clean, text.template, context)) != _one_line(_fill(pieces, values)):
            raise text.refuse(0, "filling the published text gives another text than rendering it")
        return pieces

    def _compile_html(self, html: Rendered, values: Values, context: Context) -> Pieces:
        _check(check_html, html, self._words)
        inlined = remove_blanks(inline_css(html.text)).strip() + "\n"
        if self._words.pattern.findall(inlined) != self._words.pattern.findall(html.text):
            raise html.refuse(0, "inlining the CSS loses or doubles a slot")
        pieces = self._cut(html, inlined)
        filled = _fill(pieces, {name: None if value is None else str(escape(value)) for name, value in values.items()})
        if len(filled.encode()) > HTML_LIMIT:
            raise html.refuse(0, f"the HTML has {len(filled.encode())} bytes; {HTML_LIMIT} are allowed")
        element = find_difference(remove_blanks(inline_css(_render(self._clean, html.template, context))), filled)
        if element is not None:
            line = line_of_element(html.text, element)
            raise html.refuse_line(line, "filling the published HTML gives another document than inlining a filled one")
        return pieces

    def _cut(self, rendered: Rendered, text: str) -> Pieces:
        damaged = self._words.find_damaged(rendered.text)
        if damaged is not None:
            raise rendered.refuse(damaged, "a filter changes a slot, which is filled later")
        return self._words.cut(text)

    def _context(self, values: Mapping[str, Any], wording: Wording | None) -> Context:
        constants = self._constants
        return {
            "issuer": constants.issuer,
            "badge": constants.badge,
            "language": constants.language,
            "site": constants.site,
            "linkedin": constants.linkedin,
            "wording": wording,
            **values,
        }

    def _render(self, template: str, context: Context) -> Rendered:
        text = _render(self._clean, template, context)
        return Rendered(template, text, lambda: _render(self._marked, template, context))


def _render(environment: PublishingEnvironment, template: str, context: Context) -> str:
    return environment.get_template(template).render(context)


def _check(check: Any, rendered: Rendered, words: Words) -> None:
    try:
        check(rendered.text, words)
    except MarkupFault as fault:
        raise rendered.refuse(fault.offset, fault.reason) from fault


def _combinations(notice: Notice) -> Iterator[Absent]:
    """Yield every set of optional slots that may be absent together."""
    free = [slot.name for slot in notice.slots if slot.optional and slot.follows is None]
    for chosen in chain.from_iterable(combinations(free, count) for count in range(len(free) + 1)):
        yield frozenset(slot.name for slot in notice.slots if slot.name in chosen or slot.follows in chosen)


def _deciding(notice: Notice, variants: Mapping[Absent, Variant]) -> tuple[str, ...]:
    """Return the slots whose presence any template asks for."""
    names = sorted(slot.name for slot in notice.slots if slot.optional and slot.follows is None)
    together = {name: frozenset({name, *(s.name for s in notice.slots if s.follows == name)}) for name in names}
    return tuple(
        name
        for name in names
        if any(variant is not variants[absent ^ together[name]] for absent, variant in variants.items())
    )


def _nasty_values(notice: Notice, absent: Absent) -> dict[str, str | None]:
    return {
        slot.name: None
        if slot.name in absent
        else f"https://nasty.example/{slot.name}?a=1&b=%22%27&copy=%3C#x"
        if slot.form is Form.URL
        else f'{slot.name} O\'Brien "q" <b>&amp; {{{{ 7*7 }}}} </title> --> {{% x %}} \\ \U0001f3c5 \u0645\u0631\u062d'
        for slot in notice.slots
    }


def _fill(pieces: Pieces, values: Mapping[str, str | None]) -> str:
    return "".join(piece if number % 2 == 0 else str(values[piece]) for number, piece in enumerate(pieces))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _traits(constants: Constants) -> Traits:
    badge = constants.badge
    return Traits(
        language=constants.language,
        sender_name=constants.sender_name,
        badge_name=badge.name if badge else None,
        image_src=badge.image_src if badge else None,
        image_digest=badge.image_digest if badge else None,
        organization=constants.linkedin.organization,
        organization_id=constants.linkedin.organization_id,
    )
