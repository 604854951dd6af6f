"""Our own checks of a mail together: SPF, DKIM, DMARC and ARC, for the one author, with the DNS answers they rest on.

Here belongs which results count for whom. Each check stands in its own module; what a server in front of us found is
judged in `trusted`.
"""

from dataclasses import dataclass
from datetime import datetime

from inbound.authentication.arc import ArcResult, validate_arc
from inbound.authentication.author import AuthorFault, read_author
from inbound.authentication.dkim_verify import SignatureResult, verify_dkim
from inbound.authentication.dmarc import DmarcResult, Identifier, check_dmarc
from inbound.authentication.dns import Evidence, Lookup, Recorder
from inbound.authentication.spf import SpfResult, check_spf
from wire.address import Address
from wire.message import Header


@dataclass(frozen=True, slots=True)
class Client:
    """Who brought the mail: IP address, the name it gave itself, and its MAIL FROM (empty: the null sender)."""

    ip: str
    helo: str
    mail_from: str


@dataclass(frozen=True, slots=True)
class SenderResult:
    """Everything that was found; `dmarc` is None where there is no author to judge."""

    author: Address | AuthorFault
    spf: SpfResult
    signatures: tuple[SignatureResult, ...]
    dmarc: DmarcResult | None
    arc: ArcResult
    evidence: tuple[Evidence, ...]

    @property
    def authenticated(self) -> bool:
        """Whether the author's domain stands by the mail: aligned, and no DMARC fail."""
        return self.dmarc is not None and self.dmarc.verdict != "fail" and bool(self.dmarc.aligned)


def check_sender(header: Header, body: bytes, client: Client, lookup: Lookup, now: datetime) -> SenderResult:
    """Check a mail, given as it came: header read by `wire.message`, body with its CRLF line ends."""
    recorder = Recorder(lookup)
    author = read_author(header)
    spf = check_spf(client.ip, client.mail_from, client.helo, recorder, now)
    signatures = verify_dkim(header, body, recorder, now)
    dmarc = _judge(author, client, spf, signatures, recorder) if isinstance(author, Address) else None
    arc = validate_arc(header, body, recorder)
    return SenderResult(author, spf, signatures, dmarc, arc, recorder.evidence)


def _judge(
    author: Address, client: Client, spf: SpfResult, signatures: tuple[SignatureResult, ...], lookup: Lookup
) -> DmarcResult:
    passed = [Identifier("dkim", found.domain) for found in signatures if found.counts]
    undecided = [Identifier("dkim", found.domain) for found in signatures if found.verdict == "temperror"]
    if client.mail_from:  # what a client calls itself in HELO vouches for no author
        identifier = Identifier("spf", spf.domain)
        passed += [identifier] if spf.verdict == "pass" else []
        undecided += [identifier] if spf.verdict == "temperror" else []
    return check_dmarc(author.domain, passed, undecided, lookup)
