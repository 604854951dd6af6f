"""Has every value been put in? Template marks, unset values and sample texts that nobody should receive."""

import re
from collections.abc import Iterator

from mailer.lint.document import Document, attributes_of, line_of, shorten, texts
from mailer.lint.findings import Finding
from mailer.lint.mail import RenderedMail

_MARKS = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{|\*\||\|\*|%%\w+%%|<%|\[\[\w+\]\]")
_WORDS = re.compile(r"%[A-Z_]{3,}%|(?<![\w-])(?:undefined|None|NaN|\[object Object\])(?![\w-])")
_WHOLE = re.compile(r"\s*(?:null|nil|n/a|none|nan|undefined)\s*", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=[=/])(?:undefined|None|null|NaN)(?=[&/?#]|$)")
_SAMPLE = re.compile(r"(?i:lorem ipsum|\bJohn Doe\b|\bfoo ?bar\b|\bxxx+\b)|\bTODO\b|\bFIXME\b")  # todo is Spanish
_URL = re.compile(r"\b(?:https?|mailto):\S+")


def check_leftovers(mail: RenderedMail, document: Document) -> Iterator[Finding]:
    """Yield a finding for each place where a value seems to be missing. Sample values must not be such words."""
    for where, text in _passages(mail, document):
        found = _MARKS.search(text) or _WORDS.search(_URL.sub("", text)) or _WHOLE.fullmatch(text)
        if found:
            said = f"“{found.group().strip()}” looks like a value that was never put in"
            yield Finding("unset-variable", said, f"{where}: {shorten(text)}")
        elif _SAMPLE.search(text):
            yield Finding(
                "sample-text", "this looks like a sample text; write the real one", f"{where}: {shorten(text)}"
            )
    for element in document.elements():
        for name, value in attributes_of(element):
            found = _MARKS.search(value) or _IN_URL.search(value)
            if found and name != "alt":
                said = f"“{found.group()}” looks like a value that was never put in"
                yield Finding("unset-variable", said, f"line {line_of(element)}: {shorten(f'{name}={value}')}")


def _passages(mail: RenderedMail, document: Document) -> Iterator[tuple[str, str]]:
    yield "subject", mail.subject
    for number, line in enumerate((mail.text or "").splitlines(), start=1):
        yield f"text part, line {number}", line
    for element, text in texts(document):
        yield f"line {line_of(element)}", text
    for image in document.named("img"):
        yield f"line {line_of(image)}", image.get("alt", "")
