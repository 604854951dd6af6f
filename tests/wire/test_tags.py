"""Lists of tags: spaces and folds as the grammar has them, and nothing that two readers could read differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.tags import TagFault, drop_space, parse_tags


def test_a_list_is_read() -> None:
    assert parse_tags(" v = 1 ;a=rsa-sha256;\r\n\tb=ab\r\n cd= ; x=") == {
        "v": "1",
        "a": "rsa-sha256",
        "b": "ab cd=",
        "x": "",
    }


@pytest.mark.parametrize("text", ["", ";", "a=1;;b=2", "a=1; a=2", "a", "1=a", "a=\x00", "a=ü", "a=\r\nb", "a b=1"])
def test_what_is_no_list_is_refused(text: str) -> None:
    assert isinstance(parse_tags(text), TagFault)


def test_tags_differ_by_case() -> None:
    assert parse_tags("d=a; D=b") == {"d": "a", "D": "b"}


def test_base64_may_hold_space() -> None:
    assert drop_space("ab \t cd") == "abcd"


@given(st.text(max_size=60) | st.text("av=;b \r\n\t", max_size=40))
def test_any_text_gives_a_value(text: str) -> None:
    found = parse_tags(text)
    assert isinstance(found, TagFault) or all(";" not in value for value in found.values())
