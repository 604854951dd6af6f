"""Is the mail small enough? Gmail clips the HTML near 102 KB; relays and filters have limits for the whole."""

from collections.abc import Iterator

from mailer.lint.findings import Finding
from mailer.lint.mail import RenderedMail

KB = 1024
HTML_LARGE = 60 * KB
HTML_CLIPPED = 95 * KB
"""Some way below Gmail's limit, which is measured (about 102 KB, images not counted) and promised by nobody."""
MAIL_LARGE = 500 * KB
"""Above this, some spam filters no longer look at a mail, and phones wait for it."""
MAIL_TOO_BIG = 10 * KB * KB


def check_sizes(mail: RenderedMail) -> Iterator[Finding]:
    """Yield a finding if the HTML part or the whole message is too big."""
    html = len((mail.html or "").encode())
    if html > HTML_CLIPPED:
        yield Finding(
            "html-clipped", f"the HTML part has {html / KB:.0f} KB, and Gmail cuts it off near 102; shorten it"
        )
    elif html > HTML_LARGE:
        yield Finding("html-large", f"the HTML part has {html / KB:.0f} KB; keep it under {HTML_LARGE // KB}")
    whole = len(mail.data)
    if whole > MAIL_TOO_BIG:
        yield Finding(
            "mail-too-big", f"the mail has {whole / KB / KB:.1f} MB, which many servers refuse; take a smaller image"
        )
    elif whole > MAIL_LARGE:
        yield Finding("mail-large", f"the mail has {whole / KB:.0f} KB; a smaller badge image makes it arrive faster")
