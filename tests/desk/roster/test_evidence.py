"""Evidence: addresses that lead where they say and nowhere else, and one line of text."""

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.roster.cells import CellFault
from desk.roster.evidence import LONGEST, read_evidence_url, read_narrative

NOT_WEB = CellFault("is not a web address (https:// or http://, a domain, no user name, no space)")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://work.example", "https://work.example"),
        ("  http://work.example/a%20b?c=[1]#d ", "http://work.example/a%20b?c=%5B1%5D#d"),
        ("HTTPS://Bücher.Example:8443/Prüfung", "https://xn--bcher-kva.example:8443/Pr%C3%BCfung"),
        ("https://аpple.example/", "https://xn--pple-43d.example/"),
        ("https://work.example/100%#a#b", "https://work.example/100%25#a%23b"),
        ("https://work.example/<script>\"'", "https://work.example/%3Cscript%3E%22'"),
        ("https://work.example/?to=https://a@b.example", "https://work.example/?to=https://a@b.example"),
        ("https://work.example/\u200b\U000e0041", "https://work.example/%E2%80%8B%F3%A0%81%81"),
    ],
)
def test_an_address_is_kept_as_a_uri(written: str, kept: str) -> None:
    assert read_evidence_url(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "work.example/a",
        "javascript:alert(1)//https://work.example",
        "data:text/html,x",
        "ftp://work.example/",
        "//work.example/",
        "https:work.example",
        "https:///work.example",
        "https://",
        "https://localhost/",
        "https://2130706433/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://bank.example@other.example/",
        "https://bank.example:pass@other.example/",
        "https://bank.example\\@other.example/",
        "https://bank.example%2f.other.example/",
        "https://ex%61mple.example/",
        "https://work..example/",
        "https://work.example:https/",
        "https://work.example/a https://work.example/b",
        "https://work.example/a\u00a0b",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(written: str) -> None:
    assert read_evidence_url(written) == NOT_WEB


@pytest.mark.parametrize("read", [read_evidence_url, read_narrative])
def test_what_no_line_of_text_holds_is_refused(read: type) -> None:
    for written, reason in [
        ("https://work.example/\x00", "holds a control character"),
        ("https://work.example/\u202egnp.exe", "holds a control character"),
        ("https://work.example/\n", "holds a line break"),
        ("\thttps://work.example/", "starts with a tab or line break, as smuggled formulas do"),
        ("https://work.example/\ufffd", "holds the sign for a lost letter (\ufffd)"),
        ('=HYPERLINK("https://work.example/")', "holds a formula"),
        ("#REF!", "holds an error of the spreadsheet"),
    ]:
        assert read(written) == CellFault(reason)


def test_both_may_be_long_but_not_longer() -> None:
    url = "https://work.example/".ljust(LONGEST, "x")
    too_long = CellFault("is longer than 2000 characters")
    assert (read_evidence_url(url), read_evidence_url(url + "x")) == (url, too_long)
    assert read_evidence_url("https://work.example/" + "ü" * 500) == too_long
    assert (read_narrative("x" * LONGEST), read_narrative("x" * (LONGEST + 1))) == ("x" * LONGEST, too_long)


def test_a_narrative_is_one_line_in_nfc() -> None:
    assert read_narrative(" Led  the cafe\u0301\u00a0at <b>night</b>. ") == "Led the café at <b>night</b>."


@given(st.text() | st.text().map("https://work.example".__add__) | st.text().map("https://".__add__))
@example("https://work.example//evil.example")
@example("https://0.example:99999/")
def test_what_is_kept_leads_where_it_says(written: str) -> None:
    kept = read_evidence_url(written) if written.strip() else NOT_WEB
    if isinstance(kept, str):
        parts = urlsplit(kept)
        assert kept.isascii()
        assert kept.isprintable()
        assert not set(kept) & set(' "<>\\^`{|}[]')
        assert parts.scheme in {"http", "https"}
        assert (parts.username, parts.hostname) == (None, parts.netloc.partition(":")[0])
        assert read_evidence_url(kept) == kept


@pytest.mark.parametrize("piece", [".a", "%", "@", "://", "#", " "])
def test_a_megabyte_is_read_at_once(piece: str) -> None:
    started = time.perf_counter()
    read_evidence_url("https://work.example" + piece * (1_000_000 // len(piece)) + "!")
    assert time.perf_counter() - started < 2
