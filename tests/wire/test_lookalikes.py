"""Text that shows as something else than it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.lookalikes import mixes_alphabets, reveal, turns_direction, write_host


def test_unseen_signs_are_written_out() -> None:
    assert reveal("invoice\u202egpj.exe") == "invoice[RLO]gpj.exe"
    assert reveal("a\u200bb\u00adc\x00d\x9be") == "a[ZWSP]b[SHY]c[U+0000]d[U+009B]e"
    assert reveal("Zoë\tيوسف 👩‍💻\nنام\u200cخانوادگی") == "Zoë\tيوسف 👩‍💻\nنام\u200cخانوادگی"


@given(st.text())
def test_nothing_revealed_acts(text: str) -> None:
    assert not turns_direction(reveal(text))
    assert reveal(reveal(text)) == reveal(text)


@pytest.mark.parametrize(
    ("text", "mixes"),
    [
        ("paypal.example", False),
        ("p\u0430ypal.example", True),
        ("\u0440\u0430\u0443\u0440\u0430\u04cf.example", False),
        ("Ингрид Solberg", False),
        ("Ingrid S\u043elberg", True),
        ("Øystein Łukasz", False),
        ("Ωmega", True),
    ],
)
def test_words_of_two_alphabets(text: str, mixes: bool) -> None:
    assert mixes_alphabets(text) is mixes


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("Fjellvik.example", "fjellvik.example"),
        ("p\u0430ypal.example", "xn--pypal-4ve.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("b\u202eucher.example", "b[RLO]ucher.example"),
        ("ａ.example。", "a.example."),
        ("", ""),
        ("ä" * 64 + ".example", "ä" * 64 + ".example"),
    ],
)
def test_hosts_are_written_as_the_dns_has_them(host: str, written: str) -> None:
    assert write_host(host) == written
