"""Findings: what lint says, and every code that it may say it under.

Here belong the vocabulary and the gate. Each code has one level, so that docs/lint.md can be a plain table and an
operator can rely on what refuses a batch. Who finds what stands in the modules named after the subject.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """Somebody would get a broken mail: `issue` refuses."""
    WARNING = "warning"
    """Somebody would see less than was meant."""
    INFO = "info"
    """Known, and looks right all the same; said so that nobody has to wonder."""


_ERRORS = """
html-clipped mail-too-big
image-without-alt badge-alt-empty image-source image-missing-part
contrast-unreadable
text-missing html-missing
link-empty link-relative link-script link-insecure link-broken link-sample
unset-variable
script form remote-style outlook-comment-unbalanced
linkedin-task linkedin-name linkedin-organization linkedin-date linkedin-expiry linkedin-url linkedin-cut
template-broken mime-defect
header-missing header-repeated header-malformed message-id line-too-long line-ending unsubscribe-header
address-invalid roster-row
"""

_WARNINGS = """
html-large mail-large
image-without-size
contrast-low contrast-low-dark
text-lacks-link text-has-markup
link-insecure-trial link-without-text link-vague link-long outlook-link-differs
sample-text
lang-missing title-missing heading-count table-role preheader-missing unsubscribe-link subject-long
css-not-shown html-not-shown
linkedin-legacy linkedin-mismatch
address-typo address-role address-duplicate address-reserved
"""

_INFOS = """
css-degrades html-degrades
"""

CODES: Mapping[str, Level] = {
    code: level
    for level, codes in ((Level.ERROR, _ERRORS), (Level.WARNING, _WARNINGS), (Level.INFO, _INFOS))
    for code in codes.split()
}
"""Every code, with its level."""


@dataclass(frozen=True)
class Finding:
    """One thing that lint has to say."""

    code: str
    """One of `CODES`."""
    message: str
    """What is wrong and what to do about it."""
    where: str = ""
    """The line or an excerpt; empty if it is about the whole."""
    clients: tuple[str, ...] = ()
    """The mail programs that it concerns; empty: all of them."""

    @property
    def level(self) -> Level:
        return CODES[self.code]


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """Return those findings for which a batch must not leave."""
    return [finding for finding in findings if finding.level is Level.ERROR]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by level, and within a level in the order in which they were made."""
    order = list(Level)
    return sorted(findings, key=lambda finding: order.index(finding.level))
