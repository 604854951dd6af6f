"""The mails themselves: samples of a real programme, as they would go over the wire."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from badgepost.doctor.mails import check_templates
from badgepost.doctor.patient import Patient
from badgepost.doctor.samples import make_samples, measure_largest
from badgepost.setting_groups import Relay, Retry
from mailer import compose
from tests.badgepost.doctor.conftest import keep_key, look, verdicts
from tests.web.house import House


@pytest.fixture
def sender(lasting_house: House, tmp_path: Path) -> Callable[..., Patient]:
    """The sample programme, as an installation that sends."""

    def make(**changes: Any) -> Patient:
        house = lasting_house
        keys = [keep_key(tmp_path, "ed25519")]
        usual = {"transport": "smtp", "relays": [Relay(host="127.0.0.1", port=1)], "dkim": keys}
        settings = house.service.settings.model_copy(update=usual | changes)
        site = replace(house.service.site, base_url=settings.base_url)
        office = replace(house.service.office, site=site)
        service = replace(house.service, settings=settings, site=site, office=office)
        return Patient(settings, _ask_nobody, house.clock, given=service)

    return make


def _ask_nobody(name: str, record_type: str) -> Any:
    raise AssertionError(f"{record_type} of {name} was asked for")


def test_samples_are_of_every_kind_that_goes_to_many(sender) -> None:
    samples = make_samples(sender())
    assert {sample.kind for sample in samples} == {"issuance", "reminder", "expiry_notice"}
    assert all(sample.mail.data.startswith(b"DKIM-Signature: ") for sample in samples)
    assert measure_largest(sender()) == max(len(sample.mail.data) for sample in samples)


def test_mails_that_are_well(sender) -> None:
    someone = sender()
    assert verdicts(look(someone, "wire-form")) == ["pass"]
    assert verdicts(look(someone, "unsubscribe")) == ["pass"]
    # Links to this machine are as they should be in a trial, and nowhere else.
    assert look(someone, "links")[0].verdict.value == "fail"
    assert verdicts(look(sender(transport="outbox"), "links")) == ["pass"]


def test_form_that_receivers_refuse(sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "_how_submitted", lambda notice: "auto-generated\r\nSubject: once more")
    monkeypatch.setattr(compose, "structured", _write_plainly)
    results = look(sender(), "wire-form")
    assert verdicts(results) == ["fail"]
    assert "header-repeated" in results[0].seen


def _write_plainly(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode()


def test_unsubscribing_that_is_not_signed(sender) -> None:
    assert verdicts(look(sender(dkim=[]), "unsubscribe")) == ["fail"]
    assert verdicts(look(sender(dkim=[], transport="outbox"), "unsubscribe")) == ["warn"]


def test_fields_that_a_signature_leaves_out(sender, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = compose.Signer.sign

    def leave_out(self: Any, fields: Any, body: Any, now: Any) -> bytes:
        return sign(self, [field for field in fields if not field.startswith(b"List-Unsubscribe")], body, now)

    monkeypatch.setattr(compose.Signer, "sign", leave_out)
    [unsigned] = look(sender(), "unsubscribe")
    assert (unsigned.verdict.value, "is not signed" in unsigned.seen) == ("fail", True)


def test_a_key_that_is_missing_is_told_where_it_is_the_subject(sender, tmp_path: Path) -> None:
    key = keep_key(tmp_path, "rsa").model_copy(update={"file": tmp_path / "gone.pem"})
    [unknown] = look(sender(dkim=[key]), "wire-form")
    assert (unknown.verdict.value, unknown.remedy) == ("unknown", "see the check “dkim”")


def test_a_wait_longer_than_links_live(sender) -> None:
    retry = Retry(longest=timedelta(days=8))
    results = look(sender(retry=retry, transport="outbox"), "links")
    assert (verdicts(results), "8 days may pass" in results[0].seen) == (["fail"], True)


def test_looks_in_the_time_there_is(sender) -> None:
    left_out, passed = check_templates(replace(sender(), seconds=0.1))
    assert (left_out.verdict.value, "for want of time" in left_out.seen) == ("unknown", True)
    assert passed.seen.startswith("lint finds nothing in ")


def test_a_look_that_is_broken(sender, lasting_house: House) -> None:
    lasting_house.change("UPDATE badge_class SET image_caption = '{{ name }}'")
    found, *_ = check_templates(replace(sender(), seconds=0.1))
    lasting_house.change("UPDATE badge_class SET image_caption = NULL")
    assert (found.verdict.value, "unset-variable" in found.seen) == ("fail", True), found
