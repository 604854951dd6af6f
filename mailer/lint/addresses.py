"""Which addresses of a roster look wrong, before anything is sent to them.

Whether a row may be issued to at all is decided when a roster is read; here are suspicions. One finding a suspicion,
with a few lines as examples, so that a roster of a million rows makes a short report.
"""

from collections.abc import Iterable
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

    def add(self, line: int, address: str) -> None:
        self.rows += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(f"line {line}: {address}")

    def as_finding(self) -> Finding:
        more = f", and {self.rows - len(self.examples)} more" if self.rows > len(self.examples) else ""
        return Finding(self.code, self.message, "; ".join(self.examples) + more)


def lint_addresses(rows: Iterable[tuple[int, str]], origin: Origin) -> list[Finding]:
    """Return what looks wrong with the addresses of a roster, given as line number and address.

    Reads the rows once. Remembers one spelling an address, about 150 bytes each.
    """
    suspicions: dict[str, _Suspicion] = {}
    spellings: dict[str, str] = {}
    for line, written in rows:
        for code, message in _suspect(written, spellings, origin):
            suspicions.setdefault(message, _Suspicion(code, message)).add(line, written)
    return worst_first(suspicion.as_finding() for suspicion in suspicions.values())


def _suspect(written: str, spellings: dict[str, str], origin: Origin) -> list[tuple[str, str]]:
    parsed = parse_address(written)
    if not isinstance(parsed, Address):
        return [("address-invalid", f"not an e-mail address: {parsed.reason}")]
    found = []
    suggestion = suggest_domain(parsed.domain)
    if suggestion:
        found.append(
            ("address-typo", f"{parsed.domain} looks like a misspelt {suggestion}; ask, and correct the roster")
        )
    if parsed.local_part.partition("+")[0].lower() in ROLES:
        found.append(("address-role", "an office's address, not a person's: whoever reads it could open the account"))
    if is_reserved(parsed.domain) and not origin.is_trial:
        found.append(("address-reserved", f"{parsed.domain} is reserved for examples; nothing can be delivered there"))
    folded = str(parsed).lower()
    if spellings.setdefault(folded, written) != written:
        found.append(
            ("address-duplicate", "the same address in another spelling stands further up; it is one person's")
        )
    return found
