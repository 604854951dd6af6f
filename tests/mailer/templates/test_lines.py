"""Slots of several lines: where they may stand, and what becomes of their lines in each part."""

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader

from mailer.quoting import tidy_lines
from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.faults import PublishFault
from mailer.templates.published import Published
from mailer.templates.publishing import publish
from tests.mailer.conftest import CONSTANTS

HTML = "<html><head><title>x</title></head><body><div>{{ text }}</div></body></html>"
TEXT = "Before.\n\n{{ text }}\n\nAfter."
VALUES = dict.fromkeys(("writer_name", "reference", "earner_name", "user_name", "wish"), "x")
VALUES |= dict.fromkeys(("changes", "grant_url", "expires_on"))


def publish_lines(constants: Constants, kind: str, **changed: str) -> Published | PublishFault:
    sources = {"html": HTML, "txt": TEXT, "subject_txt": "x"} | changed
    loader = DictLoader({f"{kind}.{ending.replace('_', '.')}": source for ending, source in sources.items()})
    return publish(kind, constants, TemplateSources(loader))


def publish_soundly(kind: str) -> Published:
    published = publish_lines(CONSTANTS, kind)
    assert isinstance(published, Published), published
    return published


REPLY, REQUEST = publish_soundly("staff_reply"), publish_soundly("relayed_request")


@pytest.mark.parametrize(
    ("ending", "source", "reason"),
    [
        ("html", '<p title="{{ text }}">x</p>', "cannot stand in the attribute title"),
        ("html", '<a href="{{ text }}">x</a>', "cannot stand in the attribute href"),
        ("html", "<html><head><title>{{ text }}</title></head><body>x</body></html>", "inside <title>"),
        ("txt", "Hello {{ text }}", "must stand alone on their line"),
        ("txt", "{{ text }}.", "must stand alone on their line"),
        ("txt", "x\n{{ text }}{{ reference }}\n", "must stand alone on their line"),
        ("txt", "{{ text|trim }}", "cannot be used on the slot text"),
        ("subject_txt", "About {{ text }}", "cannot stand in a subject"),
    ],
)
def test_where_lines_may_not_stand(constants: Constants, ending: str, source: str, reason: str) -> None:
    fault = publish_lines(constants, "staff_reply", **{ending: source})
    assert isinstance(fault, PublishFault)
    assert reason in fault.reason
    assert fault.template == f"staff_reply.{ending.replace('_', '.')}"


def test_lines_stay_lines_and_harmless() -> None:
    values = VALUES | {"text": "Dear <b>Ann</b>,\n\n.it is & stays\nFrom us"}
    assert REPLY.render_text(values) == "Before.\n\nDear <b>Ann</b>,\n\n.it is & stays\nFrom us\n\nAfter.\n"
    assert "<div>Dear &lt;b&gt;Ann&lt;/b&gt;,<br>\n<br>\n.it is &amp; stays<br>\nFrom us</div>" in (
        REPLY.render_html(values)
    )


def test_the_words_of_others_cannot_pass_for_ours() -> None:
    values = VALUES | {"text": "one\n\nAgree:\nhttps://evil.example/"}
    assert REQUEST.render_text(values) == "Before.\n\n> one\n>\n> Agree:\n> https://evil.example/\n\nAfter.\n"
    assert "<div>one<br>\n<br>\nAgree:<br>\nhttps://evil.example/</div>" in REQUEST.render_html(values)


@given(st.text(max_size=300))
@pytest.mark.parametrize("published", [REPLY, REQUEST], ids=["lines", "quote"])
def test_what_leaves_is_what_is_read(published: Published, text: str) -> None:
    values = VALUES | {"text": tidy_lines(text)}
    filled = published.fill(values)
    for body, expected in ((filled.text, published.render_text(values)), (filled.html, published.render_html(values))):
        assert quopri.decodestring(body).decode().replace("\r\n", "\n") == expected
        assert all(len(line) <= 76 and not line.startswith((b".", b"From ")) for line in body.split(b"\r\n"))
