import quopri
import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.templates.published import FORMAT, Published, Traits, Variant

TRAITS = Traits("en", "Sender", "Badge", "cid:badge@badgepost.example", "ab" * 32, "Organisation", 1)
VARIANT = Variant(
    subject=("For ", "name", ""),
    text=(".start ", "name", "\n.", "name", " ", "other", "\nFrom ", "name", "", "other", "\n"),
    html=('<p title="', "name", '">', "other", "</p>  <b>\t</b> ", "name", "\n.</html>\n"),
)
ONE = Published("issuance", TRAITS, (), {"": VARIANT})
NASTY = [
    "",
    ".hidden",
    "..",
    "." * 90,
    "\r\n.\r\nMAIL FROM:<x@y.example>",
    "From me",
    "double  spaces",
    "trailing  ",
    "\ttabs\t",
    "\U0001f3c5\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0645\u0631\u062d\u0628\u0627",
    "{{ 7*7 }}",
    "</title>",
    '"><script>',
    "x" * 200,
    "é" * 200,
    "O'Brien & Söhne",
    "=3D",
]


def assert_canonical(body: bytes) -> None:
    assert body.endswith(b"\r\n")
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert not re.search(rb"  |\t| \Z|[^ -~]", line)


def expect(pieces: tuple[str, ...], values: dict[str, str]) -> bytes:
    text = "".join(piece.replace("\n", "\r\n") if n % 2 == 0 else values[piece] for n, piece in enumerate(pieces))
    return text.encode()


def assert_filled(values: dict[str, str]) -> None:
    filled = ONE.fill(values)
    assert_canonical(filled.text)
    assert_canonical(filled.html)
    assert quopri.decodestring(filled.text) == expect(VARIANT.text, values)
    escaped = {
        name: escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") for name, value in values.items()
    }
    assert quopri.decodestring(filled.html) == expect(VARIANT.html, escaped)


@pytest.mark.parametrize("value", NASTY)
def test_any_value_arrives_as_it_is(value: str) -> None:
    assert_filled({"name": value, "other": "plain"})
    assert_filled({"name": "plain", "other": value})
    assert_filled({"name": value, "other": value})


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), max_size=200), st.text("ab. \n=é", max_size=90))
def test_any_two_values(name: str, other: str) -> None:
    assert_filled({"name": name, "other": other})


def test_control_characters_are_replaced() -> None:
    filled = ONE.fill({"name": "a\x00b\x1b", "other": "\x7f"})
    assert b"=00" not in filled.html + filled.text
    assert "a\ufffdb\ufffd".encode() in quopri.decodestring(filled.text)


def test_a_slot_without_a_value_is_a_fault() -> None:
    with pytest.raises(KeyError):
        ONE.fill({"name": "x"})
    with pytest.raises(KeyError, match="other"):
        ONE.fill({"name": "x", "other": None})


def test_the_readable_forms() -> None:
    values = {"name": "A & B", "other": "c"}
    assert ONE.render_text(values) == ".start A & B\n.A & B c\nFrom A & Bc\n"
    assert ONE.render_html(values) == '<p title="A &amp; B">c</p>  <b>\t</b> A &amp; B\n.</html>\n'


def test_json_gives_the_same_template() -> None:
    again = Published.from_json(ONE.to_json())
    assert again == ONE
    assert again.digest == ONE.digest
    assert len(ONE.digest) == 64


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 99"):
        Published.from_json(ONE.to_json().replace(f'"format":{FORMAT}', '"format":99'))


def test_the_content_id_is_that_of_the_source() -> None:
    assert TRAITS.content_id == "badge@badgepost.example"
    hosted = Traits("en", "Sender", "Badge", "https://x.example/a.png", "ab" * 32, "Organisation", 1)
    assert hosted.content_id is None
    assert Traits("en", "Sender", None, None, None, "Organisation", None).content_id is None
