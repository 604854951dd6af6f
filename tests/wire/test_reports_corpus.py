"""Real reports of some 75 mail systems, against what the reference implementation reads in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from wire.automatic import tell_automatic
from wire.parts import read_message
from wire.reports import ComplaintReport, DeliveryReport, read_report

LEAST = 0.95
REPORTS_AMONG_EXAMPLES = {"078-undelivered-mail.eml", "079-delivery-delayed.eml", "080-fw-share-your-badge.eml"}


def read_expected(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def find_fault(expected: dict[str, Any], mail: bytes) -> str | None:
    """What is read otherwise than expected; None where all is the same."""
    if expected["reason"] == "vacation":
        return None if read_report(mail) is None and tell_automatic(read_message(mail).header) else "not automatic"
    report = read_report(mail)
    if report is None:
        return "not recognised"
    wanted = {address.lower() for address in expected["recipients"]}
    if isinstance(report, ComplaintReport):
        same = {address.lower() for address in report.final_recipients} == wanted
        return None if same and expected["reason"] == "feedback" else "another complaint"
    read = {each.final_recipient.lower(): bool(each.hard) for each in report.recipients}
    if set(read) != wanted:
        return f"recipients {sorted(read)}"
    accepted = {expected["hardbounce"], *(other.get("hardbounce") for other in expected.get("alternative", []))}
    hard = read[expected["recipients"][0].lower()]
    return None if None in accepted or hard in accepted else f"hard is {hard}"


def test_reports_are_recognised_with_recipient_and_hardness(shared: Path) -> None:
    folder = shared / "corpora/bounces"
    reports = [each for each in read_expected(folder) if each["support"] != "not-a-bounce"]
    faults = {each["file"]: find_fault(each, (folder / each["file"]).read_bytes()) for each in reports}
    wrong = {name: fault for name, fault in faults.items() if fault}
    rate = 1 - len(wrong) / len(reports)
    print(f"{len(reports)} reports, {rate:.1%} read as expected", *wrong.items(), sep="\n")
    assert len(reports) > 300
    assert rate >= LEAST


def test_the_returned_mail_is_found(shared: Path) -> None:
    folder = shared / "corpora/bounces"
    expected = [each for each in read_expected(folder) if each.get("origin_message_id")]
    reports = [(each, read_report((folder / each["file"]).read_bytes())) for each in expected]
    same = [each for each, report in reports if report and report.message_id == each["origin_message_id"]]
    assert len(same) >= LEAST * len(expected)


def test_a_report_cut_off_or_torn_is_read_without_an_exception(shared: Path) -> None:
    mails = [mail.read_bytes() for mail in sorted((shared / "corpora/bounces").glob("*.eml"))[::3]]
    torn = [mail[: len(mail) * part // 5] + mail[len(mail) * (part + 1) // 5 :] for mail in mails for part in range(5)]
    cut = [mail[: len(mail) * part // 7] for mail in mails for part in range(7)]
    readings = [read_report(mail) for mail in torn + cut]
    assert any(isinstance(report, DeliveryReport) for report in readings)


@pytest.mark.parametrize("name", ["is-not-bounce-01.eml", "is-not-bounce-02.eml"])
def test_ordinary_mails_are_no_reports(shared: Path, name: str) -> None:
    assert read_report((shared / "corpora/bounces/not" / name).read_bytes()) is None


def test_support_mails_are_no_reports(shared: Path) -> None:
    mails = sorted((shared / "examples/support-mail").glob("*.eml"))
    assert len(mails) == 84
    assert {mail.name for mail in mails if read_report(mail.read_bytes())} == REPORTS_AMONG_EXAMPLES


def test_a_delayed_mail_condemns_nobody(shared: Path) -> None:
    report = read_report((shared / "examples/support-mail/079-delivery-delayed.eml").read_bytes())
    assert isinstance(report, DeliveryReport)
    assert [each.hard for each in report.recipients] == [None]
