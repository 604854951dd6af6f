"""Reading mails of the local outbox."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from web.stored_mail import read_mail, summarize_mail

PIXEL = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    mail = EmailMessage()
    mail["From"] = "Schüle & Söhne <badges@school.example>"
    mail["To"] = "José <jose@mail.example>"
    mail["Subject"] = "Dein Abzeichen «Erste Hilfe» ist da"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail.set_content("Grüße\n")
    mail.add_alternative('<html><head lang="de"><title>x</title></head><img src="cid:badge"><p>Grüße</html>', "html")
    mail.get_payload()[1].add_related(PIXEL, "image", "png", cid="<badge>")  # type: ignore[union-attr,index]
    mail.get_payload()[1].add_related(b"<script>", "text", "html", cid="<evil>")  # type: ignore[union-attr,index]
    file = tmp_path / "one.eml"
    file.write_bytes(mail.as_bytes())
    return file


def test_the_summary_decodes_what_people_read(path: Path) -> None:
    summary = summarize_mail(path)
    assert summary.name == "one"
    assert summary.subject == "Dein Abzeichen «Erste Hilfe» ist da"
    assert summary.to == "José <jose@mail.example>"
    assert read_mail(path).summary == summary


def test_parts_are_decoded(path: Path) -> None:
    mail = read_mail(path)
    assert mail.text == "Grüße\n"
    assert "<p>Grüße" in mail.html
    assert "Subject: Dein Abzeichen «Erste Hilfe» ist da" in mail.headers
    assert mail.source.startswith("From: ")


def test_only_images_are_served_by_content_id(path: Path) -> None:
    images = read_mail(path).images
    assert list(images) == ["badge"]
    assert images["badge"].content == PIXEL
    assert images["badge"].media_type == "image/png"


def test_the_frame_gets_images_from_the_mail_and_opens_links_outside(path: Path) -> None:
    html = read_mail(path).html_with_images_at("/outbox/one/images/")
    assert '<img src="/outbox/one/images/badge">' in html
    assert '<head lang="de"><base target="_blank">' in html


def test_a_file_that_is_hardly_a_mail_is_shown_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "odd.eml"
    file.write_bytes(b"\xff\xfe\r\n\r\nno headers \x80")
    mail = read_mail(file)
    assert mail.summary.subject == ""
    assert mail.html_with_images_at("/").endswith("")
    assert mail.images == {}
