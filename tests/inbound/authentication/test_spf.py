"""SPF against the RFC 7208 suite, against pyspf, and where records are written to cost us."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import spf as pyspf
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inbound.authentication.dns import Answer, Answers, Lookup, NoData, NoSuchName, RecordType, TemporaryFailure
from inbound.authentication.spf import check_spf
from inbound.authentication.spf_record import SpfRecord, SpfSyntaxFault, parse_spf

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class SuiteZone:
    """The DNS of one scenario, as the suite's README has it."""

    def __init__(self, zone: dict[str, list[Any]]) -> None:
        self.zone = {name.lower(): records for name, records in zone.items()}

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        if name.lower() not in self.zone:
            return NoSuchName()
        found: list[str] = []
        entries = self.zone[name.lower()]
        aliases = [entry["CNAME"] for entry in entries if isinstance(entry, dict) and "CNAME" in entry]
        if aliases:
            return self(aliases[0], record_type)
        own_text = any(isinstance(entry, dict) and "TXT" in entry for entry in entries)
        for entry in entries:
            if entry == "TIMEOUT":
                if not found:
                    return TemporaryFailure()
                continue
            kind, value = next(iter(entry.items()))
            if kind == "SPF" and not own_text:
                kind = "TXT"
            if kind != record_type or value == "NONE":
                continue
            if value == "TIMEOUT":
                return TemporaryFailure()
            found.append(_write(kind, value))
        return Answers(tuple(found)) if found else NoData()


def _write(kind: str, value: Any) -> str:
    if kind == "MX":
        return str(value[1]).removesuffix(".")
    if kind == "TXT":
        text = "".join(value) if isinstance(value, list) else value
        return text.encode("utf-8").decode("latin-1")
    return str(value).removesuffix(".")


def _judge(case: dict[str, Any], zone: Lookup) -> list[str]:
    """Return what is wrong with the result of one case."""
    expected = case["result"] if isinstance(case["result"], str) else case["result"][0]
    found = check_spf(str(case["host"]), case["mailfrom"], case["helo"], zone, NOW)
    wrong = [] if found.verdict == expected else [f"{found.verdict} for {expected}: {found.reason}"]
    explanation = case.get("explanation")
    wanted = None if explanation == "DEFAULT" else explanation
    if explanation is not None and found.explanation != wanted:
        wrong.append(f"{found.explanation!r} for {explanation!r}")
    return wrong


def test_the_suite_of_rfc_7208(shared: Path) -> None:
    scenarios = list(yaml.safe_load_all((shared / "corpora/spf/rfc7208-tests.yml").read_text("utf-8")))
    wrong, count = {}, 0
    for scenario in scenarios:
        zone = SuiteZone(scenario["zonedata"])
        for name, case in scenario["tests"].items():
            count += 1
            if found := _judge(case, zone):
                wrong[name] = found
    assert count == 203
    assert wrong == {}


def _zone(records: dict[str, dict[RecordType, tuple[str, ...]]]) -> Lookup:
    def lookup(name: str, record_type: RecordType) -> Answer:
        found = records.get(name, {}).get(record_type)
        return Answers(found) if found else NoSuchName()

    return lookup


TERMS = st.lists(
    st.sampled_from(
        [
            "a",
            "mx",
            "-all",
            "~all",
            "?all",
            "ip4:192.0.2.0/24",
            "ip4:192.0.2.1",
            "ip6:2001:db8::/32",
            "a:b.example/24",
            "include:c.example",
            "redirect=c.example",
            "exists:%{i}.x.example",
            "-exists:%{l}.x.example",
            "a//64",
            "ptr",
            "+a:gone.example",
            "mx:gone.example",
            "exp=e.example",
            "a:",
            "ip4:1.2.3",
            "foo",
            "-mx/30",
            "include:none.example",
            "redirect=%{d2}",
            "exists:%{d1r-}.example",
            "all:",
            "a:%{x}.example",
            "a:b.example.",
        ]
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TERMS, TERMS, st.sampled_from(["192.0.2.1", "192.0.2.200", "198.51.100.7", "2001:db8::1"]))
def test_pyspf_says_the_same(terms: list[str], included: list[str], ip: str) -> None:
    records: dict[str, dict[RecordType, tuple[str, ...]]] = {
        "a.example": {"TXT": (" ".join(["v=spf1", *terms]),), "A": ("192.0.2.1",), "MX": ("b.example",)},
        "b.example": {"A": ("198.51.100.9",), "AAAA": ("2001:db8::7",)},
        "c.example": {
            "TXT": (" ".join(["v=spf1", *(term for term in included if "c.example" not in term)]),),
            "A": ("198.51.100.7",),
        },
        "alice.x.example": {"A": ("127.0.0.2",)},
        "192.0.2.1.x.example": {"A": ("127.0.0.2",)},
    }
    lookup = _zone(records)
    found = check_spf(ip, "alice@a.example", "b.example", lookup, NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyspf, "DNSLookup", lambda name, kind, *_, **__: list(_answer_pyspf(lookup, name, kind)))
        query = pyspf.query(i=ip, s="alice@a.example", h="b.example", strict=1)
        assert found.verdict == query.check()[0], found.reason


def _answer_pyspf(lookup: Lookup, name: str, kind: RecordType) -> Iterator[tuple[tuple[str, str], object]]:
    answer = lookup(name.lower(), kind)
    for record in answer.records if isinstance(answer, Answers) else ():
        value: object = record
        if kind == "TXT":
            value = (record.encode(),)
        elif kind == "MX":
            value = (10, record)
        elif kind == "AAAA":
            value = ipaddress.IPv6Address(record).packed
        yield (name, kind), value


def test_the_null_sender_is_judged_by_helo() -> None:
    lookup = _zone({"mx.example": {}, "mx.bank.example": {"TXT": ("v=spf1 ip4:192.0.2.1 -all",)}})
    assert check_spf("192.0.2.1", "", "mx.bank.example", lookup, NOW).verdict == "pass"
    assert check_spf("::ffff:192.0.2.2", "", "mx.bank.example", lookup, NOW).verdict == "fail"


def test_a_record_that_includes_itself_ends() -> None:
    lookup = _zone({"bank.example": {"TXT": ("v=spf1 include:bank.example -all",)}})
    assert check_spf("192.0.2.1", "a@bank.example", "x", lookup, NOW).verdict == "permerror"


def test_a_name_without_a_record_says_nothing_for_the_domain_above() -> None:
    lookup = _zone({"bank.example": {"TXT": ("v=spf1 +all",)}})
    assert check_spf("192.0.2.1", "a@sub.bank.example", "x", lookup, NOW).verdict == "none"


def test_long_records_are_read_in_linear_time() -> None:
    for text in ("a:" + "a" * 60_000 + "!", "a:" + "a." * 30_000 + "-", "exists:" + "%{d1" * 15_000, "-" * 60_000):
        assert isinstance(parse_spf("v=spf1 " + text), SpfSyntaxFault)


@given(st.text(st.characters(max_codepoint=255), max_size=80) | st.text("aipx46:/%{}dlr. =-+~?", max_size=60))
def test_any_text_gives_a_value(text: str) -> None:
    assert isinstance(parse_spf("v=spf1 " + text), SpfRecord | SpfSyntaxFault)
