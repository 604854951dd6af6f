"""Signature and embedded badge: HTML that takes anybody's words."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.rendering.signature import LinkedBadge, Signer, write_embedded, write_plain_signature, write_signature
from tests.badges.rendering.subjects import MARKUP, SCRIPTS

URL = "https://badges.fjellvik.example/badges/k3v9x2m7q8w1z5aa"
BADGE = LinkedBadge("Mountain First Aid", "Fjellvik", URL, f"{URL}/image-200.png", "A cross", 100, "#1f4e79")
ADA = Signer("Ada Lindqvist", "Guide", "Tinde Rescue", "+47 912 34 567", "https://ada.example/")


class _Seen(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(html))  # of Markup, parts would be escaped

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(attributes)) for tag, attributes in _Seen(html).tags]


def test_the_signature_is_what_mail_programs_need() -> None:
    seen = _Seen(write_signature(ADA, BADGE))
    (image,) = [attributes for tag, attributes in seen.tags if tag == "img"]
    assert (image["width"], image["height"], image["alt"]) == ("100", "100", "A cross")
    assert image["src"] == f"{URL}/image-200.png"
    links = [attributes["href"] for tag, attributes in seen.tags if tag == "a"]
    assert links == [URL, "https://ada.example/", URL]
    assert {tag for tag, _ in seen.tags} <= {"table", "tr", "td", "a", "img", "strong", "br"}
    for said in ("Ada Lindqvist", "Guide, Tinde Rescue", "+47 912 34 567", "ada.example", "Mountain First Aid"):
        assert said in seen.text


def test_what_is_empty_leaves_no_line() -> None:
    assert str(write_signature(Signer("Ada"), BADGE)).count("<br>") == 1
    assert write_plain_signature(Signer("Ada"), BADGE) == f"Ada\nMountain First Aid, Fjellvik: {URL}"


@pytest.mark.parametrize(
    "words", [*MARKUP, *SCRIPTS, "\"' onmouseover=alert(1) x='", "</td></table><script>1</script>"]
)
def test_words_are_text(words: str) -> None:
    html = write_signature(Signer(words, words, words, words, "javascript:1"), BADGE)
    assert _shape(html) == _shape(write_signature(Signer("a", "b", "c", "d", "e"), BADGE))
    assert _Seen(html).text.count(words) == 4


@pytest.mark.parametrize(
    "website",
    ["javascript:alert(1)", "JavaScript:1", "data:text/html,x", "//evil.example", "https://a b", "mailto:a@b"],
)
def test_only_web_addresses_become_links(website: str) -> None:
    links = [
        attributes["href"]
        for tag, attributes in _Seen(write_signature(Signer("Ada", website=website), BADGE)).tags
        if tag == "a"
    ]
    assert links == [URL, URL]


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_words_break_out(words: str, more: str) -> None:
    badge = LinkedBadge(words, more, URL, f"{URL}/image-200.png", words, 100, "#1f4e79")
    tags = {tag for tag, _ in _Seen(write_signature(Signer(words, more, words, more, f"https://{words}"), badge)).tags}
    assert tags <= {"table", "tr", "td", "a", "img", "strong", "br"}
    assert [tag for tag, _ in _Seen(write_embedded(badge)).tags] == ["a", "img"]
    assert "\n\n" not in write_plain_signature(Signer(words, more), badge)
