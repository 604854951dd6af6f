"""The certificate that our listener shows to mail servers: how long it lasts, and whether its names are the MX's."""

from collections.abc import Iterator
from datetime import UTC
from ipaddress import ip_address

from cryptography import x509

from badgepost.doctor.next_hop import judge_certificate
from badgepost.doctor.patient import CannotKnowError, Patient
from badgepost.doctor.results import Result, failed, passed, warned
from badgepost.doctor.routes import find_mail_hosts
from badgepost.listening import load_tls
from badgepost.refusal import Refusal
from inbound.authentication.dns import TemporaryFailure


def check_listener_tls(patient: Patient) -> Iterator[Result]:
    """Can servers that verify certificates hand mail over?"""
    listener = patient.settings.listener
    if not listener.enabled:
        raise CannotKnowError("no listener is started from here", "see listener.enabled")
    if listener.tls_certificate is None:
        yield _judge_plain(listener.host)
        return
    try:
        load_tls(listener)
        certificate = x509.load_pem_x509_certificate(listener.tls_certificate.read_bytes())
    except (Refusal, ValueError) as fault:
        yield failed(str(fault), "mend listener.tls_certificate and listener.tls_key")
        return
    ends = certificate.not_valid_after_utc.astimezone(UTC)
    problem = judge_certificate(str(listener.tls_certificate), ends, patient.clock())
    yield problem or passed(f"{listener.tls_certificate} lasts until {ends:%Y-%m-%d}")
    yield from _judge_names(patient, _read_names(certificate))


def _judge_plain(host: str) -> Result:
    if _is_private(host):
        return passed(f"no STARTTLS at {host}, which only servers near by reach")
    seen = f"mail comes in at {host} in the clear: no certificate is set"
    return warned(seen, "set listener.tls_certificate, or listen for a server on this machine alone")


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_private and not address.is_unspecified


def _read_names(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {name.lower() for name in names.get_values_for_type(x509.DNSName)}


def _judge_names(patient: Patient, names: set[str]) -> Iterator[Result]:
    """A certificate for another name is as none for whoever verifies (MTA-STS, RFC 8461; DANE)."""
    hosts = find_mail_hosts(patient.lookup, patient.settings.mail_domain)
    helo = patient.settings.helo_name.lower()
    # Where others are the MX, they verify ours by a name that we do not know.
    if isinstance(hosts, TemporaryFailure) or helo not in hosts:
        return
    if helo not in names and f"*.{helo.partition('.')[2]}" not in names:
        seen = f"the certificate is for {', '.join(sorted(names)) or 'no name'}, and the MX is {helo}"
        yield warned(seen, f"have one made for {helo}")
