"""A stranger's HTML, of which only what shows is left."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.showing.html import LONGEST, make_safe, read_link

_PIECES = [
    "<a href='", '<a href="', "javascript:alert(1)", "//evil.example", "'", '"', ">", "<", "</a>", "<img src=", "<svg>",
    "<math>", "<style>", "</style>", "<script>", "</script>", "<!--", "-->", "onerror=alert(1)", " style='", "url(",
    "<table>", "<p>", "&quot;", "&#106;", "\x00", "\u202e", "<iframe srcdoc=", "<noscript>", "<title>", "<textarea>",
]  # fmt: skip
_ALLOWED = {"style", "align", "dir", "lang", "title", "alt", "src", "width", "height", "border", "colspan", "rowspan"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _read(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(html)
    return reader.tags


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=25).map("".join))
def test_whatever_is_sent_only_shows(source: str) -> None:
    for tag, attributes in _read(make_safe(source, {}).html):
        assert tag not in {"script", "style", "svg", "math", "iframe", "form", "input", "base", "meta", "link", "title"}
        assert attributes.keys() <= _ALLOWED
        assert "src" not in attributes
        assert "url" not in (attributes.get("style") or "").lower()


def test_links_are_shown_and_lead_nowhere() -> None:
    safe = make_safe('<a href="https://b\u0430dge.example/?a=1&amp;b=2">badge.example</a><a href="mailto:x">y</a>', {})
    assert 'href="' not in safe.html
    assert "https://xn--bdge-53d.example/?a=1&amp;b=2" in safe.html
    assert [(link.host, link.is_odd) for link in safe.links] == [("xn--bdge-53d.example", True), ("", False)]
    assert read_link("https://[::1").is_odd
    assert read_link("https://badge.example@evil.example/").is_odd


def test_pictures_come_from_the_mail_alone() -> None:
    pictures = {"logo@x": "data:image/png;base64,AAAA"}
    sources = ("cid:logo@x", "cid:none", "HTTPS://t.example/p.gif", "data:text/html,x")
    source = "".join(f'<img src="{each}">' for each in sources)
    safe = make_safe(source, pictures)
    assert [attributes.get("src") for _, attributes in _read(safe.html)] == [pictures["logo@x"], None, None, None]
    assert safe.remote == ("t.example",)


@pytest.mark.parametrize(
    "style", ["position:fixed;top:0", "background:url(//x)", "display:none", "width:expression(1)", "color:\\75rl(x)"]
)
def test_no_style_moves_hides_or_fetches(style: str) -> None:
    assert not make_safe(f'<p style="{style}">x</p>', {}).html.replace("<p>x</p>", "").replace('<p style="">x</p>', "")


def test_there_is_an_end() -> None:
    assert make_safe("<p>" * LONGEST, {}).is_cut
