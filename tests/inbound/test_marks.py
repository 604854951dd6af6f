"""By what a mail is known again."""

from inbound.marks import make_content_mark, make_signature_marks

CONTENT = b"Received: by one\r\nSubject: hi\r\n\r\nPlease.\r\n"


def test_the_way_it_came_does_not_matter_and_what_it_says_does() -> None:
    mark = make_content_mark("1@a.example", "dana@a.example", True, CONTENT)
    assert mark == make_content_mark("1@a.example", "dana@a.example", True, b"Received: by two\r\n" + CONTENT)
    others = [
        make_content_mark("2@a.example", "dana@a.example", True, CONTENT),
        make_content_mark("1@a.example", "rob@a.example", True, CONTENT),
        make_content_mark("1@a.example", "dana@a.example", False, CONTENT),
        make_content_mark("1@a.example", "dana@a.example", True, CONTENT + b"More.\r\n"),
    ]
    assert len({mark, *others}) == 5


def test_nothing_moves_from_one_part_into_the_next() -> None:
    assert make_content_mark("a", "b", True, b"") != make_content_mark("a\0b", "", True, b"")


def test_without_a_message_id_only_the_bytes_count() -> None:
    assert make_content_mark("", "dana@a.example", True, CONTENT) is None


def test_each_signature_has_its_mark() -> None:
    assert len(set(make_signature_marks([b"one", b"two", b"one"]))) == 2
