"""Mails to look at: an HTML part with everything around it that a sound mail has."""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailer.lint.document import read_document
from mailer.lint.links import targets_of
from mailer.lint.mail import Origin, RenderedMail, read_mail


@pytest.fixture
def origin() -> Origin:
    """An installation on trial: its own domain is reserved for examples."""
    return Origin("https://badges.badgepost.example", "badgepost.example")


@pytest.fixture
def make_message() -> Callable[..., EmailMessage]:
    """Return a function that makes a sound account mail around an HTML part.

    The text part holds every link of the HTML unless it is given.
    """

    def make(html: str, text: str | None = None, subject: str = "You have earned a badge") -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = "Northwind Training Institute <badges@badgepost.example>"
        message["To"] = "Maria Gonzalez <maria.gonzalez@mail.example>"
        message["Subject"] = subject
        message["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
        message["Message-ID"] = "<abc234@badgepost.example>"
        message["Auto-Submitted"] = "auto-generated"
        links = "\n".join(target.removeprefix("mailto:") for target in targets_of(read_document(html)))
        message.set_content(f"Congratulations, Maria!\n{links}\n" if text is None else text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        html_part = list(message.iter_parts())[1]
        assert isinstance(html_part, EmailMessage)
        html_part.add_related(b"\x89PNG", "image", "png", cid="<badge>", disposition="inline")
        return message

    return make


@pytest.fixture
def make_mail(make_message: Callable[..., EmailMessage], origin: Origin) -> Callable[..., RenderedMail]:
    """Return a function that wraps an HTML part into a mail in English and reads it for lint."""

    def make(html: str, *, is_notice: bool = False, origin: Origin = origin, **parts: str) -> RenderedMail:
        return read_mail(make_message(html, **parts).as_bytes(), origin, "en", is_notice)

    return make


@pytest.fixture
def sound_html() -> str:
    """An HTML part that nothing is wrong with."""
    return (
        '<!DOCTYPE html><html lang="en"><head><title>A badge</title></head><body>'
        '<div style="display:none">A line for the list of mails</div><h1>Congratulations!</h1>'
        '<p><a href="https://badges.badgepost.example/badges/k3">View your badge</a></p></body></html>'
    )
