"""SPF, DMARC and alignment, asked of a real name server."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.badgepost.doctor.conftest import keep_key, look, verdicts
from tests.badgepost.doctor.name_server import NameServer

MAIL = "mail.school.example"
EGRESS = (ip_address("198.51.100.7"), ip_address("2001:db8::7"))


def spf(*texts: str) -> dict[tuple[str, str], list[str]]:
    return {(MAIL, "TXT"): [f'"{text}"' for text in texts]}


def test_a_record_that_lets_us_send(patient, names: NameServer) -> None:
    names.publish(spf("v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/64 -all", "something else"))
    results = look(patient(), "spf", egress=EGRESS)
    assert verdicts(results) == ["pass", "pass", "pass"]
    assert "0 of 10 look-ups" in results[0].seen
    assert verdicts(look(patient(), "spf")) == ["pass", "unknown"]


def test_what_doctor_says_to_publish_lets_us_send(patient, names: NameServer) -> None:
    [none] = look(patient(), "spf", egress=EGRESS)
    assert (none.verdict.value, "no SPF record" in none.seen) == ("fail", True)
    names.publish_line(none.lines[0])
    assert verdicts(look(patient(), "spf", egress=EGRESS)) == ["pass", "pass", "pass"]


def test_what_is_there_stays_when_an_address_is_added(patient, names: NameServer) -> None:
    names.publish(spf("v=spf1 ip4:192.0.2.99 -all"))
    results = look(patient(), "spf", egress=EGRESS[:1])
    assert verdicts(results) == ["pass", "fail"]
    assert results[1].lines == (f'{MAIL}. IN TXT "v=spf1 ip4:192.0.2.99 ip4:198.51.100.7 -all"',)


def test_a_record_that_leads_on_still_does(patient, names: NameServer) -> None:
    names.publish(spf("v=spf1 redirect=other.example") | {("other.example", "TXT"): ['"v=spf1 -all"']})
    *_, missing = look(patient(), "spf", egress=EGRESS[:1])
    assert missing.lines == (f'{MAIL}. IN TXT "v=spf1 ip4:198.51.100.7 redirect=other.example"',)


@pytest.mark.parametrize(
    ("texts", "verdict", "words"),
    [
        (["v=spf1 -all", "v=spf1 ~all"], "fail", "has 2 SPF records"),
        (["v=spf1 ip4:300.1.1.1 -all"], "fail", "is broken"),
        (["v=spf1 +all"], "fail", "lets everybody send"),
        (["v=spf1 ip4:198.51.100.7"], "warn", "does not say who may not send"),
        (["v=spf1 ?all"], "warn", "does not say who may not send"),
        (["v=spf1 " + "a:h.school.example " * 11 + "-all"], "fail", "more than 10 terms"),
        (["v=spf1 " + "a:h.school.example " * 9 + "-all"], "warn", "9 of the 10"),
        (["v=spf1 include:gone.example -all"], "fail", "gone.example is included"),
        (["v=spf1 include:broken.example -all"], "unknown", "could not be asked for"),
    ],
)
def test_a_record_that_is_none(patient, names: NameServer, texts: list[str], verdict: str, words: str) -> None:
    names.publish(spf(*texts) | {("h.school.example", "A"): ["198.51.100.80"]})
    names.broken.add("broken.example")
    first = look(patient(), "spf", egress=EGRESS[:1])[0]
    assert first.verdict.value == verdict, first
    assert words in first.seen, first


def test_silence_is_no_fail(patient, names: NameServer) -> None:
    names.broken |= {MAIL, "_dmarc.school.example", "_dmarc.mail.school.example"}
    assert verdicts(look(patient(), "spf")) == ["unknown"]
    assert verdicts(look(patient(), "dmarc")) == ["unknown"]
    # The very domain of From signs: that much is known without the DNS.
    assert verdicts(look(patient(), "alignment")) == ["pass"]
    assert verdicts(look(patient(mail_domain="other.example", dkim=[]), "alignment")) == ["unknown"]


def test_an_example_name_is_unknown_while_nothing_is_sent(patient) -> None:
    for check in ("spf", "dmarc", "alignment", "mx"):
        assert verdicts(look(patient(transport="outbox"), check)) == ["unknown"]


def test_dmarc(patient, names: NameServer) -> None:
    [none] = look(patient(), "dmarc")
    assert (none.verdict.value, "has no DMARC record" in none.seen) == ("fail", True)
    names.publish_line(none.lines[0])
    [found] = look(patient(), "dmarc")
    assert (found.verdict.value, found.seen) == (
        "pass",
        "school.example: p=none, reports to mailto:postmaster@mail.school.example",
    )


@pytest.mark.parametrize(
    ("text", "agrees", "verdict"),
    [
        ("v=DMARC1; p=reject", False, "warn"),
        ("v=DMARC1; p=reject; rua=mailto:d@reports.example", False, "warn"),
        ("v=DMARC1; p=reject; rua=mailto:d@reports.example!10m", True, "pass"),
        ("v=DMARC1; p=reject; rua=https://reports.example/", True, "warn"),
        ("v=DMARC2; p=reject", False, "fail"),
    ],
)
def test_reports(patient, names: NameServer, text: str, agrees: bool, verdict: str) -> None:
    names.publish({("_dmarc.school.example", "TXT"): [f'"{text}"']})
    if agrees:
        names.publish({("school.example._report._dmarc.reports.example", "TXT"): ['"v=DMARC1;"']})
    assert verdicts(look(patient(), "dmarc")) == [verdict]


@pytest.mark.parametrize(
    ("signed_by", "envelope", "strict", "verdict"),
    [
        ("school.example", "bounces.elsewhere.example", False, "pass"),
        ("mail.school.example", "mail.school.example", False, "pass"),
        ("mail.school.example", "bounces.elsewhere.example", True, "fail"),
        ("elsewhere.example", "mail.school.example", False, "warn"),
        ("elsewhere.example", "bounces.elsewhere.example", False, "fail"),
    ],
)
def test_alignment(patient, names: NameServer, tmp_path: Path, *, signed_by, envelope, strict, verdict) -> None:
    text = "v=DMARC1; p=none" + ("; adkim=s; aspf=s" if strict else "")
    names.publish({("_dmarc.school.example", "TXT"): [f'"{text}"']})
    someone = patient(dkim=[keep_key(tmp_path, "ed25519", signed_by)], mail_domain=envelope)
    results = look(someone, "alignment")
    assert verdicts(results) == [verdict], results


def test_each_from_domain_is_looked_at(patient) -> None:
    results = look(patient(notices_from="n@notices.example"), "alignment")
    assert verdicts(results) == ["pass", "fail"]
