"""Is the LinkedIn "Add to profile" link one that LinkedIn can read?

LinkedIn may prefill nothing of it (it is reported to have stopped in 2026), but where it does, a wrong month or a cut
URL ends up in somebody's profile. The parameters are those that LinkedIn documented for the button: startTask, name,
organizationId or organizationName, issueYear, issueMonth, expirationYear, expirationMonth, certUrl, certId.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from mailer.lint.document import Document, shorten, text_of
from mailer.lint.findings import Finding
from mailer.lint.links import targets_of

_KNOWN = frozenset(
    {
        "startTask", "name", "organizationId", "organizationName", "issueYear", "issueMonth", "expirationYear",
        "expirationMonth", "certUrl", "certId",
    }
)  # fmt: skip
_TOLERATED = frozenset({"original_referer", "isFromA2p", "trk"})
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

Parameters = Mapping[str, str]


def check_linkedin(document: Document) -> Iterator[Finding]:
    """Yield a finding for each fault of each LinkedIn link."""
    targets = targets_of(document)
    for target in targets:
        url = _split(target)
        if url is None or not re.fullmatch(r"(?:.*\.)?linkedin\.com", url.hostname or ""):
            continue
        if url.path.rstrip("/") == "/profile/add":
            others = {other for other in targets if other != target}
            for finding in _check_add_to_profile(url, others, text_of(document.root)):
                yield Finding(finding.code, finding.message, shorten(target))
        elif url.path.startswith("/shareArticle"):
            said = "LinkedIn's old share address; use https://www.linkedin.com/sharing/share-offsite/?url="
            yield Finding("linkedin-legacy", said, shorten(target))


def _split(target: str) -> SplitResult | None:
    try:
        return urlsplit(target)
    except ValueError:
        return None


def _check_add_to_profile(url: SplitResult, other_targets: set[str], text: str) -> Iterator[Finding]:
    pairs = parse_qsl(url.query, keep_blank_values=True)
    parameters = dict(pairs)
    if "_ed" in parameters or any(name.startswith("pfCert") for name in parameters):
        yield Finding(
            "linkedin-legacy", "LinkedIn no longer reads this form of the link; use startTask=CERTIFICATION_NAME"
        )
        return
    if parameters.get("startTask") != "CERTIFICATION_NAME":
        yield Finding("linkedin-task", "the link needs startTask=CERTIFICATION_NAME; without it LinkedIn opens no form")
    yield from _check_cut(url.query, pairs)
    yield from _check_name(parameters, text)
    yield from _check_organization(parameters)
    yield from _check_dates(parameters)
    yield from _check_cert_url(parameters, other_targets)


def _check_cut(query: str, pairs: list[tuple[str, str]]) -> Iterator[Finding]:
    names = [name for name, _ in pairs]
    strangers = [name for name in names if name not in _KNOWN | _TOLERATED]
    said = "percent-encode every value, or it is cut"
    if strangers:
        yield Finding("linkedin-cut", f"LinkedIn knows no parameter “{shorten(strangers[0])}”; {said}")
    if len(set(names)) < len(names):
        yield Finding("linkedin-cut", f"a parameter occurs twice; {said}")
    if _BROKEN_PERCENT.search(query) or any("\ufffd" in value for _, value in pairs):
        yield Finding("linkedin-cut", f"a percent sign is not followed by two hex digits of UTF-8; {said}")


def _check_name(parameters: Parameters, text: str) -> Iterator[Finding]:
    name = " ".join(parameters.get("name", "").split())
    if not name:
        yield Finding("linkedin-name", "the link needs the badge's name; LinkedIn's form cannot be saved without")
    elif name.endswith(("…", "...")):
        yield Finding("linkedin-cut", "the badge's name is cut; put the whole of it")
    elif name not in text:
        yield Finding(
            "linkedin-mismatch", f"the mail does not name “{shorten(name)}”, which the link adds to the profile"
        )


def _check_organization(parameters: Parameters) -> Iterator[Finding]:
    number, name = parameters.get("organizationId"), parameters.get("organizationName")
    if number is not None and name is not None:
        yield Finding("linkedin-organization", "send organizationId or organizationName, not both")
    elif number is None and not (name or "").strip():
        yield Finding("linkedin-organization", "the link needs organizationId (shows the logo) or organizationName")
    elif number is not None and not (number.isascii() and number.isdigit() and int(number) > 0):
        said = f"organizationId is the number in the LinkedIn page's admin URL; “{shorten(number)}” is none"
        yield Finding("linkedin-organization", said)


def _check_dates(parameters: Parameters) -> Iterator[Finding]:
    issued = _month(parameters, "issue")
    expires = _month(parameters, "expiration")
    for prefix, read in (("issue", issued), ("expiration", expires)):
        if isinstance(read, str):
            yield Finding("linkedin-date", f"{prefix}Year and {prefix}Month: {read}")
    if isinstance(issued, tuple) and isinstance(expires, tuple) and expires < issued:
        yield Finding("linkedin-expiry", "the badge expires before it is issued; check both dates")


def _month(parameters: Parameters, prefix: str) -> tuple[int, int] | str | None:
    """Return year and month, what is wrong with them, or None if neither is there."""
    year, month = parameters.get(f"{prefix}Year"), parameters.get(f"{prefix}Month")
    if year is None and month is None:
        return None
    if year is None or month is None:
        return "send both, or neither if there is no such date"
    if not re.fullmatch(r"(?:19|20|21)[0-9]{2}", year):
        return f"a year has four digits; “{shorten(year)}” is none"
    if not re.fullmatch(r"0?[1-9]|1[0-2]", month):
        return f"a month is a number from 1 to 12; “{shorten(month)}” is none"
    return int(year), int(month)


def _check_cert_url(parameters: Parameters, other_targets: set[str]) -> Iterator[Finding]:
    target = parameters.get("certUrl")
    if target is None:
        yield Finding("linkedin-url", "the link needs certUrl, the badge's public page")
        return
    url = _split(target)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname:
        yield Finding("linkedin-url", f"certUrl must be an absolute https URL; “{shorten(target)}” is none")
    elif target not in other_targets:
        yield Finding("linkedin-mismatch", "certUrl is not the page that the mail's other links show as the badge")
