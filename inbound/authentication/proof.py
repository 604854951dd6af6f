"""Whether the author of a mail is who From says: one verdict, in plain words, with everything that it rests on.

Here belongs choosing whom to ask (a configured server in front of us, or our own checks) and putting what was found
into one form. Who the author is to us is told in `inbound.identity`. Pure: the DNS is an argument.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from inbound.authentication.author import AuthorFault, doubt_author, read_author
from inbound.authentication.checks import Client, SenderResult, check_sender
from inbound.authentication.dkim_verify import SignatureResult
from inbound.authentication.dns import Evidence, Lookup
from inbound.authentication.trusted import judge_trusted
from inbound.envelope import Envelope
from wire.address import Address
from wire.authres import FIELD_NAME, AuthenticationResults, AuthresFault, MethodResult, choose_trusted, parse_authres
from wire.message import Header, read_header


class Verdict(StrEnum):
    """Whether the author's own domain stands by a mail."""

    PASS = "pass"
    FAIL = "fail"
    """The domain's owner says that it is forged: nothing outweighs that."""
    NONE = "none"
    """Nothing was found that speaks for it or against it."""
    TEMPERROR = "temperror"
    PERMERROR = "permerror"
    UNCLEAR = "unclear"
    """The mail or what was found of it can be read in more than one way."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word counts besides our own checks."""

    authserv_ids: tuple[str, ...] = ()
    """Servers in front of us whose Authentication-Results are believed (RFC 8601 section 2.5). What they bring we do
    not check ourselves: we do not see the client that they saw."""
    sealers: frozenset[str] = frozenset()
    """Domains, lower case, of forwarders whose ARC seals are believed (RFC 8617)."""
    peers: tuple[IPv4Network | IPv6Network, ...] = ()
    """From where those servers hand mail over; empty: from anywhere. Anybody else may have written the field."""

    def believes(self, envelope: Envelope) -> bool:
        """Tell whether what stands in Authentication-Results counts for a mail that came so."""
        if not self.authserv_ids:
            return False
        if not self.peers or envelope.peer_address is None:
            return True
        address = ip_address(envelope.peer_address)
        # A socket that takes both families calls an IPv4 client ::ffff:192.0.2.1.
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.peers)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the author of one mail."""

    author: Address | AuthorFault
    verdict: Verdict
    words: str
    """For staff, one sentence."""
    found: dict[str, Any]
    """JSON-able: everything that was read and checked."""
    signed_at: tuple[int, ...] = ()
    """When the signatures that count were made (seconds since 1970), where they say so."""
    signatures: tuple[bytes, ...] = ()
    """The signatures that count: one that was seen before is an old mail sent again."""
    evidence: tuple[Evidence, ...] = field(default=())


def prove_author(content: bytes, envelope: Envelope, trust: Trust, lookup: Lookup) -> Proof:
    """Return what proves who wrote `content`, a whole mail with CRLF line ends."""
    header, start = read_header(content)
    if trust.believes(envelope):
        return _believe(header, doubt_author(read_author(header), header, content), trust.authserv_ids)
    client = _NOBODY
    if envelope.peer_address is not None:
        client = Client(envelope.peer_address, envelope.helo_name, envelope.mail_from or "")
    result = check_sender(header, content[start:], client, lookup, envelope.received_at)
    return _conclude(result, doubt_author(result.author, header, content), trust)


_NOBODY = Client("0.0.0.0", "", "")  # noqa: S104 - nothing is bound to it
"""Without a name or an address to ask about, SPF says nothing."""


def _believe(header: Header, author: Address | AuthorFault, authserv_ids: Sequence[str]) -> Proof:
    """Judge the topmost Authentication-Results of the servers in front of us."""
    results = _choose([each.raw.partition(b":")[2] for each in header.every(FIELD_NAME.decode())], authserv_ids)
    found: dict[str, Any] = {"by": results.authserv_id if isinstance(results, AuthenticationResults) else None}
    if isinstance(results, AuthenticationResults):
        found["results"] = [_describe_result(result) for result in results.results]
    match author, results:
        case AuthorFault(), _:
            return _refuse(author, found)
        case _, None:
            servers = " or ".join(authserv_ids)
            return Proof(author, Verdict.NONE, f"{servers} has written nothing about the sender", found)
        case _, AuthresFault(reason):
            words = f"what the server in front of us wrote about the sender cannot be read: it {reason}"
            return Proof(author, Verdict.UNCLEAR, words, found)
        case Address(), AuthenticationResults():
            judged = judge_trusted(results, author.domain)
            verdict = Verdict.PASS if judged.authenticated else _read_word(judged.dmarc)
            words = _tell(author, verdict, f"{results.authserv_id}: {judged.reason}")
            return Proof(author, verdict, words, {**found, "dmarc": judged.dmarc, "reason": judged.reason})
    raise AssertionError("every pair is matched above")


def _choose(values: Iterable[bytes], authserv_ids: Sequence[str]) -> AuthenticationResults | AuthresFault | None:
    """Return the topmost field that any of the servers wrote: what stands below may be the sender's own."""
    for value in values:
        for authserv_id in authserv_ids:
            chosen = choose_trusted([value], authserv_id)
            if chosen is not None:
                return chosen
    return None


def _conclude(result: SenderResult, author: Address | AuthorFault, trust: Trust) -> Proof:
    """Judge our own checks."""
    found = _describe_checks(result)
    if isinstance(author, AuthorFault):
        return _refuse(author, found, result.evidence)
    counted = tuple(each for each in result.signatures if each.counts)
    signed_at = tuple(each.signed_at for each in counted if each.signed_at is not None)
    signatures = tuple(each.value for each in counted)
    dmarc = result.dmarc.verdict if result.dmarc else "none"
    verdict = Verdict.PASS if result.authenticated else _read_word(dmarc)
    why = _tell_why(result, counted)
    if verdict not in (Verdict.PASS, Verdict.FAIL) and (sealer := _find_sealer(result, author, trust)):
        verdict, why = Verdict.PASS, f"{sealer}, which forwarded it, vouches for {author.domain}"
    return Proof(author, verdict, _tell(author, verdict, why), found, signed_at, signatures, result.evidence)


def _find_sealer(result: SenderResult, author: Address, trust: Trust) -> str | None:
    """Return the forwarder that found the author's domain standing by the mail, if its word counts."""
    if not result.arc.counts or not result.arc.sets or result.arc.sets[-1].sealer not in trust.sealers:
        return None
    results = parse_authres(result.arc.sets[-1].results_value)
    if isinstance(results, AuthresFault) or not judge_trusted(results, author.domain).authenticated:
        return None
    return result.arc.sets[-1].sealer


def _refuse(author: AuthorFault, found: dict[str, Any], evidence: tuple[Evidence, ...] = ()) -> Proof:
    words = f"it cannot be told for certain who wrote: {author.reason}"
    return Proof(author, Verdict.UNCLEAR, words, {**found, "fault": author.reason}, evidence=evidence)


def _read_word(dmarc: str) -> Verdict:
    return Verdict(dmarc) if dmarc in set(Verdict) - {Verdict.PASS} else Verdict.NONE


def _tell(author: Address, verdict: Verdict, why: str) -> str:
    match verdict:
        case Verdict.PASS:
            return f"the domain {author.domain} stands by this mail ({why})"
        case Verdict.FAIL:
            return f"the domain {author.domain} does not stand by this mail and says that such mail is forged ({why})"
        case Verdict.TEMPERROR:
            return f"whether {author.domain} stands by this mail could not be found out at the time ({why})"
        case _:
            return f"nothing proves that this mail comes from {author.domain} ({why})"


def _tell_why(result: SenderResult, counted: Sequence[SignatureResult]) -> str:
    aligned = result.dmarc.aligned if result.dmarc else ()
    for identifier in aligned:
        signature = next((each for each in counted if each.domain == identifier.domain), None)
        if identifier.method == "dkim" and signature:
            return f"signature of {signature.domain} valid, {signature.bits} bit {signature.algorithm}"
    if aligned:
        return f"{aligned[0].method} of {aligned[0].domain}"
    weak = [
        f"signature of {each.domain}: {', '.join(sorted(each.weaknesses)) or each.reason}" for each in result.signatures
    ]
    return "; ".join([*weak, f"SPF {result.spf.verdict}: {result.spf.reason}"])


def _describe_checks(result: SenderResult) -> dict[str, Any]:
    dmarc = result.dmarc
    return {
        "by": "own checks",
        "spf": {"result": result.spf.verdict, "domain": result.spf.domain, "reason": result.spf.reason},
        "dkim": [_describe_signature(each) for each in result.signatures],
        "dmarc": None
        if dmarc is None
        else {
            "result": dmarc.verdict,
            "reason": dmarc.reason,
            "policy": dmarc.policy,
            "organization": dmarc.organizational_domain,
            "aligned": [f"{each.method} {each.domain}" for each in dmarc.aligned],
        },
        "arc": {
            "result": result.arc.verdict,
            "reason": result.arc.reason,
            "sealers": [each.sealer for each in result.arc.sets],
        },
    }


def _describe_signature(signature: SignatureResult) -> dict[str, Any]:
    return {
        "result": signature.verdict,
        "reason": signature.reason,
        "domain": signature.domain,
        "selector": signature.selector,
        "algorithm": signature.algorithm,
        "bits": signature.bits,
        "weaknesses": sorted(signature.weaknesses),
    }


def _describe_result(result: MethodResult) -> dict[str, Any]:
    properties = {f"{each.ptype}.{each.name}": each.value for each in result.properties}
    return {"method": result.method, "result": result.result, "properties": properties}
