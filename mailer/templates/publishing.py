"""Publishing: from the sources of a kind of mail to a template that is only filled when a mail is sent.

Here belongs the order of the steps: render once for each combination of optional slots, check the structure, inline
the CSS, prove on nasty values that filling gives what rendering and inlining would, cut into pieces. What each step
does stands in the module of its name.
"""

import gettext
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations, product
from typing import Any

from mailer.notices import NOTICES, Notice
from mailer.templates.catalogues import CatalogueMissing, load_catalogue
from mailer.templates.constants import Constants, find_bad_constant
from mailer.templates.environment import PublishingEnvironment, TemplateSources, make_environment
from mailer.templates.faults import PublishFault, Refusal
from mailer.templates.inlining import find_difference, inline_css, line_of_element, remove_blanks
from mailer.templates.marks import Marks, Rendered
from mailer.templates.markup import MarkupFault
from mailer.templates.placeholders import Words
from mailer.templates.proof import Sample, nasty_sample, one_line, prove_filling, short_sample
from mailer.templates.published import Pieces, Published, Traits, Variant
from mailer.templates.structure import check_html, check_subject, check_text
from mailer.templates.wording import Wording, WordingSource
from wire.header import HeaderFault, mailbox, unstructured

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
        source = constants.wording if notice.shows_wording else None
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
            self._prove(absent, wording, (subject, text, html))
            sample = nasty_sample(self._notice, absent)
            self._compiled[key] = Variant(
                subject=self._compile_subject(subject),
                text=self._compile_text(text),
                html=self._compile_html(html, sample, wording),
            )
        return self._compiled[key]

    def _prove(self, absent: Absent, wording: Wording | None, parts: Sequence[Rendered]) -> None:
        for part in parts:
            damaged = self._words.find_damaged(part.text)
            if damaged is not None:
                raise part.refuse(damaged, "a filter changes a slot, which is filled later")
        for part, sample in product(parts, (short_sample(self._notice, absent), nasty_sample(self._notice, absent))):
            context = self._fill_context(sample, wording)
            prove_filling(part, self._words, sample, partial(_render, self._clean, part.template, context))

    def _compile_subject(self, subject: Rendered) -> Pieces:
        line = one_line(subject.text)
        try:
            unstructured("Subject", line)
            mailbox("From", self._constants.sender_name, "any@sender.example")
        except HeaderFault as fault:
            raise subject.refuse(0, str(fault)) from fault
        if not line:
            raise subject.refuse(0, "the subject is empty")
        _check(check_subject, subject, self._words)
        return self._words.cut(line)

    def _compile_text(self, text: Rendered) -> Pieces:
        _check(check_text, text, self._words)
        return self._words.cut(text.text.strip("\n") + "\n")

    def _compile_html(self, html: Rendered, sample: Sample, wording: Wording | None) -> Pieces:
        _check(check_html, html, self._words)
        inlined = remove_blanks(inline_css(html.text)).strip() + "\n"
        if self._words.pattern.findall(inlined) != self._words.pattern.findall(html.text):
            raise html.refuse(0, "inlining the CSS loses or doubles a slot")
        ours = self._words.fill(inlined, sample, escaped=True)
        if len(ours.encode()) > HTML_LIMIT:
            raise html.refuse(0, f"the HTML has {len(ours.encode())} bytes; {HTML_LIMIT} are allowed")
        filled = _render(self._clean, html.template, self._fill_context(sample, wording))
        theirs = remove_blanks(inline_css(filled))
        element = find_difference(theirs, ours)
        if element is not None:
            line = line_of_element(html.text, element)
            raise html.refuse_line(line, "filling the published HTML gives another document than inlining a filled one")
        return self._words.cut(inlined)

    def _fill_context(self, sample: Sample, wording: Wording | None) -> Context:
        return self._context(sample, wording.fill(self._words, sample) if wording else None)

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


def _check(check: Callable[[str, Words], None], rendered: Rendered, words: Words) -> None:
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
        reply_address=constants.reply_address,
    )
