"""What lint says of the message around the HTML part: header fields, lines, sizes, subject, text part."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from mailer.lint.findings import Level, refusals
from mailer.lint.linting import lint_mail
from mailer.lint.mail import Origin, RenderedMail, read_mail

MailMaker = Callable[..., RenderedMail]
MessageMaker = Callable[..., EmailMessage]

ONE_CLICK = (
    b"List-Unsubscribe: <https://badges.badgepost.example/unsubscribe/t0ken>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)


def codes_of(mail: RenderedMail) -> list[str]:
    return [finding.code for finding in lint_mail(mail) if finding.level is not Level.INFO]


def test_a_sound_mail_has_no_findings(make_mail: MailMaker, sound_html: str) -> None:
    assert codes_of(make_mail(sound_html)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"Subject:", b"X-Subject:"), "header-missing"),
        ((b"Auto-Submitted:", b"X-Auto:"), "header-missing"),
        ((b"Subject:", b"Subject: first\r\nSubject:"), "header-repeated"),
        ((b"Subject:", b"From: b@badgepost.example\r\nSubject:"), "header-repeated"),
        ((b"Subject: You", "Subject: Für dich, You".encode()), "header-malformed"),
        ((b"Subject: You", b"no colon\r\nSubject: You"), "header-malformed"),
        ((b"<abc234@badgepost.example>", b"abc234"), "message-id"),
        ((b"<abc234@badgepost.example>", b"<abc234@elsewhere.example>"), "message-id"),
        ((b"Subject: You", b"Subject: " + b"x" * 1000), "line-too-long"),
        ((b"Congratulations, Maria!\r\n", b"Congratulations, Maria!\n"), "line-ending"),
        ((b"Congratulations, Maria!\r\n", b"Congratulations, Maria!\r"), "line-ending"),
        ((b"Subject:", ONE_CLICK + b"Subject:"), "unsubscribe-header"),
        (
            (b"\r\nContent-Type: text/plain", b"\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain"),
            "mime-defect",
        ),
    ],
)
def test_a_fault_of_the_message_is_found(
    change: tuple[bytes, bytes], code: str, make_message: MessageMaker, sound_html: str, origin: Origin
) -> None:
    before, after = change
    data = make_message(sound_html).as_bytes()
    assert before in data
    mail = read_mail(data.replace(before, after, 1), origin, "en", is_notice=False)
    assert code in {finding.code for finding in refusals(lint_mail(mail))}


def as_notice(data: bytes, fields: bytes, origin: Origin) -> RenderedMail:
    return read_mail(data.replace(b"Subject:", fields + b"Subject:", 1), origin, "en", is_notice=True)


def test_a_notice_has_both_headers_and_a_link_to_see(
    make_message: MessageMaker, sound_html: str, origin: Origin
) -> None:
    visible = '<a href="https://badges.badgepost.example/unsubscribe/t0ken">Unsubscribe</a></body>'
    data = make_message(sound_html.replace("</body>", visible)).as_bytes()
    assert codes_of(as_notice(data, ONE_CLICK, origin)) == []
    assert codes_of(as_notice(data, b"", origin)) == ["unsubscribe-header", "unsubscribe-header"]
    insecure = ONE_CLICK.replace(b"https:", b"http:")
    assert codes_of(as_notice(data, insecure, origin)) == ["unsubscribe-header"]
    without_link = make_message(sound_html).as_bytes()
    assert codes_of(as_notice(without_link, ONE_CLICK, origin)) == ["unsubscribe-link"]


@pytest.mark.parametrize(("paragraphs", "code"), [(1100, "html-large"), (1700, "html-clipped")])
def test_html_over_the_limits_is_found(paragraphs: int, code: str, make_mail: MailMaker, sound_html: str) -> None:
    more = '<p style="font-size:16px;line-height:25px">Word for word for</p>' * paragraphs
    assert codes_of(make_mail(sound_html.replace("</body>", more + "</body>"))) == [code]


@pytest.mark.parametrize(("size", "code"), [(400_000, "mail-large"), (9_000_000, "mail-too-big")])
def test_a_big_attachment_is_found(
    size: int, code: str, make_message: MessageMaker, sound_html: str, origin: Origin
) -> None:
    message = make_message(sound_html)
    message.add_attachment(bytes(size), "application", "pdf", filename="certificate.pdf")
    assert codes_of(read_mail(message.as_bytes(), origin, "en", is_notice=False)) == [code]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["text-missing"]),
        (" \n\n", ["text-missing"]),
        ("Congratulations!", ["text-lacks-link"]),
        ("<p>Hello</p> https://badges.badgepost.example/badges/k3", ["text-has-markup"]),
        ("Fish &amp; Chips https://badges.badgepost.example/badges/k3", ["text-has-markup"]),
        ("Hi {{ name }} https://badges.badgepost.example/badges/k3", ["unset-variable"]),
        ("Maria <maria@mail.example>, a < b & c: <https://badges.badgepost.example/badges/k3>", []),
    ],
)
def test_the_text_part_is_a_mail_of_its_own(text: str, codes: list[str], make_mail: MailMaker, sound_html: str) -> None:
    assert codes_of(make_mail(sound_html, text=text)) == codes


@pytest.mark.parametrize(
    ("subject", "codes"),
    [
        ("", ["header-missing"]),
        ("z" * 91, ["subject-long"]),
        ("Badge for %NAME%", ["unset-variable"]),
        ("Ünïcode 🏅", []),
    ],
)
def test_the_subject_is_one(
    subject: str, codes: list[str], make_message: MessageMaker, sound_html: str, origin: Origin
) -> None:
    message = make_message(sound_html, subject=subject or "gone")
    if not subject:
        del message["Subject"]
    assert codes_of(read_mail(message.as_bytes(), origin, "en", is_notice=False)) == codes


def test_sample_hosts_are_found_where_real_mail_leaves(make_mail: MailMaker, sound_html: str) -> None:
    html = sound_html.replace("badges.badgepost.example", "www.example.com")
    assert codes_of(make_mail(html)) == []
    real = Origin("https://badges.northwind.education", "northwind.education")
    assert codes_of(make_mail(html, origin=real)) == ["message-id", "link-sample"]


def test_links_to_a_trial_on_this_machine_are_warned_of(make_mail: MailMaker, sound_html: str) -> None:
    trial = Origin("http://10.0.0.5:8000", "badgepost.example")
    html = sound_html.replace("https://badges.badgepost.example", "http://10.0.0.5:8000")
    assert codes_of(make_mail(html, origin=trial)) == ["link-insecure-trial"]
    assert codes_of(make_mail(html)) == ["link-insecure"]


def test_a_mail_program_can_be_asked_about_alone(make_mail: MailMaker, sound_html: str) -> None:
    mail = make_mail(sound_html.replace("<p>", '<p style="border-radius:4px">'))
    assert [finding.clients for finding in lint_mail(mail, ["outlook.windows"])] == [("Outlook (Windows)",)]
    assert lint_mail(mail, ["apple-mail.ios"]) == []


@pytest.mark.parametrize(
    "data", [b"", b"\r\n", b"\xff\xfe", b"Content-Type: multipart/alternative\r\n\r\nx", b"a" * 5000]
)
def test_no_bytes_are_too_strange_to_be_looked_at(data: bytes, origin: Origin) -> None:
    assert refusals(lint_mail(read_mail(data, origin, "en", is_notice=False)))
