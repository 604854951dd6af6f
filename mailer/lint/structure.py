"""Is the HTML built so that screen readers, translators and Outlook can follow it?"""

import re
from collections.abc import Iterator

from mailer.lint.cascade import Cascade
from mailer.lint.contrast import is_hidden
from mailer.lint.document import Document, attributes_of, place_of, shorten, text_of, texts
from mailer.lint.findings import Finding
from mailer.lint.mail import RenderedMail
from mailer.lint.styles import StyleSheet

_OPENED = re.compile(r"<!--\[if\b[^\]]*\]>(?:<!-*>|-->)?|<!\[if\b[^\]]*\]>", re.IGNORECASE)
_CLOSED = re.compile(r"<!\[endif\](?:--)?>", re.IGNORECASE)


def check_structure(
    mail: RenderedMail, document: Document, sheets: list[StyleSheet], light: Cascade
) -> Iterator[Finding]:
    """Yield a finding for each fault of the document as a whole."""
    yield from _check_head(mail, document)
    headings = list(document.named("h1"))
    if len(headings) != 1:
        yield Finding("heading-count", f"the mail has {len(headings)} h1 headings; one tells what it is about")
    for table in document.named("table"):
        if table.get("role") not in {"presentation", "none"} and table.find(".//th") is None:
            said = 'give a layout table role="presentation", or screen readers count its cells aloud'
            yield Finding("table-role", said, place_of(table))
    if not _has_preheader(document, light):
        said = "begin the body with a hidden line that lists of mails show after the subject"
        yield Finding("preheader-missing", said)
    yield from _check_forbidden(document, sheets)
    yield from _check_outlook_comments(document.source)


def _check_head(mail: RenderedMail, document: Document) -> Iterator[Finding]:
    language = document.root.get("lang", "")
    if language.partition("-")[0].lower() != mail.language.partition("-")[0].lower():
        yield Finding("lang-missing", f'the html element needs lang="{mail.language}"; it has “{language}”')
    title = next(document.named("title"), None)
    if title is None or not text_of(title):
        yield Finding(
            "title-missing", "give the document a title; it names the page in a browser and to screen readers"
        )


def _has_preheader(document: Document, light: Cascade) -> bool:
    first = next(((element, text) for element, text in texts(document) if text.strip("\u200b\u200c\u00a0 \n")), None)
    return first is not None and is_hidden(light, first[0])


def _check_forbidden(document: Document, sheets: list[StyleSheet]) -> Iterator[Finding]:
    for element in document.elements():
        if element.tag in {"script", "iframe", "object", "embed", "applet", "base"}:
            yield Finding(
                "script", f"mail programs remove {element.tag} elements, or the mail; leave it out", place_of(element)
            )
        elif any(name.startswith("on") for name, _ in attributes_of(element)):
            yield Finding("script", "mail programs remove event handlers; leave them out", place_of(element))
        elif element.tag in {"form", "input", "textarea", "select"}:
            yield Finding(
                "form",
                "a form in a mail does not work everywhere and looks like phishing; link to a page",
                place_of(element),
            )
        elif element.tag == "link" and "stylesheet" in element.get("rel", ""):
            yield Finding(
                "remote-style", "most mail programs load no style sheet; put the styles inline", place_of(element)
            )
    for sheet in sheets:
        if any(at_rule.startswith("@import") for at_rule in sheet.at_rules):
            yield Finding(
                "remote-style", "most mail programs follow no @import; put the styles inline", place_of(sheet.element)
            )


def _check_outlook_comments(source: str) -> Iterator[Finding]:
    opened, closed = len(_OPENED.findall(source)), len(_CLOSED.findall(source))
    if opened != closed:
        said = f"{opened} conditional comments for Outlook begin and {closed} end; Outlook hides all that follows"
        yield Finding("outlook-comment-unbalanced", said, shorten(_OPENED.findall(source)[-1] if opened else ""))
