"""SPF, DMARC and alignment: what the domains publish about who sends for them."""

from collections.abc import Iterator

from badgepost.doctor.patient import Egress, Patient
from badgepost.doctor.results import ASK_AGAIN, Result, failed, passed, unknown, warned
from inbound.authentication.dmarc import DmarcResult, Identifier, check_dmarc
from inbound.authentication.dns import Answers, Lookup, TemporaryFailure, is_host_name
from inbound.authentication.spf import MAX_TERMS, SpfResult, check_spf
from inbound.authentication.spf_record import SpfSyntaxFault, is_spf, parse_spf
from inbound.authentication.suffixes import registered_domain
from mailer.keys import zone_line
from wire.tags import TagFault, parse_tags

_NOBODY = "192.0.2.1"
"""An address that is nobody's (RFC 5737): what it comes to is what the record says of everybody else."""
_MANY_TERMS = 8
"""Of the ten: the next provider that is added may be one too many."""


def check_spf_record(patient: Patient) -> Iterator[Result]:
    """Does the envelope's domain say who may send for it, and is that us?"""
    domain = patient.settings.mail_domain
    patient.refuse_example(domain)
    answer = patient.lookup(domain, "TXT")
    if isinstance(answer, TemporaryFailure):
        yield unknown(f"the record of {domain} could not be asked for", ASK_AGAIN)
        return
    texts = [text for text in answer.records if is_spf(text)] if isinstance(answer, Answers) else []
    if len(texts) != 1:
        seen = f"{domain} has {len(texts) or 'no'} SPF record{'s' if texts else ''}, and needs one"
        yield failed(seen, "publish this, with your relay's addresses", _suggest(domain, patient.egress, texts))
        return
    record = parse_spf(texts[0])
    if isinstance(record, SpfSyntaxFault):
        seen = f"the SPF record of {domain} is broken, and counts as none: {record.reason}"
        yield failed(seen, "correct it", zone_line(domain, texts[0]))
        return
    yield from _judge_spf(patient, domain, texts[0])


def check_dmarc_record(patient: Patient) -> Iterator[Result]:
    """Does each From domain say what is to be done with mail that is not its own, and who is told?"""
    for domain in patient.from_domains:
        patient.refuse_example(domain)
        yield from _judge_dmarc(patient, domain, _ask_dmarc(patient, domain))


def check_alignment(patient: Patient) -> Iterator[Result]:
    """Does what DKIM and SPF vouch for belong to the organisation that From names?"""
    for domain in patient.from_domains:
        patient.refuse_example(domain)
        yield _judge_alignment(domain, _ask_dmarc(patient, domain), patient)


def _ask_dmarc(patient: Patient, domain: str) -> DmarcResult:
    """Return the verdict on a mail from `domain` of which every signature and SPF pass."""
    passing = [Identifier("dkim", key.domain.lower()) for key in patient.settings.dkim]
    return check_dmarc(domain, [*passing, Identifier("spf", patient.settings.mail_domain)], [], patient.lookup)


def _judge_spf(patient: Patient, domain: str, text: str) -> Iterator[Result]:
    everybody = _ask_spf(patient, _NOBODY)
    published = zone_line(domain, text)
    if everybody.verdict == "temperror":
        yield unknown(f"what the record of {domain} refers to could not be asked for: {everybody.reason}", ASK_AGAIN)
        return
    if everybody.verdict == "permerror":
        seen = f"the SPF record of {domain} counts as none: {everybody.reason}"
        yield failed(seen, f"correct it; more than {MAX_TERMS} look-ups are an error, too", published)
        return
    if everybody.verdict == "pass":
        seen = f"the SPF record of {domain} lets everybody send for it ({everybody.reason})"
        yield failed(seen, "end it in ~all or -all", published)
        return
    if everybody.verdict in ("neutral", "none"):
        yield warned(f"the SPF record of {domain} does not say who may not send ({everybody.reason})",
                     "end it in ~all or -all", published)  # fmt: skip
    elif everybody.terms >= _MANY_TERMS:
        seen = f"the SPF record of {domain} takes {everybody.terms} of the {MAX_TERMS} look-ups that are allowed"
        yield warned(seen, "name addresses in place of include, a and mx where you can")
    else:
        yield passed(f"{domain}: {text} ({everybody.terms} of {MAX_TERMS} look-ups)")
    yield from _judge_egress(patient, domain, text)


def _judge_egress(patient: Patient, domain: str, text: str) -> Iterator[Result]:
    if not patient.egress:
        yield unknown(
            f"whether the SPF record of {domain} has the address that mail leaves from",
            "name it: --egress ADDRESS, or egress in the settings; behind a relay it is the relay's",
        )
    for address in patient.egress:
        found = _ask_spf(patient, str(address))
        if found.verdict == "pass":
            yield passed(f"{address} may send for {domain}: {found.reason}")
        elif found.verdict == "temperror":
            yield unknown(f"whether {address} may send for {domain}: {found.reason}", ASK_AGAIN)
        else:
            seen = f"{address} may not send for {domain}: {found.verdict}, {found.reason}"
            yield failed(seen, "add it", _suggest(domain, (address,), [text]))


def _ask_spf(patient: Patient, address: str) -> SpfResult:
    domain = patient.settings.mail_domain
    return check_spf(address, f"bounce+probe@{domain}", domain, patient.lookup, patient.clock())


def _suggest(domain: str, egress: Egress, texts: list[str]) -> str:
    """Return the one record to publish: with all that the ones there say, and the addresses that are known."""
    known = list(dict.fromkeys(term for text in texts for term in text.split()[1:]))
    ends = [term for term in known if term.lower() in ("-all", "~all")]
    ends += [term for term in known if term.lower().startswith("redirect=")]  # beside an “all” it counts for nothing
    others = [term for term in known if term not in ends and not term.lower().endswith("all")]
    ours = [f"ip{address.version}:{address}" for address in egress]
    terms = [*others, *(our for our in ours if our not in others)] or ["ip4:ADDRESS-OF-YOUR-RELAY"]
    return zone_line(domain, " ".join(["v=spf1", *terms, *(ends[:1] or ["~all"])]))


def _judge_dmarc(patient: Patient, domain: str, found: DmarcResult) -> Iterator[Result]:
    if found.verdict in ("temperror", "permerror"):
        yield unknown(f"the DMARC policy of {domain}: {found.reason}", ASK_AGAIN)
        return
    record = found.record
    if record is None:
        wanted = f"v=DMARC1; p=none; rua=mailto:postmaster@{patient.settings.mail_domain}"
        seen = f"{domain} has no DMARC record: Gmail and Microsoft refuse bulk mail of such domains"
        yield failed(seen, "publish this; tighten p= when the reports look well", zone_line(f"_dmarc.{domain}", wanted))
        return
    where = f"_dmarc.{record.domain}"
    if not record.reports_to:
        yield warned(
            f"{where}: p={found.policy}, and nobody is told what others see (rua)",
            "add rua=mailto:… to the record: reports show who sends in your name, and what of yours fails",
        )
        return
    yield from _judge_reports(patient.lookup, domain, found)


def _judge_reports(lookup: Lookup, domain: str, found: DmarcResult) -> Iterator[Result]:
    """A mailbox of another organisation must agree to have the reports (RFC 9990 section 4)."""
    assert found.record is not None
    place, silent = found.record.domain, []
    for uri in found.record.reports_to:
        host = uri.partition("!")[0].rpartition("@")[2].lower()
        if not uri.lower().startswith("mailto:") or not is_host_name(host):
            silent.append(f"{uri} (no mailto: address)")
        elif registered_domain(host) != registered_domain(place):
            answer = lookup(f"{place}._report._dmarc.{host}", "TXT")
            if not isinstance(answer, TemporaryFailure) and not _agrees(answer):
                silent.append(f"{host} (no record {place}._report._dmarc.{host})")
    if silent:
        yield warned(f"_dmarc.{place}: reports go nowhere: {', '.join(silent)}", "have that domain publish “v=DMARC1”")
    else:
        yield passed(f"{domain}: p={found.policy}, reports to {', '.join(found.record.reports_to)}")


def _agrees(answer: object) -> bool:
    texts = answer.records if isinstance(answer, Answers) else ()
    tags = [parse_tags(text) for text in texts]
    return any(not isinstance(one, TagFault) and one.get("v") == "DMARC1" for one in tags)


def _judge_alignment(domain: str, found: DmarcResult, patient: Patient) -> Result:
    ways = list(dict.fromkeys(f"{one.method.upper()} of {one.domain}" for one in found.aligned))
    by_dkim = any(one.method == "dkim" for one in found.aligned)
    if by_dkim:
        return passed(f"From {domain} is aligned with {' and '.join(ways)}")
    if found.verdict == "temperror":
        return unknown(f"alignment of {domain}: {found.reason}", ASK_AGAIN)
    signed = ", ".join(dict.fromkeys(key.domain for key in patient.settings.dkim)) or "nothing"
    if found.aligned:
        seen = f"From {domain} is aligned with {' and '.join(ways)} alone (signed by {signed}): forwarded mail fails"
        return warned(seen, "sign with a key of that domain", f"badgepost keys new --domain {domain}")
    seen = f"From {domain} is aligned with nothing: signed by {signed}, envelope of {patient.settings.mail_domain}"
    remedy = "sign with a key of that domain, or put From and mail_domain below one organisation's domain"
    return failed(seen, remedy, f"badgepost keys new --domain {domain}")
