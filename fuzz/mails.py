"""Targets: whole mails, as a stranger's reading room gets them: parts, text, reports, the writer's wish."""

import re
from email import message_from_bytes, policy

from fuzz.expecting import expect_line, expect_storable
from inbound.reading.reader import read_mail
from inbound.understood import understand
from wire.parts import read_message
from wire.reports import ComplaintReport, DeliveryReport, read_report

_ID = re.compile(r"[A-Za-z0-9_=.-]{1,64}")
_ADDRESS = re.compile(r"[^\s<>]{1,300}@[^\s<>]{1,300}")
_ACTIONS = {"failed", "delayed", "delivered", "relayed", "expanded"}
_SELDOM = 8
_LONGEST = 20_000
"""Bytes: what is said of long mails is said in `tests/inbound/test_torture.py`."""


def check_mail(data: bytes) -> None:
    """All that is read can be stored; what is shown in one line is one; the library reads the same text."""
    data = data[:_LONGEST]
    reading = read_mail(data, "a@b.example")
    assert reading == read_mail(data, "a@b.example")
    expect_line(reading.subject, reading.message_id, reading.sender_name, *reading.in_reply_to, *reading.references)
    expect_line(*(each.file_name for each in reading.attachments), *(value for _, value in reading.headers))
    sections = reading.sections
    expect_storable(sections.new_text, sections.quoted, sections.forwarded, sections.signature, sections.disclaimer)
    for table in reading.tables:
        expect_line(table.fault)
        for row in table.rows:
            expect_storable(*row)
    _compare_parts(data)
    if len(data) % _SELDOM:
        return  # understanding takes a hundred times as long as reading
    understood = understand(data, None)
    assert (understood.wish is None) == bool(understood.reading.report or understood.reading.automatic)


def _compare_parts(data: bytes) -> None:
    """Of a plain mail of one part, the standard library reads the same text."""
    message = read_message(data)
    if message.flaws or len(message.parts) != 1 or not data.isascii() or b"\r" in data.replace(b"\r\n", b""):
        return
    (part,) = message.parts
    fields = message.header.fields
    if part.media_type != "text/plain" or any(not each.name or each.key.startswith("content-") for each in fields):
        return
    if not fields or data[:5] in (b"From ", b">From") or any(each.raw[len(each.name)] != 58 for each in fields):
        return
    body = message_from_bytes(data, policy=policy.compat32).get_payload()
    assert str(body).replace("\r\n", "\n").replace("\0", "\ufffd").rstrip() == part.text.rstrip()


def check_report(data: bytes) -> None:
    """A report names addresses, ids and actions, and nothing else where those should stand."""
    report = read_report(data[:_LONGEST])
    if report is None:
        return
    assert all(_ID.fullmatch(each) for each in report.envelope_ids)
    expect_storable(report.message_id, *report.envelope_ids)
    assert report.message_id is None or not re.search(r"[\s<>]", report.message_id)
    match report:
        case ComplaintReport(kind, recipients):
            expect_storable(kind, report.reason, *recipients)
            assert all(_ADDRESS.fullmatch(each) for each in recipients)
        case DeliveryReport(recipients):
            assert recipients
            for each in recipients:
                expect_storable(each.reason, each.diagnostic_code, each.original_recipient)
                assert _ADDRESS.fullmatch(each.final_recipient) or not each.final_recipient
                assert each.hard is not None or each.action == "delayed"
                assert not each.hard or each.action not in _ACTIONS - {"failed"}
