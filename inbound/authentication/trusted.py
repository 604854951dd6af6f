"""What the configured mail server in front of us found, judged for the author that we read ourselves.

Here belongs alignment by the results of `wire.authres`; which field may be believed is chosen there. No DNS is asked:
organisations are told apart by the list of public suffixes.
"""

from dataclasses import dataclass

from inbound.authentication.suffixes import is_public_suffix, registered_domain
from wire.authres import AuthenticationResults, MethodResult

UNCLEAR = "unclear"
"""The DMARC verdict where the field has several, or one on another domain than the author's."""
NOT_TOLD = "missing"
"""The DMARC verdict where the field has none."""


@dataclass(frozen=True, slots=True)
class TrustedVerdict:
    """Whether the author's domain stands by the mail, the DMARC verdict as written or one of those above, and why."""

    authenticated: bool
    dmarc: str
    reason: str


def judge_trusted(results: AuthenticationResults, author_domain: str) -> TrustedVerdict:
    """Judge the results for the domain of the one author of the mail.

    A DMARC fail is outweighed by nothing; a pass must be on the very domain that was read here. With every other
    verdict, and with none, an aligned DKIM or SPF pass counts.
    """
    domain = author_domain.lower()
    dmarc, reason = _read_dmarc(results, domain)
    if dmarc in (UNCLEAR, "fail"):
        return TrustedVerdict(False, dmarc, reason)
    if dmarc == "pass":
        return TrustedVerdict(True, dmarc, reason)
    for found in results.results:
        checked = _read_domain(found)
        if found.result == "pass" and checked and _is_aligned(checked, domain):
            return TrustedVerdict(True, dmarc, f"{found.method} of {checked}")
    return TrustedVerdict(False, dmarc, f"nothing vouches for {domain}")


def _read_dmarc(results: AuthenticationResults, domain: str) -> tuple[str, str]:
    found = [result for result in results.results if result.method == "dmarc"]
    if not found:
        return NOT_TOLD, ""
    if len(found) > 1:
        return UNCLEAR, "there are several DMARC results"
    judged = (found[0].find("header", "from") or "").lower()
    if found[0].result == "pass" and judged != domain:
        return UNCLEAR, f"the DMARC result is on {judged or 'an unnamed domain'}, the author's is {domain}"
    return found[0].result, f"dmarc of {domain}"


def _read_domain(result: MethodResult) -> str:
    """Return the domain that a DKIM or SPF result is on, lower case; empty where none or two are named."""
    if result.method == "dkim":
        return (result.find("header", "d") or (result.find("header", "i") or "").rpartition("@")[2]).lower()
    if result.method == "spf":
        return (result.find("smtp", "mailfrom") or "").rpartition("@")[2].lower()
    return ""


def _is_aligned(checked: str, domain: str) -> bool:
    if checked == domain:
        return True
    organization = registered_domain(domain)
    return not is_public_suffix(organization) and registered_domain(checked) == organization
