"""Everything that lint looks at in one mail, in one list. Pure: bytes in, findings out."""

from collections.abc import Iterable, Iterator

from mailer.lint.cascade import Cascade
from mailer.lint.contrast import check_contrast
from mailer.lint.document import Document, read_document
from mailer.lint.findings import Finding, worst_first
from mailer.lint.headers import check_headers
from mailer.lint.images import check_images
from mailer.lint.leftovers import check_leftovers
from mailer.lint.linkedin import check_linkedin
from mailer.lint.links import check_links, targets_of
from mailer.lint.mail import RenderedMail
from mailer.lint.shown import check_shown
from mailer.lint.sizes import check_sizes
from mailer.lint.structure import check_structure
from mailer.lint.styles import read_style_sheets
from mailer.lint.support import read_support_data, usual_clients
from mailer.lint.texts import check_texts


def lint_mail(mail: RenderedMail, clients: Iterable[str] | None = None) -> list[Finding]:
    """Return what is wrong with `mail`, the worst first.

    `clients` are the mail programs to answer for, by caniemail's names (`support.CLIENTS`); None: those that readers
    of the mail's language are likely to have.
    """
    return worst_first(dict.fromkeys(_findings(mail, tuple(clients or usual_clients(mail.language)))))


def _findings(mail: RenderedMail, clients: tuple[str, ...]) -> Iterator[Finding]:
    yield from check_headers(mail)
    yield from check_sizes(mail)
    document = read_document(mail.html or "")
    yield from check_texts(mail, document)
    if not (mail.html or "").strip():
        yield Finding("html-missing", "the mail needs an HTML part; most readers see that one")
        return
    yield from _findings_in_document(mail, document, clients)


def _findings_in_document(mail: RenderedMail, document: Document, clients: tuple[str, ...]) -> Iterator[Finding]:
    sheets = read_style_sheets(document)
    light = Cascade(document, sheets, dark=False)
    yield from check_leftovers(mail, document)
    yield from check_links(mail, document)
    yield from check_linkedin(document)
    yield from _check_unsubscribe_link(mail, document)
    yield from check_images(mail, document)
    yield from check_structure(mail, document, sheets, light)
    yield from check_contrast(document, sheets, light)
    yield from check_shown(document, sheets, clients, read_support_data())


def _check_unsubscribe_link(mail: RenderedMail, document: Document) -> Iterator[Finding]:
    start = mail.origin.base_url + "/unsubscribe/"
    if mail.is_notice and not any(target.startswith(start) for target in targets_of(document)):
        yield Finding("unsubscribe-link", "a notice needs an unsubscribe link that its reader can see")
