"""Status lists as others read them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3.status import decode_encoded_list

from badges.openbadges.status import LIST_LENGTH, build_status_list, encode_bits

_BITS = st.sets(st.integers(0, LIST_LENGTH - 1), max_size=50)


@given(_BITS)
def test_exactly_the_bits_that_are_meant(bits: set[int]) -> None:
    raw = decode_encoded_list(encode_bits(bits))
    assert len(raw) * 8 == LIST_LENGTH
    assert {index for index in range(LIST_LENGTH) if raw[index // 8] and raw[index // 8] & 0x80 >> index % 8} == bits


def test_the_first_bit_is_the_leftmost() -> None:
    assert decode_encoded_list(encode_bits([0]))[0] == 0b1000_0000
    assert decode_encoded_list(encode_bits([LIST_LENGTH - 1]))[-1] == 1


def test_the_same_bits_give_the_same_text() -> None:
    assert encode_bits([3, 1]) == encode_bits([1, 3])
    assert encode_bits([]).startswith("u")


@pytest.mark.parametrize("index", [-1, LIST_LENGTH])
def test_a_bit_beyond_the_list(index: int) -> None:
    with pytest.raises(IndexError):
        encode_bits([index])


def test_a_list_counts_for_a_day() -> None:
    wording = build_status_list(
        "https://b.example/s", "https://b.example/i", "uX", datetime(2026, 12, 31, 5, tzinfo=UTC)
    )
    assert (wording["validFrom"], wording["validUntil"]) == ("2026-12-31T05:00:00Z", "2027-01-01T05:00:00Z")
