"""Which part's text is read, and that nothing in it can raise or take long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.reading.body import Lengths, Origin, read_body
from inbound.reading.flowed import join_flowed
from inbound.reading.html_text import render_text
from wire.parts import read_message


def _alternative(plain: str, html: str) -> bytes:
    return (
        "Content-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    ).encode()


_PIECES = [
    "<p>", "</p>", "<b", "<!--", "-->", '"', "'", "=", ">", "a", "&", "&lt;", "<br>", "<div", "hidden>", "</div>",
    "<pre>",
]  # fmt: skip

HOSTILE = {
    "less-than": "<" * 1_000_000,
    "tags without end": "<a " * 300_000,
    "quotes without end": '<a href="' * 110_000,
    "divisions": "<div>" * 200_000,
    "style sheets": "<style>" * 50_000,
    "rules": "<style>" + ".a{color:red}" * 20_000 + "</style>" + "<p class=a>x</p>" * 10_000,
    "hidden divisions": '<div style="display:none">' * 40_000,
    "comments": "<!--" * 250_000,
    "quotes in quotes": "<blockquote>x" * 80_000,
    "paragraphs": "<p>" * 330_000,
    "cells": "<td>x" * 200_000,
    "styles": "<style>" * 140_000,
    "crossed": "<b><i></b></i>" * 70_000,
    "attributes": ("<a " + "x " * 2_000 + ">") * 250,
    "entities": "&#" * 500_000,
    "preformatted": "<pre>\n" * 160_000,
}


def test_plain_text_comes_before_html() -> None:
    body = read_body(read_message(_alternative("plain words", "<p>other words</p>")))
    assert (body.text.strip(), body.origin, body.is_cut) == ("plain words", Origin.PLAIN, False)


def test_html_is_read_where_the_plain_text_is_empty() -> None:
    body = read_body(read_message(_alternative("  ", "<p>other&nbsp;words</p>")))
    assert (body.text, body.origin) == ("other words", Origin.HTML)


def test_a_mail_without_text_has_an_empty_body() -> None:
    body = read_body(read_message(b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n"))
    assert (body.text, body.origin) == ("", Origin.NOTHING)


def test_attached_text_is_not_the_body() -> None:
    mail = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbefore\n"
        b"--b\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--b\n\nafter\n--b--\n"
    )
    assert read_body(read_message(mail)).text.split() == ["before", "after"]


def test_too_much_text_is_cut_and_said() -> None:
    body = read_body(read_message(b"\nabcdef\nghi\n"), Lengths(text=4))
    assert (body.text, body.is_cut) == ("abcd", True)
    body = read_body(read_message(b"\na\nb\nc"), Lengths(lines=2))
    assert (body.text, body.is_cut) == ("a\nb", True)
    html = read_body(read_message(b"Content-Type: text/html\n\n<p>abcdef</p>"), Lengths(text=4))
    assert (html.text, html.is_cut) == ("abcd", True)


def test_a_charset_that_lies_loses_no_mail() -> None:
    mail = b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe\xff\n"
    assert read_body(read_message(mail)).text.startswith("Grüße")


@given(st.binary(max_size=300), st.sampled_from([b"text/plain", b"text/html", b"text/plain; format=flowed", b"x"]))
def test_any_bytes_have_a_body(content: bytes, media_type: bytes) -> None:
    body = read_body(read_message(b"Content-Type: " + media_type + b"\n\n" + content))
    assert "\r" not in body.text or body.origin is Origin.HTML


@given(st.lists(st.sampled_from(_PIECES)))
def test_any_html_has_a_text(pieces: list[str]) -> None:
    text, is_cut = render_text(" ".join(pieces), 10_000)
    assert isinstance(text, str)
    assert not is_cut


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_takes_no_time(name: str) -> None:
    mail = read_message(b"Content-Type: text/html\n\n" + HOSTILE[name].encode())
    begun = time.process_time()
    read_body(mail)
    assert time.process_time() - begun < 1.5


@pytest.mark.parametrize(
    ("style", "is_seen"),
    [
        ("display:none", False),
        ("DISPLAY : NONE !important", False),
        ("color:red;font-size:0", False),
        ("font-size:0.0px", False),
        ("font-size:0.9em", True),
        ("max-height:0;overflow:hidden", False),
        ("mso-hide:all", False),
        ("opacity:0.5", True),
        ("border:none", True),
    ],
)
def test_what_a_reader_cannot_see_is_no_text(style: str, is_seen: bool) -> None:
    text, _ = render_text(f'<div>shown</div><div style="{style}">hidden <b>deep</b></div><div>after</div>', 1_000)
    assert text.split("\n") == (["shown", "hidden deep", "after"] if is_seen else ["shown", "after"])


@pytest.mark.parametrize(
    ("before", "within", "is_seen"),
    [
        ("<div>", "color:#fff", False),
        ("<div>", "color:#FEFEFE !important", False),
        ("<div>", "color: rgb(255 255 255 / 100%)", False),
        ("<div>", "color:hsl(0, 0%, 100%)", False),
        ("<div>", "color:#12345600", False),
        ("<div>", "-webkit-text-fill-color:white", False),
        ("<div>", "color:navy;background:#000080 none repeat", False),
        ("<div bgcolor=navy>", "color:#000080", False),
        ("<div bgcolor=navy>", "color:#fff", True),
        ("<div bgcolor=navy>", "color:inherit", True),
        ('<div style="background:url(dark.png)">', "color:#fff", True),
        ('<div style="color:white">', "color:black", True),
        ('<div style="color:white">', "font-weight:bold", False),
        ("<body text=white>", "margin:0", False),
        ("<style><!-- p.x, div.y {color:#fff} --></style><div class=y>", "margin:0", False),
        ("<style>span {color:#fff}</style><div>", "margin:0", False),
        ("<style>.y {color:#fff; background:#036}</style><div class=y>", "margin:0", True),
        ("<style>.y {color:#fff}</style><div class=y>", "color:#333", True),
    ],
)
def test_what_has_the_colour_of_its_ground_is_no_text(before: str, within: str, is_seen: bool) -> None:
    text, _ = render_text(f'{before}<span style="{within}">words</span></div></body>', 1_000)
    assert text == ("words" if is_seen else "")


def test_a_link_keeps_its_address_once() -> None:
    html = '<a href="mailto:a@x.example?subject=1">Ana</a>, <a href="mailto:a@x.example">a@x.example</a>'
    assert render_text(html, 1_000)[0] == "Ana <a@x.example>, a@x.example"


@pytest.mark.parametrize(
    ("text", "delete_space", "joined"),
    [
        ("one \ntwo", False, "one two"),
        ("on \ne", True, "one"),
        ("> one \n> two\nmine", False, "> one two\nmine"),
        ("one \n-- \nAna", False, "one \n-- \nAna"),
        (" From here\n > no quote", False, "From here\n> no quote"),
        ("one \n> two", False, "one \n> two"),
    ],
)
def test_soft_line_breaks_are_undone(text: str, delete_space: bool, joined: str) -> None:
    assert join_flowed(text, delete_space) == joined
