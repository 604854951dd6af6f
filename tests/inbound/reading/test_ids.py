"""Message-IDs as strangers write them: nothing that would not go into a database or a line."""

import pytest

from inbound.reading.reader import read_mail


@pytest.mark.parametrize("broken", ["\x01", "\x00", "\x1f", "\x7f", "=?utf-8?q?=00?="])
def test_an_id_with_a_control_character_is_none(broken: str) -> None:
    mail = f"From: a@b.example\r\nMessage-ID: <a{broken}b@c.example>\r\nReferences: <1@c.example> <2{broken}@c.example>"
    reading = read_mail(f"{mail}\r\n\r\nHello\r\n".encode())
    assert reading.references[0] == "1@c.example"
    for id_ in (reading.message_id, *reading.references):
        assert not any(ord(character) < 32 or ord(character) == 127 for character in id_)
