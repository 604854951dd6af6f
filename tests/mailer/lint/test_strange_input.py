"""Whatever stands in a mail, lint answers."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.lint.findings import CODES
from mailer.lint.linting import lint_mail
from mailer.lint.mail import Origin, RenderedMail, read_mail

ORIGIN = Origin("https://badges.badgepost.example", "badgepost.example")
# fmt: off
SCRAPS = st.sampled_from([
    '<a href="', "https://", "linkedin.com/profile/add?", "startTask=", "%", "&amp;", '"', ">", "<", "</", '<p style="',
    "color:", "url(", ";", "}", "{", "@media ", "<style>", "</style>", "<!--[if mso]>", "<![endif]-->", "<!--", "-->",
    '<img src="', "data:", "cid:", "[", "]", ":", "calc(", "#fff", "*/", "/*", "\\", "é", "\x01",
])
# fmt: on
SOUP = st.lists(SCRAPS, max_size=30).map("".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(soup=SOUP)
def test_tag_soup_is_judged_and_nothing_breaks(soup: str, make_mail: Callable[..., RenderedMail]) -> None:
    assert all(finding.code in CODES for finding in lint_mail(make_mail(soup, text=soup)))


@settings(max_examples=60, deadline=None)
@given(head=st.binary(max_size=80), body=st.binary(max_size=80))
def test_any_bytes_are_judged_and_nothing_breaks(head: bytes, body: bytes) -> None:
    data = b"Content-Type: text/html; charset=" + head + b"\r\n\r\n" + body
    assert lint_mail(read_mail(data, ORIGIN, "en", is_notice=False))
