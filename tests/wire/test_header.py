import email
import email.header
import re
import sys
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wire.header import HARD_LINE_LIMIT, LINE_LIMIT, HeaderFault, mailbox, message_ids, structured, unstructured

NAMES = [
    "Anna Berg",
    "O'Brien",
    'Dwayne "The Rock" Johnson',
    "Doe, John",
    "back\\slash",
    "a <b@c.example>",
    "Ana María Núñez & Söhne",
    "Łukasz Żółć",
    "\U0001f3c5 Winner \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645",
    "\u9648\u5927\u6587",
    "=?utf-8?q?x?=",
    "two  blanks",
    "word " * 40 + "end",
    "x" * 200,
    '"' * 200,
    "{{ 7*7 }}",
    "</title><script>",
    ".",
    "(comment)",
    "a;b:c@d",
]
LONG_NON_ASCII = ["é" * 200, "\u9648\u5927\u6587" * 66, "\U0001f3c5" * 200]
CONTROLS = ["\r", "\n", "\r\n", "\x00", "\t", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]

printable = st.text(
    alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=120
).filter(lambda text: text.strip() == text)


def parse(field: bytes) -> EmailMessage:
    message = email.message_from_bytes(field + b"\r\nbody\r\n", policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert len(message.keys()) == 1
    assert message.get_content() == "body\r\n" or message.get_content() == "body\n"
    assert message.defects == []
    return message


def assert_lines_fit(field: bytes) -> None:
    assert field.endswith(b"\r\n")
    for number, line in enumerate(field[:-2].split(b"\r\n")):
        assert len(line) <= HARD_LINE_LIMIT
        assert not re.search(rb"[\x00-\x1f\x7f]", line)
        assert line.strip()
        assert line.startswith(b" ") == (number > 0)
        if b"=?utf-8?" in line:
            assert len(line) <= LINE_LIMIT


@pytest.mark.parametrize("value", NAMES + LONG_NON_ASCII)
def test_a_subject_parses_back_to_its_value(value: str) -> None:
    field = unstructured("Subject", value)
    assert_lines_fit(field)
    header = parse(field)["Subject"]
    assert str(header) == value
    assert header.defects == ()


@given(printable)
@example("x" * 67)
@example("x" * 68)
@example("é " * 60 + "x")
def test_any_subject_parses_back(value: str) -> None:
    field = unstructured("Subject", value)
    assert_lines_fit(field)
    header = parse(field)["Subject"]
    assert str(header) == value
    assert header.defects == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_display_name_parses_back_to_its_value(name: str) -> None:
    field = mailbox("To", name, "earner@mail.example")
    assert_lines_fit(field)
    assert_name_is(field, name)


@given(printable)
def test_any_display_name_parses_back(name: str) -> None:
    field = mailbox("To", name, "earner@mail.example")
    assert_lines_fit(field)
    assert_name_is(field, name)


def assert_name_is(field: bytes, name: str) -> None:
    name = re.sub(" +", " ", name)
    message = parse(field)
    (address,) = message["To"].addresses
    assert address.addr_spec == "earner@mail.example"
    assert message["To"].defects == ()
    if field.count(b"=?utf-8?") > 1 and sys.version_info < (3, 13):
        # RFC 2047 section 6.2: blanks between encoded words are not shown. This parser shows them in a display name.
        assert decode_by_rfc_2047(field).startswith(name)
    else:
        assert address.display_name == name


def decode_by_rfc_2047(field: bytes) -> str:
    value = field.decode("ascii").removeprefix("To: ")
    return str(email.header.make_header(email.header.decode_header(value)))


@pytest.mark.parametrize("name", LONG_NON_ASCII)
def test_a_long_display_name_takes_several_encoded_words(name: str) -> None:
    field = mailbox("To", name, "earner@mail.example")
    assert_lines_fit(field)
    assert_name_is(field, name)


@pytest.mark.parametrize("character", CONTROLS)
@pytest.mark.parametrize("place", ["{}Bcc: x@y.example", "a{}Bcc: x@y.example", "a{}"])
def test_no_field_can_be_injected(character: str, place: str) -> None:
    value = place.format(character)
    with pytest.raises(HeaderFault):
        unstructured("Subject", value)
    with pytest.raises(HeaderFault):
        structured("Message-ID", value)
    with pytest.raises(HeaderFault):
        mailbox("To", value, "earner@mail.example")
    with pytest.raises(HeaderFault):
        mailbox("To", "Anna", f"earner{value}@mail.example")
    with pytest.raises(HeaderFault):
        unstructured(f"Subject{character}", "x")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "@y.example",
        "a@b.example, c@d.example",
        "a b@c.example",
        "a>b@c.example",
        "<a@b.example>",
        "a@b@c.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(HeaderFault):
        mailbox("To", "Anna", address)


@pytest.mark.parametrize("address", ["a@b.example", "o'brien+x@b.example", '"a b"@c.example', "a@[192.0.2.1]"])
def test_addresses_stay_as_they_are(address: str) -> None:
    (parsed,) = parse(mailbox("To", "", address))["To"].addresses
    assert parsed.addr_spec == address


def test_a_local_part_beyond_ascii_is_written_in_utf_8() -> None:
    assert mailbox("To", "Anna", "añ@mail.example") == "To: Anna <añ@mail.example>\r\n".encode()


def test_structured_values_are_ascii_and_fit_a_line() -> None:
    assert structured("MIME-Version", "1.0") == b"MIME-Version: 1.0\r\n"
    with pytest.raises(HeaderFault):
        structured("Message-ID", "<é@mail.example>")
    with pytest.raises(HeaderFault):
        structured("List-Unsubscribe", "x" * HARD_LINE_LIMIT)


def test_message_identifiers_are_folded_between_each_other() -> None:
    ids = [f"{number}.{'a' * 30}@mail.example" for number in range(9)]
    field = message_ids("References", ids)
    assert field.split() == [b"References:", *(f"<{one}>".encode() for one in ids)]
    assert all(len(line) <= LINE_LIMIT for line in field.split(b"\r\n"))
    assert re.search(rb"\r\n(?! )", field[:-2]) is None


@pytest.mark.parametrize("one", ["a b@c.example", "a>b@c.example", "é@c.example", "a\r\nBcc:@c", "a" * HARD_LINE_LIMIT])
def test_what_is_no_message_identifier_is_refused(one: str) -> None:
    with pytest.raises(HeaderFault):
        message_ids("References", ["a@b.example", one])


def test_a_fault_says_which_field_and_why() -> None:
    with pytest.raises(HeaderFault, match=r"Subject: the character U\+000D cannot stand in a header"):
        unstructured("Subject", "a\rb")
