"""Is the text part a whole mail of its own, with every link, and is the subject one?"""

import re
from collections.abc import Iterator

from mailer.lint.document import Document, shorten
from mailer.lint.findings import Finding
from mailer.lint.links import targets_of
from mailer.lint.mail import RenderedMail

LONGEST_SUBJECT = 90
"""Characters. Phones show about 40 and desktops about 70; a long badge name may go beyond, a sentence should not."""

_MARKUP = re.compile(
    r"</?(?:a|b|br|div|em|h[1-6]|i|img|li|p|span|strong|table|td|tr|ul)\b[^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);",
    re.IGNORECASE,
)


def check_texts(mail: RenderedMail, document: Document) -> Iterator[Finding]:
    """Yield a finding for each fault of the subject and the text part."""
    if len(mail.subject) > LONGEST_SUBJECT:
        said = f"the subject has {len(mail.subject)} characters; most programs show no more than {LONGEST_SUBJECT}"
        yield Finding("subject-long", said, shorten(mail.subject))
    if not (mail.text or "").strip():
        said = "the mail needs a text part with the same content; some read nothing else, and filters look for it"
        yield Finding("text-missing", said)
        return
    text = mail.text or ""
    for target in targets_of(document):
        wanted = target.removeprefix("mailto:").partition("?")[0] if target.startswith("mailto:") else target
        if target.startswith(("https:", "http:", "mailto:")) and wanted not in text:
            yield Finding("text-lacks-link", "write this link in the text part, too", shorten(target))
    found = _MARKUP.search(text)
    if found:
        yield Finding("text-has-markup", f"the text part shows HTML: {found.group()}", shorten(text[found.start() :]))
