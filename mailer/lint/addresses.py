"""Which addresses of a roster look wrong, before anything is sent to them.

Whether a row may be issued to at all is decided when a roster is read; here are suspicions. One finding a suspicion,
with a few lines as examples, so that a roster of a million rows makes a short report.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.lint.findings import Finding, worst_first
from mailer.lint.mail import Origin, is_reserved
from wire.address import Address, parse_address
from wire.misspelling import suggest_domain

EXAMPLES = 5
"""Lines that a finding names."""

ROLES = frozenset(
    {
        "abuse", "admin", "administrator", "billing", "contact", "enquiries", "help", "helpdesk", "hostmaster", "hr",
        "info", "inquiries", "it", "mail", "mailer-daemon", "marketing", "no-reply", "noreply", "office", "postmaster",
        "privacy", "root", "sales", "security", "service", "support", "team", "webmaster",
    }
)  # fmt: skip
"""Local parts that stand for an office and not for a person (RFC 2142, and common use)."""


@dataclass
class _Suspicion:
    """Rows under one suspicion."""

    code: str
    message: str
    rows: int = 0
    examples: list[str] = field(default_factory=list)

    def as_finding(self) -> Finding:
        more = f", and {self.rows - len(self.examples)} more" if self.rows > len(self.examples) else ""
        return Finding(self.code, self.message, "; ".join(self.examples) + more)


class Suspicions:
    """Gathers what looks wrong, row by row, in memory that grows with the kinds of suspicion and not with the rows."""

    def __init__(self) -> None:
        self._by_message: dict[str, _Suspicion] = {}

    def add(self, code: str, message: str, line: int, excerpt: str) -> None:
        """Note one row."""
        suspicion = self._by_message.setdefault(message, _Suspicion(code, message))
        suspicion.rows += 1
        if len(suspicion.examples) < EXAMPLES:
            suspicion.examples.append(f"line {line}: {excerpt}")

    def add_address(self, line: int, address: str, origin: Origin) -> None:
        """Note what is suspicious about one address, if anything."""
        for code, message in suspect_address(address, origin):
            self.add(code, message, line, address)

    def findings(self) -> list[Finding]:
        """Return one finding for each suspicion, the worst first."""
        return worst_first(suspicion.as_finding() for suspicion in self._by_message.values())


def suspect_address(address: str, origin: Origin) -> Iterator[tuple[str, str]]:
    """Yield the code and the message of each suspicion against `address`."""
    parsed = parse_address(address)
    if not isinstance(parsed, Address):
        yield "address-invalid", f"not an email address: {parsed.reason}"
        return
    suggestion = suggest_domain(parsed.domain)
    if suggestion:
        yield "address-typo", f"{parsed.domain} looks like a misspelt {suggestion}; ask, and correct the roster"
    if parsed.local_part.partition("+")[0].lower() in ROLES:
        yield "address-role", "an office's address, not a person's: whoever reads it could open the account"
    if is_reserved(parsed.domain) and not origin.is_trial:
        yield "address-reserved", f"{parsed.domain} is reserved for examples; nothing can be delivered there"
