"""A mail in files, with and without a browser."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailer.notices import NOTICES
from mailer.parts import read_parts
from mailer.pictures import find_browser
from mailer.preview import write_preview
from mailer.samples import Sample, sample_facts, samples_of

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


@pytest.fixture
def message() -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = "Ein Badge für dich"
    mail.set_content("Schön!\n")
    mail.add_alternative('<p>Schön!</p><img src="cid:badge"><img src="https://b.example/x.png?a=1&amp;b=2">', "html")
    html = list(mail.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    html.add_related(b"\x89PNG", "image", "png", cid="<badge>")
    return mail.as_bytes()


def test_without_a_browser_there_are_the_mail_and_its_parts(message: bytes, tmp_path: Path) -> None:
    written = write_preview(message, "mail", tmp_path / "new" / "folder", None, {})
    assert [file.name for file in written.files] == ["mail.eml", "mail.html", "mail.txt"]
    assert written.without_pictures is not None
    assert "chromium" in written.without_pictures
    assert written.files[0].read_bytes() == message
    assert written.files[2].read_text(encoding="utf-8").strip() == "Schön!"


def test_the_html_shows_its_images_from_a_file(message: bytes, tmp_path: Path) -> None:
    hosted = {"https://b.example/x.png?a=1&b=2": "data:image/png;base64,AAAA"}
    html = write_preview(message, "mail", tmp_path, None, hosted).files[1].read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,iVBORw=="' in html
    assert 'src="data:image/png;base64,AAAA"' in html


def test_a_browser_that_fails_costs_the_pictures_only(message: bytes, tmp_path: Path) -> None:
    written = write_preview(message, "mail", tmp_path, "/bin/false", {})
    assert len(written.files) == 3
    assert written.without_pictures == "/bin/false made no picture: exit status 1"


@pytest.mark.needs("chromium")
def test_with_a_browser_there_are_pictures(message: bytes, tmp_path: Path) -> None:
    written = write_preview(message, "mail", tmp_path, find_browser(None), {})
    assert written.without_pictures is None
    assert {file.name for file in written.files[3:]} == {
        f"mail-{device}-{view}.png" for device in ("phone", "desktop") for view in ("light", "dark", "images-off")
    }
    assert all(file.stat().st_size > 0 for file in written.files)


def test_a_message_that_is_none_has_no_parts() -> None:
    parts = read_parts(b"\xff\x00")
    assert (parts.subject, parts.html, dict(parts.images)) == ("", None, {})


@pytest.mark.parametrize("kind", NOTICES)
def test_samples_show_each_optional_value_and_its_absence(kind: str) -> None:
    samples = list(samples_of(kind))
    facts = [sample_facts(kind, sample, NOW) for sample in samples]
    optional = {slot.name for slot in NOTICES[kind].slots if slot.optional}
    assert len({*map(str, facts)}) == len(samples)
    assert ("expires_on" in optional) == (any(fact.get("expires", "") is None for fact in facts))
    assert bool({"password_url", "invite_url"} & optional) == (any(fact.get("serial", "") is None for fact in facts))


def test_a_sample_bears_the_name_that_it_is_given() -> None:
    facts = sample_facts("issuance", Sample(name="Li <b>Wei</b>"), NOW)
    assert (facts["name"], facts["issued"], facts["expires"]) == ("Li <b>Wei</b>", "2026-11-23", "2029-11-23")
