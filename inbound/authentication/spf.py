"""SPF (RFC 7208): whether a client may send mail for the domain of MAIL FROM or HELO.

Here belongs check_host, with the limits that keep somebody else's records from costing us more than they should.
Records and macros are read in `spf_record` and `spf_macros`.
"""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from inbound.authentication.dns import Answers, Lookup, NoSuchName, RecordType, TemporaryFailure, fits_in_dns
from inbound.authentication.spf_macros import (
    IpAddress,
    MacroValues,
    expand,
    expand_domain,
    is_explanation,
)
from inbound.authentication.spf_record import Directive, Qualifier, SpfRecord, is_spf, parse_spf

SpfVerdict = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]

MAX_TERMS = 10
"""Terms of one evaluation that take questions to the DNS (RFC 7208 section 4.6.4)."""
MAX_VOID = 2
"""Questions of terms without an answer (RFC 7208 section 4.6.4)."""
MAX_NAMES = 10
"""Hosts of one MX, and names of one PTR, that are looked at (RFC 7208 section 4.6.4)."""

_VERDICTS: dict[Qualifier, SpfVerdict] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass(frozen=True, slots=True)
class SpfResult:
    """A verdict on `domain`, and the reason for staff and log."""

    verdict: SpfVerdict
    domain: str
    reason: str
    explanation: str | None = None
    """With a fail: what the domain's owner has to say of it. Their text, shown to nobody without care."""
    terms: int = field(default=0, compare=False)
    """How many terms asked the DNS, of `MAX_TERMS`."""


class _EndedError(Exception):
    """An error that ends the whole evaluation with its verdict; never leaves this module."""

    def __init__(self, verdict: SpfVerdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason


def check_spf(  # noqa: PLR0913, PLR0917 - check_host's own parameters
    ip: str, mail_from: str, helo: str, lookup: Lookup, now: datetime, receiver: str = "unknown"
) -> SpfResult:
    """Return the verdict for a client `ip` that said `helo` and `mail_from` (empty: the null sender)."""
    sender = mail_from or helo
    local_part, at, domain = sender.rpartition("@")
    sender = f"{local_part or 'postmaster'}@{domain}" if at else f"postmaster@{sender}"
    domain = domain.removesuffix(".")
    if not fits_in_dns(domain) or "." not in domain or domain.startswith("["):
        return SpfResult("none", domain, "the sender has no domain that could have a record")
    evaluation = _Evaluation(_read_ip(ip), sender, helo, receiver, lookup, now)
    try:
        verdict, reason, explanation = evaluation.check(domain)
    except _EndedError as ended:
        return SpfResult(ended.verdict, domain, ended.reason, terms=evaluation.terms)
    return SpfResult(verdict, domain, reason, explanation, evaluation.terms)


def _read_ip(text: str) -> IpAddress:
    ip = ipaddress.ip_address(text)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip


class _Evaluation:
    """One check_host with all that it includes: the limits count over the whole of it."""

    def __init__(self, ip: IpAddress, sender: str, helo: str, receiver: str, lookup: Lookup, now: datetime) -> None:  # noqa: PLR0913, PLR0917
        self.ip = ip
        self.sender = sender
        self.helo = helo
        self.receiver = receiver
        self.lookup = lookup
        self.now = now
        self.terms = 0
        self.void = 0

    def check(self, domain: str) -> tuple[SpfVerdict, str, str | None]:
        """Return verdict, reason, and the explanation of a fail."""
        record = self._find_record(domain)
        if record is None:
            return "none", f"{domain} has no SPF record", None
        values = self._macro_values(domain)
        for directive in record.directives:
            if self._matches(directive, domain, values):
                verdict = _VERDICTS[directive.qualifier]
                explanation = self._explain(record, values) if verdict == "fail" else None
                return verdict, f"{directive.text} of {domain}", explanation
        if record.redirect is not None:
            return self._redirect(record.redirect, values)
        return "neutral", f"nothing in the record of {domain} fits", None

    def _find_record(self, domain: str) -> SpfRecord | None:
        answer = self.lookup(domain, "TXT")
        if isinstance(answer, TemporaryFailure):
            raise _EndedError("temperror", f"the record of {domain} could not be asked for")
        texts = [text for text in answer.records if is_spf(text)] if isinstance(answer, Answers) else []
        if len(texts) > 1:
            raise _EndedError("permerror", f"{domain} has {len(texts)} SPF records")
        if not texts:
            return None
        record = parse_spf(texts[0])
        if not isinstance(record, SpfRecord):
            raise _EndedError("permerror", f"the record of {domain} is broken: {record.reason}")
        return record

    def _macro_values(self, domain: str) -> MacroValues:
        return MacroValues(
            self.ip, self.sender, self.helo, domain, self.receiver, self.now, lambda: self._find_validated(domain)
        )

    def _matches(self, directive: Directive, domain: str, values: MacroValues) -> bool:
        if directive.mechanism == "all":
            return True
        if directive.network is not None:
            return self.ip.version == directive.network.version and self.ip in directive.network
        return self._asks(directive, domain, values)

    def _asks(self, directive: Directive, domain: str, values: MacroValues) -> bool:
        """Tell whether one of the mechanisms matches that the DNS must be asked for."""
        self._count_term()
        target = domain if directive.domain_spec is None else expand_domain(directive.domain_spec, values)
        match directive.mechanism:
            case "include":
                return self._includes(target)
            case "a":
                return self._is_at(target, directive)
            case "mx":
                return self._is_mail_host(target, directive)
            case "ptr":
                return any(_is_within(name, target) for name in self._validated_names())
            case _:
                return bool(self._ask(target, "A"))

    def _count_term(self) -> None:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise _EndedError("permerror", f"more than {MAX_TERMS} terms ask the DNS")

    def _ask(self, name: str, record_type: RecordType) -> tuple[str, ...]:
        """Return the records that a term asks for, none where there are none."""
        answer = self.lookup(name, record_type) if fits_in_dns(name) else NoSuchName()
        if isinstance(answer, TemporaryFailure):
            raise _EndedError("temperror", f"{record_type} of {name} could not be asked for")
        return answer.records if isinstance(answer, Answers) else self._count_void()

    def _count_void(self) -> tuple[str, ...]:
        self.void += 1
        if self.void > MAX_VOID:
            raise _EndedError("permerror", f"more than {MAX_VOID} names that are asked for have no answer")
        return ()

    def _includes(self, target: str) -> bool:
        verdict, _, _ = self.check(target) if fits_in_dns(target) else ("none", "", None)
        if verdict == "none":
            raise _EndedError("permerror", f"{target} is included and has no record")
        return verdict == "pass"

    def _is_at(self, name: str, directive: Directive) -> bool:
        length = directive.ip4_length if self.ip.version == 4 else directive.ip6_length
        network = ipaddress.ip_network((self.ip, length), strict=False)
        addresses = self._ask(name, "A" if self.ip.version == 4 else "AAAA")
        return any(ipaddress.ip_address(address) in network for address in addresses)

    def _is_mail_host(self, name: str, directive: Directive) -> bool:
        hosts = self._ask(name, "MX")
        if len(hosts) > MAX_NAMES:
            raise _EndedError("permerror", f"{name} has more than {MAX_NAMES} mail hosts")
        return any(self._is_at(host, directive) for host in hosts)

    def _validated_names(self) -> list[str]:
        """Return the names of the client that lead back to it (RFC 7208 section 5.5); errors are as no name."""
        names = self._ask_leniently(self.ip.reverse_pointer, "PTR")[:MAX_NAMES]
        return [name.lower().removesuffix(".") for name in names if self._leads_back(name)]

    def _leads_back(self, name: str) -> bool:
        addresses = self._ask_leniently(name, "A" if self.ip.version == 4 else "AAAA")
        return any(ipaddress.ip_address(address) == self.ip for address in addresses)

    def _ask_leniently(self, name: str, record_type: RecordType) -> tuple[str, ...]:
        answer = self.lookup(name, record_type) if fits_in_dns(name) else NoSuchName()
        if isinstance(answer, TemporaryFailure):
            return ()
        return answer.records if isinstance(answer, Answers) else self._count_void()

    def _find_validated(self, domain: str) -> str:
        """Return the name that `p` stands for: the domain itself, else one below it, else any (RFC 7208 7.3)."""
        names = self._validated_names()
        within = [name for name in names if _is_within(name, domain)]
        if domain.lower() in names:
            return domain
        return (within or names or ["unknown"])[0]

    def _redirect(self, redirect: str, values: MacroValues) -> tuple[SpfVerdict, str, str | None]:
        self._count_term()
        target = expand_domain(redirect, values)
        found = self.check(target) if fits_in_dns(target) else ("none", "", None)
        if found[0] == "none":
            raise _EndedError("permerror", f"the record leads to {target}, which has none")
        return found

    def _explain(self, record: SpfRecord, values: MacroValues) -> str | None:
        """Return the domain's explanation; None where it has none or anything at all is wrong with it (6.2)."""
        if record.explanation is None:
            return None
        try:
            name = expand_domain(record.explanation, values)
            answer = self.lookup(name, "TXT") if fits_in_dns(name) else NoSuchName()
            if not isinstance(answer, Answers) or len(answer.records) != 1 or not is_explanation(answer.records[0]):
                return None
            return expand(answer.records[0], values)
        except _EndedError:
            return None


def _is_within(name: str, domain: str) -> bool:
    return name == domain.lower() or name.endswith("." + domain.lower())
