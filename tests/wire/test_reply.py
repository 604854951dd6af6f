"""Replies: syntax, limits, and the same replies however the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.reply import MAX_LINE, MAX_LINES, Reply, ReplyFault, ReplyReader


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"250 OK\r\n", Reply(250, None, ("OK",))),
        (b"250 2.1.5 Recipient ok\r\n", Reply(250, "2.1.5", ("Recipient ok",))),
        (b"354\r\n", Reply(354, None, ("",))),
        (b"250 \r\n", Reply(250, None, ("",))),
        (b"250 2.0.0\r\n", Reply(250, "2.0.0", ("",))),
        (b"220 ready\n", Reply(220, None, ("ready",))),
        (
            b"550-5.1.1 The account does not exist. Try\r\n550-5.1.1 again\r\n550 5.1.1 x - gsmtp\r\n",
            Reply(550, "5.1.1", ("The account does not exist. Try", "again", "x - gsmtp")),
        ),
        (b"550-5.7.1 Refused\r\n550 see our page\r\n", Reply(550, "5.7.1", ("Refused", "see our page"))),
        (b"550 4.1.1 contradicts itself\r\n", Reply(550, None, ("4.1.1 contradicts itself",))),
        (b"354 3.0.0 go on\r\n", Reply(354, None, ("3.0.0 go on",))),
        (b"550 5.1.1000 no code\r\n", Reply(550, None, ("5.1.1000 no code",))),
        ("550 Boîte pleine\r\n".encode(), Reply(550, None, ("Boîte pleine",))),
        ("550 Boîte pleine\r\n".encode("latin-1"), Reply(550, None, ("Boîte pleine",))),
        (b"550 a\x1b[2Jb\tc\r\r\n", Reply(550, None, ("a [2Jb c ",))),
    ],
)
def test_a_reply_is_read(data: bytes, reply: Reply) -> None:
    assert ReplyReader().feed(data) == [reply]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello\r\n", "no SMTP reply: 'hello'"),
        (b"\r\n", "no SMTP reply: ''"),
        (b"25\r\n", "no SMTP reply: '25'"),
        (b"150 no\r\n", "no SMTP reply: '150 no'"),
        (b"650 no\r\n", "no SMTP reply: '650 no'"),
        (b"250_no\r\n", "no SMTP reply: '250_no'"),
        (b"2500 no\r\n", "no SMTP reply: '2500 no'"),
        (b"HTTP/1.1 400 Bad Request\r\n", "no SMTP reply: 'HTTP/1.1 400 Bad Request'"),
        (b"\x16\x03\x01\x00\n", "no SMTP reply: '    '"),
        (b"250-a\r\n251 b\r\n", "a reply that begins with 250 and goes on with 251"),
        (b"250 " + b"x" * MAX_LINE + b"\r\n", "a reply line of more than 2048 bytes"),
        (b"250 " + b"x" * MAX_LINE, "a reply line of more than 2048 bytes"),
        (b"250-x\r\n" * MAX_LINES, "a reply of more than 128 lines"),
    ],
)
def test_what_is_no_reply_ends_the_conversation(data: bytes, reason: str) -> None:
    reader = ReplyReader()
    assert reader.feed(b"220 ready\r\n" + data) == [Reply(220, None, ("ready",)), ReplyFault(reason)]
    assert reader.feed(b"250 OK\r\n") == [ReplyFault(reason)]


def test_pipelined_replies_come_in_order() -> None:
    replies = ReplyReader().feed(b"250 2.1.0 a\r\n550-5.1.1 b\r\n550 5.1.1 c\r\n354 d\r\n")
    assert [str(reply) for reply in replies] == ["250 2.1.0 a", "550 5.1.1 b c", "354 d"]


REPLY_LINES = st.builds(
    lambda code, separator, text, end: code + separator + text + end,
    st.sampled_from([b"220", b"250", b"354", b"421", b"550", b"99"]),
    st.sampled_from([b" ", b"-", b"", b"x"]),
    st.one_of(st.binary(max_size=20), st.sampled_from([b"5.1.1 no", b"2.0.0", b"x" * MAX_LINE])),
    st.sampled_from([b"\r\n", b"\n", b""]),
)


@given(st.lists(REPLY_LINES, max_size=8).map(b"".join), st.data())
def test_cutting_the_stream_anywhere_gives_the_same(stream: bytes, data: st.DataObject) -> None:
    whole = ReplyReader().feed(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    reader = ReplyReader()
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    cut: list[Reply | ReplyFault] = []
    for piece in pieces:
        if not (cut and isinstance(cut[-1], ReplyFault)):
            cut.extend(reader.feed(piece))
    assert cut == whole


@given(st.binary(max_size=200))
def test_any_byte_gives_values_without_control_characters(stream: bytes) -> None:
    for outcome in ReplyReader().feed(stream):
        text = outcome.text if isinstance(outcome, Reply) else outcome.reason
        assert text.isprintable()
