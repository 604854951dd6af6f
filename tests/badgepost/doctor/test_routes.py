"""MX and PTR, asked of a real name server."""

from ipaddress import ip_address

import pytest

from tests.badgepost.doctor.conftest import look, verdicts
from tests.badgepost.doctor.name_server import NameServer

BOTH = ("mail.school.example", "school.example")


def publish_mx(names: NameServer, *hosts: str) -> None:
    for domain in BOTH:
        names.publish({(domain, "MX"): [f"{number} {host}" for number, host in enumerate(hosts)]})


def test_mail_goes_to_us(patient, names: NameServer) -> None:
    publish_mx(names, "mx.school.example.")
    names.publish({("mx.school.example", "A"): ["198.51.100.7"]})
    bounces, requests = look(patient(), "mx")
    assert (bounces.verdict.value, requests.verdict.value) == ("pass", "pass")
    assert bounces.seen == "bounces and replies to mail.school.example go to mx.school.example: our own listener's name"
    assert (
        "another server, which must hand mail over to SMTP 127.0.0.1:2525"
        in look(patient(helo_name="x.y"), "mx")[0].seen
    )


@pytest.mark.parametrize(
    ("hosts", "zone", "verdict"),
    [
        ((), {}, "fail"),
        ((), {("mail.school.example", "A"): ["198.51.100.7"]}, "pass"),
        (("."), {}, "fail"),
        (("gone.school.example.",), {}, "fail"),
        (("gone.school.example.", "mx.school.example."), {("mx.school.example", "AAAA"): ["2001:db8::7"]}, "warn"),
        (("broken.example.",), {}, "unknown"),
    ],
)
def test_mail_servers(patient, names: NameServer, hosts: tuple[str, ...], zone, verdict: str) -> None:
    if hosts:
        publish_mx(names, *hosts)
    names.publish(zone)
    names.broken.add("broken.example")
    assert look(patient(), "mx")[0].verdict.value == verdict


def test_names_of_the_address(patient, names: NameServer) -> None:
    known, lost, nameless, silent = (ip_address(f"198.51.100.{last}") for last in (7, 8, 9, 10))
    six = ip_address("2001:db8::7")
    names.publish(
        {
            (known.reverse_pointer, "PTR"): ["out.school.example."],
            ("out.school.example", "A"): [str(known)],
            (six.reverse_pointer, "PTR"): ["six.school.example."],
            ("six.school.example", "AAAA"): [str(six)],
            (lost.reverse_pointer, "PTR"): ["out.school.example.", "gone.school.example."],
        }
    )
    names.broken.add(silent.reverse_pointer)
    results = look(patient(), "ptr", egress=(known, six, lost, nameless, silent))
    assert verdicts(results) == ["pass", "pass", "fail", "fail", "unknown"]
    assert verdicts(look(patient(), "ptr")) == ["unknown"]
