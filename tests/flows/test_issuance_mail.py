"""Every mail of an issuance to 24 people and some with difficult names, as it leaves: read, verified, looked at."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape
from pathlib import Path

import dkim
import pytest
from PIL import Image

from badgepost.setting_groups import DkimKeyFile
from badgepost.settings import Settings
from badgepost.wiring import Service, make_work, open_service
from badgepost.worker import Worker
from badgepost.worker_lock import WorkerLock
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from desk.programme import ProgrammeImported, import_programme
from mailer.keys import make_key, record_name, record_value, to_pem
from mailer.lint.document import read_document
from mailer.lint.findings import refusals
from mailer.lint.links import targets_of
from mailer.lint.linting import lint_mail
from mailer.lint.mail import Origin, read_mail

NOW = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)
"""Past: dkimpy refuses signatures of tomorrow."""
ORIGIN = Origin("https://badges.badgepost.example", "badgepost.example")
BADGE = "harbor-wound-care"
LANGUAGES = ("en", "es", "fr", "de")

DIFFICULT_NAMES = (
    'Robert "Bob" O\'Neill',
    "Müller & Söhne <GmbH>",
    "</title><script>alert(1)</script>",
    "Fish &amp; Chips",
    "Zoë 🏅 Star",
    "👩🏽‍🚀 Ada",
    "محمد عبد الله",
    "שרה כהן",
    "Dr. Li, Wei (李伟); x\\y",
    "Ann =?utf-8?q?B=0D=0ABcc:_x?= Berg",
    "{{ 7 * 7 }} {% raw %} %s %(name)s",
    "Per 100% Cent =20 =3D",
    ".dot From first",
    ("Wolfeschlegelsteinhausenbergerdorff " * 6)[:199] + "x",
    "x" * 200,
    "é" * 200,
)

UNSET = re.compile(r"\{\{|\{%|%[A-Z_]{3,}%|\bNone\b|\bundefined\b|\bqz[0-9a-f]{12}")


@dataclass(frozen=True)
class Post:
    """What an issuance brought into the world."""

    mails: dict[str, bytes]
    """By recipient, as they went to the next hop."""
    names: dict[str, str]
    """By recipient, as the roster has them."""
    records: dict[str, str]
    """The TXT records of the keys, by name."""


@pytest.fixture(scope="module")
def post(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Post:
    world = json.loads((shared / "examples" / "world.json").read_text(encoding="utf-8"))
    folder = tmp_path_factory.mktemp("issuance")
    keys, records = make_keys(folder)
    service = open_service(Settings(data_dir=folder / "var", base_url=ORIGIN.base_url, dkim=keys))
    assert isinstance(import_programme(service.engine, world, shared / "examples", NOW), ProgrammeImported)
    names = {earner["email"]: earner["name"] for earner in world["earners"]}
    assert len(names) == 24
    names |= {f"difficult{number}@mail.example": name for number, name in enumerate(DIFFICULT_NAMES)}
    order = IssueOrder(badge=BADGE, source=write_roster(names), name="roster.csv")
    outcome = issue_roster(service.office, order, NOW)
    assert isinstance(outcome, Issued)
    assert outcome.summary.mails == len(names)
    mails = deliver(service, folder)
    service.engine.dispose()
    return Post(mails, names, records)


def make_keys(folder: Path) -> tuple[list[DkimKeyFile], dict[str, str]]:
    files, records = [], {}
    for key_type in ("rsa", "ed25519"):
        key, file = make_key(key_type), folder / f"{key_type}.pem"
        file.touch(mode=0o600)
        file.write_bytes(to_pem(key))
        files.append(DkimKeyFile(selector=key_type, domain=ORIGIN.mail_domain, file=file))
        records[record_name(key_type, ORIGIN.mail_domain)] = record_value(key)
    return files, records


def write_roster(names: dict[str, str]) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["email", "name", "date", "language"])
    for number, (address, name) in enumerate(names.items()):
        writer.writerow([address, name, "2025-11-20", LANGUAGES[number % len(LANGUAGES)]])
    return io.BytesIO(text.getvalue().encode())


def deliver(service: Service, folder: Path) -> dict[str, bytes]:
    """Have a worker deliver everything to the outbox; return it by recipient, as it was before the last hop."""
    work = replace(make_work(service), clock=lambda: NOW)
    with WorkerLock(folder, "test") as lock:
        asyncio.run(Worker(work, lock, once=True).run())
    mails = {}
    for file in service.settings.outbox_dir().glob("*.eml"):
        return_path, _, data = file.read_bytes().partition(b"\r\n")
        assert re.fullmatch(rb"Return-Path: <bounce\+[a-z2-7]+@badgepost\.example>", return_path)
        mails[address_in(message_from_bytes(data, policy=policy.default))] = data
    return mails


def display_name_in(data: bytes) -> str:
    """Return the name in To by RFC 2047. (Python 3.11's newer parser leaves blanks between encoded words.)"""
    raw, _ = parseaddr(message_from_bytes(data, policy=policy.compat32)["To"])
    return str(make_header(decode_header(raw)))


def address_in(mail: EmailMessage) -> str:
    (address,) = mail["To"].addresses
    return str(address.addr_spec)


@pytest.fixture(scope="module")
def parsed(post: Post) -> dict[str, EmailMessage]:
    return {address: message_from_bytes(data, policy=policy.default) for address, data in post.mails.items()}


def body_of(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def test_everybody_gets_one_mail(post: Post) -> None:
    assert set(post.mails) == set(post.names)


def test_the_standard_library_reads_each_without_a_defect(parsed: dict[str, EmailMessage]) -> None:
    for mail in parsed.values():
        for part in mail.walk():
            assert part.defects == []
            assert [value.defects for value in part.values() if getattr(value, "defects", ())] == []


def test_each_has_text_html_and_image(parsed: dict[str, EmailMessage]) -> None:
    for mail in parsed.values():
        types = [part.get_content_type() for part in mail.walk()]
        assert types == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
        image = list(mail.walk())[-1]
        with Image.open(io.BytesIO(image.get_content())) as picture:
            picture.verify()
        assert f'src="cid:{image["Content-ID"].strip("<>")}"' in body_of(mail, "html")


def verified(data: bytes, records: dict[str, str]) -> list[bool]:
    """Return for each of the two signatures whether dkimpy takes it for good."""

    def look_up(name: bytes, timeout: float = 5) -> bytes:
        return records[name.decode().rstrip(".")].encode()

    verdicts = []
    for index in (0, 1):
        try:
            verdicts.append(dkim.DKIM(data).verify(index, dnsfunc=look_up))
        except dkim.ValidationError:
            verdicts.append(False)
    return verdicts


def test_both_signatures_of_each_verify(post: Post) -> None:
    for data in post.mails.values():
        assert verified(data, post.records) == [True, True]


def test_a_changed_mail_verifies_no_more(post: Post) -> None:
    data = next(iter(post.mails.values()))
    another_recipient = data.replace(b"\nTo: ", b"\nTo: x@", 1)
    a_second_from = b"From: x@elsewhere.example\r\n" + data
    another_body = data + b"x\r\n"
    for forged in (another_recipient, a_second_from, another_body):
        assert verified(forged, post.records) == [False, False]


def test_no_value_is_missing(parsed: dict[str, EmailMessage], post: Post) -> None:
    for address, mail in parsed.items():
        if "{{" in post.names[address]:
            continue
        for passage in (str(mail["Subject"]), body_of(mail, "plain"), body_of(mail, "html")):
            assert not UNSET.search(passage), address


def test_a_name_is_shown_as_it_is_written(parsed: dict[str, EmailMessage], post: Post) -> None:
    for address, mail in parsed.items():
        name = post.names[address]
        assert display_name_in(post.mails[address]) == name
        assert name in unescape(re.sub(r"\s+", " ", body_of(mail, "html")))
        assert name.split() == [word for word in name.split() if word in body_of(mail, "plain")]
        headings = read_document(body_of(mail, "html")).named("h1")
        assert [name in "".join(heading.itertext()) for heading in headings] == [True]


def test_no_name_becomes_markup_or_a_header(parsed: dict[str, EmailMessage]) -> None:
    for mail in parsed.values():
        assert list(read_document(body_of(mail, "html")).named("script", "gmbh")) == []
        assert mail["Bcc"] is None
        assert len(mail.keys()) == len(set(mail.keys())) + 1, "two signatures, everything else once"


def test_every_link_is_in_the_text_too_and_none_is_shared(parsed: dict[str, EmailMessage]) -> None:
    passwords = set()
    for mail in parsed.values():
        targets = [target for target in targets_of(read_document(body_of(mail, "html"))) if target.startswith("http")]
        assert [target for target in targets if target not in body_of(mail, "plain")] == []
        passwords |= {target for target in targets if target.startswith(ORIGIN.base_url + "/p/")}
    assert len(passwords) == len(parsed)


def test_lint_would_let_each_go(post: Post) -> None:
    for address, data in post.mails.items():
        if "{{" not in post.names[address]:
            language = LANGUAGES[list(post.names).index(address) % len(LANGUAGES)]
            assert refusals(lint_mail(read_mail(data, ORIGIN, language, is_notice=False))) == []


@pytest.mark.parametrize(
    "check",
    [
        lambda line: len(line) <= 998,
        lambda line: not line.startswith(b"."),
        lambda line: not line.startswith(b"From "),
        bytes.isascii,
        lambda line: b"\n" not in line and b"\r" not in line,
    ],
    ids=["short enough", "no dot first", "no From first", "ASCII", "CRLF only"],
)
def test_no_relay_needs_to_change_a_line(check: Callable[[bytes], bool], post: Post) -> None:
    for data in post.mails.values():
        assert data.endswith(b"\r\n")
        assert all(check(line) for line in data.split(b"\r\n"))
