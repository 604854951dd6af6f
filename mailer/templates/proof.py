"""The proof that filling a published template gives what rendering the template with the values would have given.

Here belong the sample values and the comparison of texts; documents are compared in `inlining`. It finds what the
placeholders themselves cannot refuse: a filter on text that was captured with a slot in it, a condition on its length.
"""

from collections.abc import Callable, Mapping

from mailer.notices import Form, Notice
from mailer.templates.marks import Rendered
from mailer.templates.placeholders import Words

Sample = Mapping[str, str | None]

_NASTY = 'O\'Brien "q" <b>&amp; {{ 7*7 }} </title> --> {% x %} \\ \U0001f3c5 \u0645\u0631\u062d'
_NASTY_URL = "https://nasty.example/?a=1&b=%22%27&copy=%3C#x"
_SHORT = "x"
_SHORT_URL = "http://x"


def nasty_sample(notice: Notice, absent: frozenset[str]) -> Sample:
    """Return long values with everything in them that HTML, CSS or a template language might trip over."""
    return {
        slot.name: None if slot.name in absent else f"{_NASTY_URL if slot.form is Form.URL else _NASTY}{slot.name}"
        for slot in notice.slots
    }


def short_sample(notice: Notice, absent: frozenset[str]) -> Sample:
    """Return the shortest values that there are."""
    return {
        slot.name: None if slot.name in absent else _SHORT_URL if slot.form is Form.URL else _SHORT
        for slot in notice.slots
    }


def prove_filling(rendered: Rendered, words: Words, sample: Sample, render: Callable[[], str]) -> None:
    """Raise `Refusal` unless the words in `rendered`, filled, give what `render` does. Runs of blanks count as one.

    A paragraph of text may be wrapped with the slots' words in it, so lines may end elsewhere.
    """
    expected = one_line(render())
    is_html = rendered.template.endswith(".html")
    if one_line(words.fill(rendered.text, sample, escaped=is_html)) == expected:
        return
    offset = 0
    for word in words.pattern.finditer(rendered.text):
        if not expected.startswith(one_line(words.fill(rendered.text[: word.end()], sample, escaped=is_html))):
            offset = word.start()
            break
    raise rendered.refuse(offset, "a slot's value changes more than the place where it is printed")


def one_line(text: str) -> str:
    """Return the text with every run of blanks and line ends as one blank."""
    return " ".join(text.split())
