"""DKIM: the probe of each key, verified with what a real name server says."""

from pathlib import Path

import pytest

from mailer.keys import make_key, record_value, split_record
from tests.badgepost.doctor.conftest import keep_key, look, private_key, verdicts
from tests.badgepost.doctor.name_server import NameServer

RSA, ED = "rsa._domainkey.school.example", "ed25519._domainkey.school.example"


def quote(value: str) -> list[str]:
    return [" ".join(f'"{part}"' for part in split_record(value))]


def test_both_keys_verify(patient, names: NameServer, tmp_path: Path) -> None:
    keys = [keep_key(tmp_path, "rsa"), keep_key(tmp_path, "ed25519")]
    names.publish({(RSA, "TXT"): quote(record_value(private_key("rsa")))})
    names.publish({(ED, "TXT"): quote(record_value(private_key("ed25519")))})
    results = look(patient(dkim=keys), "dkim")
    assert verdicts(results) == ["pass", "pass"]
    assert results[0].seen == f"{RSA}: a signed probe verifies, rsa-sha256, 2048 bits"


def test_what_doctor_says_to_publish_is_what_verifies(patient, names: NameServer, tmp_path: Path) -> None:
    someone = patient(dkim=[keep_key(tmp_path, "rsa")])
    [before] = look(someone, "dkim")
    assert (before.verdict.value, "there is no key" in before.seen) == ("fail", True)
    [line] = before.lines
    names.publish_line(line)
    assert verdicts(look(patient(dkim=[keep_key(tmp_path, "rsa")]), "dkim")) == ["pass"]


@pytest.mark.parametrize(
    ("value", "verdict", "words"),
    [
        (record_value(make_key("ed25519")), "fail", "another key is published"),
        ("v=DKIM1; k=ed25519; p=", "fail", "revoked"),
        (record_value(private_key("ed25519")) + "; t=y", "warn", "t=y"),
        (record_value(private_key("ed25519")) + "; s=other", "fail", "not for mail"),
        ("v=DKIM1; k=ed25519; p=AAAA", "fail", "cannot be read"),
        ("hello", "fail", "broken"),
    ],
    ids=["another", "revoked", "testing", "service", "short", "none"],  # keys are made anew in each process
)
def test_a_record_that_does_not_fit(patient, names: NameServer, value: str, verdict: str, words: str) -> None:
    names.publish({(ED, "TXT"): quote(value)})
    result, weak = look(patient(), "dkim")
    assert (result.verdict.value, words in result.seen) == (verdict, True), result
    assert result.lines[0].startswith(f"{ED}. IN TXT ")
    assert "only Ed25519" in weak.seen


def test_two_records_for_one_key(patient, names: NameServer) -> None:
    value = record_value(private_key("ed25519"))
    names.publish({(ED, "TXT"): [*quote(value), *quote(value + "; n=old")]})
    assert look(patient(), "dkim")[0].verdict.value == "fail"


def test_names_that_cannot_be_asked_for_are_no_fail(patient, names: NameServer) -> None:
    names.broken.add(ED)
    assert look(patient(), "dkim")[0].verdict.value == "unknown"


def test_no_key_and_a_file_that_is_missing(patient, tmp_path: Path) -> None:
    [none] = look(patient(dkim=[]), "dkim")
    assert (none.verdict.value, none.lines) == ("fail", ("badgepost keys new --domain school.example",))
    assert verdicts(look(patient(dkim=[], transport="outbox"), "dkim")) == ["warn"]
    key = keep_key(tmp_path, "rsa").model_copy(update={"file": tmp_path / "gone.pem"})
    [missing] = look(patient(dkim=[key]), "dkim")
    assert (missing.verdict.value, "there is no such file" in missing.seen) == ("fail", True)
