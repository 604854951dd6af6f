import pytest

from mailer.templates.inlining import find_difference, inline_css, line_of_element, remove_blanks

PAGE = "<html><head></head><body>{}</body></html>"


def test_blanks_that_show_nowhere_go() -> None:
    html = PAGE.format("\n   <p>a  \t b</p>\n\n\n <!-- x --><title>  y  </title>")
    assert remove_blanks(html) == PAGE.format("\n<p>a b</p>\n<title>  y  </title>")


def test_blanks_in_attributes_and_no_break_spaces_stay() -> None:
    html = PAGE.format('<p title="a  b">\u00a0\u00a0</p>')
    assert remove_blanks(html) == html


@pytest.mark.parametrize("body", ["<pre>a  b</pre>", '<p style="white-space: pre-line">a  b</p>'])
def test_blanks_that_may_show_stay(body: str) -> None:
    assert remove_blanks(PAGE.format(body)) == PAGE.format(body)


def test_a_line_that_may_not_break_is_no_reason_to_keep_blanks() -> None:
    assert "a b" in remove_blanks(PAGE.format('<p style="white-space:nowrap">a  b</p>'))


def test_outlook_comments_stay() -> None:
    html = PAGE.format("<!--[if mso]>  <p>x</p>  <![endif]--><!--[if !mso]><!--><p>y</p><!--<![endif]-->")
    assert remove_blanks(html) == html.replace("  ", " ")


@pytest.mark.parametrize(
    ("other", "element"),
    [
        ('<p style="b:2; a:1" title="t">x  y</p><b>z</b>', None),
        ('<p style="a:1;b:3" title="t">x y</p><b>z</b>', 1),
        ('<p style="a:1;b:2" title="u">x y</p><b>z</b>', 1),
        ('<p style="a:1;b:2" title="t">x  z</p><b>z</b>', 1),
        ('<p style="a:1;b:2" title="t">x y</p><i>z</i>', 2),
        ('<p style="a:1;b:2" title="t">x y</p><b>z</b>!', 2),
        ('<p style="a:1;b:2" title="t">x y</p><b>z</b><br>', 3),
        ('<p style="a:1;b:2" title="t">x y</p>', 2),
    ],
)
def test_documents_are_compared_by_what_shows(other: str, element: int | None) -> None:
    one = PAGE.format('<p style="a:1;b:2" title="t">x y</p><b>z</b>')
    assert find_difference(one, PAGE.format(other)) == element


def test_the_line_of_an_element() -> None:
    assert line_of_element("<html><head></head>\n<body>\n<p>x</p>\n\n<b>y</b></body></html>", 2) == 5


def test_the_document_type_stays_however_it_is_written() -> None:
    assert inline_css("<!doctype html>\n" + PAGE.format("x")).startswith("<!DOCTYPE html>")


def test_more_specific_rules_win_and_own_styles_over_them() -> None:
    rules = "<style>p { color: red } .a { color: blue } #b { color: green }</style></head>"
    body = '<p class="a" id="b">1</p><p class="a" style="color: black">2</p>'
    inlined = inline_css(PAGE.format(body).replace("</head>", rules))
    assert '<p class="a" id="b" style="color:green">1</p>' in inlined
    assert '<p class="a" style="color:black">2</p>' in inlined
