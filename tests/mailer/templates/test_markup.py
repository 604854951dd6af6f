import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.templates.markup import Attribute, Comment, Declaration, MarkupFault, Tag, Text, scan


def test_every_kind_of_part_with_its_place() -> None:
    html = '<!DOCTYPE html><p title="a &gt; b" hidden x=y>t<br/><!--[if mso]><b><![endif]--></P>'
    assert list(scan(html)) == [
        Declaration("<!DOCTYPE html>", 0),
        Tag(
            "p",
            15,
            46,
            attributes=(
                Attribute("title", "a &gt; b", 18, True),
                Attribute("hidden", "", 35, False),
                Attribute("x", "y", 42, False),
            ),
        ),
        Text("t", 46),
        Tag("br", 47, 52, self_closing=True),
        Comment("[if mso]><b><![endif]", 56),
        Tag("p", 80, 84, closing=True),
    ]


def test_raw_elements_hold_text_only() -> None:
    html = "<style>a > b { }</style><title>1 < 2 <b></title>"
    texts = [piece for piece in scan(html) if isinstance(piece, Text)]
    assert [(text.text, text.element) for text in texts] == [("a > b { }", "style"), ("1 < 2 <b>", "title")]


@pytest.mark.parametrize(
    ("html", "offset"),
    [
        ("a < b", 2),
        ("<p", 0),
        ('x<p title="a>', 1),
        ("<p a='b\">", 0),
        ("<p =x>", 0),
        ("<!-- x", 0),
        ("<style>x", 0),
        ("<>", 0),
        ("</>", 0),
        ("<p<b>", 0),
        ('<p a="b"c="d">', 0),
    ],
)
def test_what_a_browser_would_have_to_guess_is_a_fault(html: str, offset: int) -> None:
    with pytest.raises(MarkupFault) as fault:
        list(scan(html))
    assert fault.value.offset == offset


@given(st.text("<>/!-=\"' abp[]", max_size=60))
def test_the_parts_cover_the_source_without_gaps(html: str) -> None:
    try:
        pieces = list(scan(html))
    except MarkupFault as fault:
        pieces = list(scan(html[: fault.offset]))  # what stands before a fault is in order
        html = html[: fault.offset]
    position = 0
    for piece in pieces:
        start = piece.offset - 4 if isinstance(piece, Comment) else piece.offset
        assert start == position
        match piece:
            case Tag():
                position = piece.end
            case Comment():
                position = piece.offset + len(piece.text) + 3
            case _:
                position = start + len(piece.text)
    assert position == len(html)
