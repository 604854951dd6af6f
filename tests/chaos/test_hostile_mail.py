"""Mails that are made to end whoever reads them: the room may end, the processor does not, the mail is dealt with or
shelved with a ticket, and what comes before, between and after them is answered.
"""

import base64
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inbound.processing.room import Room, RoomLimits
from tests.inbound.processing.mail_office import make_mail, open_mail_office

LIMITS = RoomLimits(memory=64 << 20, cpu_seconds=2, wall_seconds=8)
"""Less than in service, so that all this takes seconds."""
MEGABYTE = 1 << 20
QUESTION = "How do I add the badge to my LinkedIn profile?\n"


def _attach(content: bytes, kind: str, name: str) -> bytes:
    encoded = base64.encodebytes(content).decode()
    body = (
        f'--b\r\nContent-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--\r\n'
    )
    return _retype("multipart/mixed; boundary=b", body)


def _retype(kind: str, body: str) -> bytes:
    head, _, _ = make_mail(sender="writer-x@mail.example", authenticated=False).partition(b"\r\n\r\n")
    head = head.replace(b"Content-Type: text/plain; charset=utf-8", b"Content-Type: " + kind.encode())
    return head.replace(b"Content-Transfer-Encoding: 8bit\r\n", b"") + b"\r\n\r\n" + body.encode()


def _nest_parts() -> bytes:
    opened = "".join(f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(40_000))
    return _retype("multipart/mixed; boundary=b0", opened)


def _nest_messages() -> bytes:
    return _retype("message/rfc822", "Content-Type: message/rfc822\r\n\r\n" * 100_000)


def _zip_bomb() -> bytes:
    """A workbook whose one sheet unpacks to 256 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(16):
                sheet.write(b"<row/>" * (16 * MEGABYTE // 6))
    return _attach(file.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "people.xlsx")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "parts in parts": _nest_parts,
    "mails in mails": _nest_messages,
    "one field of 8 MB": lambda: b"X: " + b"a" * (8 * MEGABYTE) + b"\r\n" + make_mail(),
    "fields without number": lambda: b"X: a\r\n" * MEGABYTE + make_mail(),
    "encoded words without number": lambda: b"Subject: " + b"=?utf-8?B?YQ==?=\r\n " * 300_000 + b"\r\n" + make_mail(),
    "recipients without number": lambda: b"To: " + b"(((<a@b.example>,\r\n " * 300_000 + b"\r\n" + make_mail(),
    "a workbook of 256 MB": _zip_bomb,
    "lines without number": lambda: make_mail("x\n" * (8 * MEGABYTE)),
    "tags in tags": lambda: _retype("text/html", "<div><table><b>" * 500_000),
}
DEARER: dict[str, Callable[[], bytes]] = {
    "an attribute of 16 MB": lambda: _retype("text/html", f'<p style="{"a:b;" * (4 * MEGABYTE)}">x'),
    "quotes in quotes": lambda: make_mail(">" * (8 * MEGABYTE) + "\n" + ("> " * 200 + "a\n") * 20_000),
    "one line of 24 MB": lambda: make_mail("a" * (24 * MEGABYTE)),
}

if "BADGEPOST_CHAOS_KILLS" in os.environ:
    HOSTILE |= DEARER


@pytest.mark.timeout(900)
def test_what_ends_the_room_ends_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Room(LIMITS) as room:
        office = open_mail_office(tmp_path, room)
        arrived: dict[str, str] = {}
        for number, (name, make) in enumerate(HOSTILE.items()):
            _ask(office.deliver, number)
            arrived[name] = office.deliver(make(), "writer-x@mail.example")
        _ask(office.deliver, len(HOSTILE))
        office.process()
        states = {row.id: row.state for row in office.rows("SELECT id, state FROM delivery")}
        ended = [name for name, delivery in arrived.items() if states[delivery] == "shelved"]
        with capsys.disabled():
            print(f"\nhostile mails: {len(HOSTILE)}, of which ended the room twice: {', '.join(ended) or 'none'}")
        assert set(states.values()) <= {"done", "shelved"}
        answers = office.value("SELECT COUNT(*) FROM message WHERE rcpt_to LIKE 'person%'")
        assert answers == len(HOSTILE) + 1, "everybody else was answered"
        tickets = "SELECT COUNT(DISTINCT raw_mail_id) FROM ticket_entry WHERE kind = 'mail_in' AND raw_mail_id IN"
        shelved = "(SELECT raw_mail_id FROM delivery WHERE state = 'shelved')"
        assert office.value(f"{tickets} {shelved}") == len(ended), "each that was shelved is a person's"
        assert not office.rows("SELECT 1 FROM delivery WHERE claimed_by IS NOT NULL")
        office.service.engine.dispose()


def _ask(deliver: Callable[[bytes, str], str], number: int) -> None:
    sender = f"person{number}@mail.example"
    deliver(make_mail(QUESTION, sender=sender, message_id=f"<{number}@mail.example>", authenticated=False), sender)
