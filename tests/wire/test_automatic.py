"""Automatic mail is told by its header; a person's mail is not taken for it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wire.automatic import AutomaticKind, tell_automatic
from wire.message import read_header

DROPPED = {"081", "082", "083", "084"}
REPORTS = {"078", "079", "080"}


def tell(fields: str, mail_from: str | None = None) -> AutomaticKind | None:
    header, _ = read_header(fields.encode() + b"\n\n")
    automatic = tell_automatic(header, mail_from)
    assert automatic is None or automatic.reason
    return automatic.kind if automatic else None


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ("Auto-Submitted: auto-replied", AutomaticKind.AUTO_SUBMITTED),
        ("Auto-Submitted: auto-generated; owner-email=a@north.example", AutomaticKind.AUTO_SUBMITTED),
        ("Auto-Submitted: (a program) auto-replied", AutomaticKind.AUTO_SUBMITTED),
        ("Auto-Submitted: no\nAuto-Submitted: auto-replied", AutomaticKind.AUTO_SUBMITTED),
        ("Return-Path: <>", AutomaticKind.NULL_SENDER),
        ("Precedence: Bulk", AutomaticKind.BULK),
        ("Precedence: list", AutomaticKind.BULK),
        ("Precedence: (ours) bulk", AutomaticKind.BULK),
        ("Precedence: normal\nPrecedence: bulk", AutomaticKind.BULK),
        ("List-Owner: <mailto:owner@north.example>", AutomaticKind.MAILING_LIST),
        ("X-BeenThere: admins@north.example", AutomaticKind.MAILING_LIST),
        ("List-Id: Admins <admins.north.example>", AutomaticKind.MAILING_LIST),
        ("List-Post: <mailto:admins@north.example>", AutomaticKind.MAILING_LIST),
        ("X-Autoreply: yes", AutomaticKind.RESPONDER),
        ("X-Auto-Response-Suppress: All", AutomaticKind.RESPONDER),
        ("X-Apple-Action: VACATION", AutomaticKind.RESPONDER),
        ("X-POST-MessageClass: 9; Autoresponder", AutomaticKind.RESPONDER),
        ("Content-Type: multipart/report; report-type=disposition-notification", AutomaticKind.RECEIPT),
    ],
)
def test_header_fields(fields: str, kind: AutomaticKind) -> None:
    assert tell(f"{fields}\nSubject: Hello") is kind


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person)",
        "Return-Path: <a@north.example>",
        "Precedence: first-class",
        "List-Unsubscribe: <https://north.example/u>",
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: OOF",
        "X-Autoreply:",
        "Content-Type: text/plain",
    ],
)
def test_header_fields_of_persons(fields: str) -> None:
    assert tell(f"{fields}\nSubject: Hello") is None


def test_the_envelope_counts_before_return_path() -> None:
    assert tell("Return-Path: <a@north.example>", mail_from="") is AutomaticKind.NULL_SENDER
    assert tell("Return-Path: <>", mail_from="a@north.example") is None


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Automatic reply: Your badge", AutomaticKind.ABSENCE),
        ("Auto reply: Nyaan", AutomaticKind.ABSENCE),
        ("Out of Office", AutomaticKind.ABSENCE),
        ("Out of the office until Monday", AutomaticKind.ABSENCE),
        ("Out of office: Re: Your badge", AutomaticKind.ABSENCE),
        ("Away until May 5", AutomaticKind.ABSENCE),
        ("Abwesenheitsnotiz: Re: Wie komme ich an mein Badge?", AutomaticKind.ABSENCE),
        ("Automatische Antwort: Ihr Badge", AutomaticKind.ABSENCE),
        ("Nicht im Büro bis 3.5.", AutomaticKind.ABSENCE),
        ("=?utf-8?q?R=C3=A9ponse_automatique_=3A_Badge?=", AutomaticKind.ABSENCE),
        ("Absente du bureau jusqu’au 3 mai", AutomaticKind.ABSENCE),
        ("Respuesta automatica: Insignia", AutomaticKind.ABSENCE),
        ("Fuera de la oficina", AutomaticKind.ABSENCE),
        ("Автоматический ответ: значок", AutomaticKind.ABSENCE),
        ("自動応答: バッジ", AutomaticKind.ABSENCE),
        ("Read: Your badge", AutomaticKind.RECEIPT),
        ("Not read: Your badge", AutomaticKind.RECEIPT),
        ("Gelesen: Ihr Badge", AutomaticKind.RECEIPT),
        ("Lu : votre badge", AutomaticKind.RECEIPT),
        ("Leído: su insignia", AutomaticKind.RECEIPT),
        ("Confirmación de lectura", AutomaticKind.RECEIPT),
        ("Re: Automatic reply: Your badge", None),
        ("Re: Read: Your badge", None),
        ("Out of office hours I cannot log in", None),
        ("Absent name on my badge", None),
        ("Away team badges missing", None),
        ("Away from my badge for a year", None),
        ("Absence du badge sur LinkedIn", None),
        ("Away from 3 May", AutomaticKind.ABSENCE),
        ("Read this please", None),
        ("Lumière sur mon badge", None),
        ("Absentee list and badges", None),
        ("Question about the automatic reply", None),
        ("", None),
    ],
)
def test_subjects(subject: str, kind: AutomaticKind | None) -> None:
    assert tell(f"Subject: {subject}") is kind


def test_support_mails(shared: Path) -> None:
    mails = sorted((shared / "examples/support-mail").glob("*.eml"))
    headers = {mail.name[:3]: read_header(mail.read_bytes())[0] for mail in mails}
    assert len(headers) == 84
    assert {name for name, header in headers.items() if tell_automatic(header)} - REPORTS == DROPPED


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_header_gives_a_value(value: str, subject: str) -> None:
    lines = f"Auto-Submitted: {value}\nPrecedence: {value}\nX-Auto-Response-Suppress: {value}\nSubject: {subject}\n\n"
    header, _ = read_header(lines.encode("utf-8", "replace"))
    tell_automatic(header)
