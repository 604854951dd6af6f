"""ARC against its suite, and what a whole chain tells."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from inbound.authentication.arc import ArcResult, validate_arc
from inbound.authentication.dkim_verify import Weakness
from inbound.authentication.dns import Answer, Answers, Lookup, NoSuchName, RecordType, TemporaryFailure
from wire.authres import AuthenticationResults, parse_authres
from wire.message import read_header


def _load(shared: Path) -> list[dict[str, Any]]:
    text = (shared / "corpora/arc/arc-draft-validation-tests.yml").read_text("utf-8")
    return [scenario for scenario in yaml.safe_load_all(text) if scenario]


def _table(zone: dict[str, str]) -> Lookup:
    def lookup(name: str, _: RecordType) -> Answer:
        return Answers((zone[name],)) if name in zone else NoSuchName()

    return lookup


def _validate(text: str, lookup: Lookup) -> ArcResult:
    mail = text.replace("\n", "\r\n").encode()
    header, body = read_header(mail)
    return validate_arc(header, mail[body:], lookup)


def test_the_suite(shared: Path) -> None:
    wrong, count = {}, 0
    for scenario in _load(shared):
        lookup = _table(scenario["txt-records"])
        for name, case in scenario["tests"].items():
            count += 1
            expected = (case["cv"] or "Fail").lower()
            result = _validate(case["message"], lookup)
            if result.verdict != expected:
                wrong[name] = (expected, result.verdict, result.reason)
    assert count == 171
    assert wrong == {}


@pytest.fixture
def forwarded(shared: Path) -> tuple[str, Lookup]:
    """A mail that was forwarded twice, and its DNS."""
    scenario = _load(shared)[0]
    return scenario["tests"]["cv_pass_i2_1"]["message"], _table(scenario["txt-records"])


def test_a_whole_chain_tells_who_sealed_and_what_was_found(forwarded: tuple[str, Lookup]) -> None:
    result = _validate(*forwarded)
    assert [(found.instance, found.sealer) for found in result.sets] == [(1, "example.org"), (2, "example.org")]
    first = parse_authres(result.sets[0].results_value)
    assert isinstance(first, AuthenticationResults)
    assert [(found.method, found.result) for found in first.results][:2] == [("spf", "pass"), ("dkim", "pass")]


def test_a_chain_that_leaves_the_sender_open_does_not_count(shared: Path, forwarded: tuple[str, Lookup]) -> None:
    assert _validate(*forwarded).counts
    scenario = next(found for found in _load(shared) if "ams_fields_h_empty" in found["tests"])
    result = _validate(scenario["tests"]["ams_fields_h_empty"]["message"], _table(scenario["txt-records"]))
    assert result.verdict == "pass"
    assert Weakness.FROM_UNSIGNED in result.weaknesses


def test_a_broken_chain_tells_nothing(forwarded: tuple[str, Lookup]) -> None:
    mail, lookup = forwarded
    assert "dmarc=pass" in mail
    result = _validate(mail.replace("dmarc=pass", "dmarc=fail", 1), lookup)
    assert (result.verdict, result.sets) == ("fail", ())


def test_a_key_that_cannot_be_asked_for_leaves_it_open(forwarded: tuple[str, Lookup]) -> None:
    def down(name: str, record_type: RecordType) -> Answer:
        return TemporaryFailure()

    assert _validate(forwarded[0], down).verdict == "temperror"


def test_a_mail_without_a_chain() -> None:
    assert _validate("From: a@bank.example\n\nhello\n", _table({})).verdict == "none"


@pytest.mark.parametrize(
    "field", ["ARC-Seal: i=1", "ARC-Authentication-Results: i=1; x; none", "ARC-Message-Signature: i=0"]
)
def test_a_part_of_a_set_is_a_broken_chain(field: str) -> None:
    assert _validate(f"{field}\nFrom: a@bank.example\n\nhello\n", _table({})).verdict == "fail"
