"""The ways by name: where mail to us goes (MX), and what the address that ours leaves from is called (PTR)."""

from collections.abc import Iterator
from ipaddress import ip_address

from badgepost.doctor.patient import Patient, domain_of
from badgepost.doctor.results import ASK_AGAIN, Result, failed, passed, unknown, warned
from inbound.authentication.dns import Answers, Lookup, RecordType, TemporaryFailure

_NULL_MX = ("", ".")
"""RFC 7505: the domain takes no mail."""


def check_mx(patient: Patient) -> Iterator[Result]:
    """Do bounces, replies and requests find a mail server?"""
    settings = patient.settings
    support = domain_of(settings.support_address)
    for domain, what in dict.fromkeys([(settings.mail_domain, "bounces and replies"), (support, "requests")]):
        patient.refuse_example(domain)
        yield _judge_mx(patient, domain, what)


def check_ptr(patient: Patient) -> Iterator[Result]:
    """Does the address that mail leaves from have a name that leads back to it?"""
    if not patient.egress:
        yield unknown(
            "the name of the address that mail leaves from",
            "name it: --egress ADDRESS, or egress in the settings; behind a relay it is the relay's",
        )
    for address in patient.egress:
        yield _judge_ptr(patient.lookup, address)


def find_mail_hosts(lookup: Lookup, domain: str) -> tuple[str, ...] | TemporaryFailure:
    """Return the hosts that take mail for a domain (RFC 5321 section 5.1), lower case; none: it takes no mail."""
    answer = lookup(domain, "MX")
    if isinstance(answer, TemporaryFailure):
        return answer
    if isinstance(answer, Answers):
        return tuple(host.lower().removesuffix(".") for host in answer.records if host not in _NULL_MX)
    addresses = _find_addresses(lookup, domain)
    if isinstance(addresses, TemporaryFailure):
        return addresses
    return (domain.lower(),) if addresses else ()


def _judge_mx(patient: Patient, domain: str, what: str) -> Result:
    hosts = find_mail_hosts(patient.lookup, domain)
    if isinstance(hosts, TemporaryFailure):
        return unknown(f"the MX of {domain} could not be asked for", ASK_AGAIN)
    if not hosts:
        name = patient.settings.helo_name or "YOUR-MAIL-SERVER"
        seen = f"{domain} has no mail server: {what} to it are lost"
        return failed(seen, "publish one", f"{domain}. IN MX 10 {name}.")
    found = [_find_addresses(patient.lookup, host) for host in hosts]
    if any(isinstance(one, TemporaryFailure) for one in found):
        return unknown(f"the addresses of {', '.join(hosts)} could not be asked for", ASK_AGAIN)
    dead = [host for host, addresses in zip(hosts, found, strict=True) if not addresses]
    if len(dead) == len(hosts):
        return failed(f"the mail server of {domain}, {', '.join(dead)}, has no address", "publish its A or AAAA record")
    if dead:
        return warned(
            f"of the mail servers of {domain}, {', '.join(dead)} has no address", "publish it, or take it out"
        )
    return passed(f"{what} to {domain} go to {', '.join(hosts)}: {_tell_whose(patient, hosts)}")


def _tell_whose(patient: Patient, hosts: tuple[str, ...]) -> str:
    listener = patient.settings.listener
    if patient.settings.helo_name.lower() in hosts:
        return "our own listener's name"
    return f"another server, which must hand mail over to {listener.protocol.upper()} {listener.host}:{listener.port}"


def _judge_ptr(lookup: Lookup, address: object) -> Result:
    ip = ip_address(str(address))
    answer = lookup(ip.reverse_pointer, "PTR")
    if isinstance(answer, TemporaryFailure):
        return unknown(f"the name of {ip} could not be asked for", ASK_AGAIN)
    names = [name for name in answer.records if name] if isinstance(answer, Answers) else []
    remedy = "have whoever owns the address set its PTR to the full name of the machine, with an A or AAAA record back"
    if not names:
        return failed(f"{ip} has no name (PTR): Gmail and others refuse its mail", remedy)
    kind: RecordType = "A" if ip.version == 4 else "AAAA"
    back = [lookup(name, kind) for name in names]
    for name, found in zip(names, back, strict=True):
        if isinstance(found, Answers) and str(ip) in found.records:
            return passed(f"{ip} is called {name}, which leads back to it")
    if any(isinstance(found, TemporaryFailure) for found in back):
        return unknown(f"whether {', '.join(names)} leads back to {ip}", ASK_AGAIN)
    return failed(f"{ip} is called {', '.join(names)}, which does not lead back to it", remedy)


def _find_addresses(lookup: Lookup, host: str) -> tuple[str, ...] | TemporaryFailure:
    kinds: tuple[RecordType, ...] = ("A", "AAAA")
    answers = [lookup(host, kind) for kind in kinds]
    found = tuple(address for answer in answers if isinstance(answer, Answers) for address in answer.records)
    failure = next((answer for answer in answers if isinstance(answer, TemporaryFailure)), None)
    return failure if failure is not None and not found else found
