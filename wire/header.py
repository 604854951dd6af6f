"""Header fields (RFC 5322 section 2.2) as they go on the wire: encoded (RFC 2047), folded, or refused.

Here belongs how one field is written. Which fields a mail bears stands in `mailer.compose`.

No value can end its field: a control character, a line or paragraph separator or a lone surrogate anywhere in a value
is a `HeaderFault`, so that neither a name nor a subject can add a field or begin the body.
"""

import binascii
import re
from collections.abc import Iterable

LINE_LIMIT = 76
"""Characters in a line that holds an encoded word (RFC 2047 section 2); other lines keep to it where they can."""

HARD_LINE_LIMIT = 998
"""Characters in any line (RFC 5322 section 2.1.1)."""

_WORD_LIMIT = 75
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FIELD_NAME = re.compile(r"[!-9;-~]+")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL_PART = r"""(?:[^\s"(),:;<>@\[\\\]]+|"(?:[^"\\]|\\.)*")"""
_ADDRESS = re.compile(_LOCAL_PART + r"@(?:[A-Za-z0-9._-]+|\[[A-Za-z0-9.:]+\])")
_BLANKS = re.compile(" {2,}")
_Q_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What a Q-encoded word may hold as it is in every place, a display name included (RFC 2047 section 5 rule 3)."""


class HeaderFault(ValueError):  # noqa: N818 - exceptions are faults here, outcomes are values
    """A value that must not stand in a header field."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def structured(name: str, value: str) -> bytes:
    """Return the field with `value` as it is, in one line: for values of printable ASCII that we make ourselves.

    Raises `HeaderFault` if it holds anything else or is longer than a line may be.
    """
    _refuse_unprintable(name, value)
    if not value.isascii():
        raise HeaderFault(name, "a character that is not ASCII")
    field = f"{name}: {value}\r\n".encode("ascii")
    if len(field) > HARD_LINE_LIMIT:
        raise HeaderFault(name, f"longer than {HARD_LINE_LIMIT} characters")
    return field


def unstructured(name: str, value: str) -> bytes:
    """Return the field with any text as its value, such as a subject (RFC 5322 section 2.2.1), encoded where needed.

    Blanks at the ends of a value mean nothing in a header and are left out. Raises `HeaderFault` on what is forbidden.
    """
    _refuse_unprintable(name, value)
    value = value.strip(" ")
    if len(name) + len(value) + 2 <= LINE_LIMIT and value.isascii() and "=?" not in value:
        return f"{name}: {value}\r\n".encode("ascii")
    if _needs_encoding(value):
        return _fold(name, _encoded_words(value, LINE_LIMIT - len(name) - 2))
    return _fold(name, value.split(" "))


def mailbox(name: str, display_name: str, address: str) -> bytes:
    """Return the field with one mailbox (RFC 5322 section 3.4): `display_name` may be empty or hold any text.

    A run of blanks in a display name means one blank and is written as one.
    A local part that is not ASCII is written in UTF-8, which only a relay with SMTPUTF8 takes (RFC 6532). Raises
    `HeaderFault` on what is forbidden, and if `address` is no addr-spec.
    """
    _refuse_unprintable(name, display_name)
    if _FORBIDDEN.search(address) or not _ADDRESS.fullmatch(address):
        raise HeaderFault(name, "not an address")
    display_name = _BLANKS.sub(" ", display_name).strip(" ")
    if not display_name:
        return f"{name}: {address}\r\n".encode()
    return _fold(name, [*_phrase(display_name, LINE_LIMIT - len(name) - 2), f"<{address}>"])


def message_ids(name: str, ids: Iterable[str]) -> bytes:
    """Return the field with message identifiers (RFC 5322 section 3.6.4), given without angle brackets, folded.

    Raises `HeaderFault` if one holds anything but printable ASCII, an angle bracket, or is longer than a line may be.
    """
    words = [f"<{one}>" for one in ids]
    for word in words:
        _refuse_unprintable(name, word)
        if not word.isascii() or re.search(r"[ <>]", word[1:-1]) or len(name) + len(word) + 2 > HARD_LINE_LIMIT:
            raise HeaderFault(name, "not a message identifier")
    return _fold(name, words)


def _refuse_unprintable(name: str, value: str) -> None:
    if not _FIELD_NAME.fullmatch(name):
        raise HeaderFault(name, "not a field name")
    found = _FORBIDDEN.search(value)
    if found:
        raise HeaderFault(name, f"the character U+{ord(found.group()):04X} cannot stand in a header")


def _needs_encoding(value: str) -> bool:
    # "=?" might be read as an encoded word that nobody wrote; a run of blanks does not survive folding everywhere.
    return not value.isascii() or "=?" in value or "  " in value or any(len(w) >= LINE_LIMIT for w in value.split(" "))


def _phrase(display_name: str, room: int) -> list[str]:
    if _needs_encoding(display_name):
        return _encoded_words(display_name, room)
    if _PHRASE.fullmatch(display_name):
        return display_name.split(" ")
    escaped = display_name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.split(" ")


def _fold(name: str, words: Iterable[str]) -> bytes:
    lines = [f"{name}:"]
    for word in words:
        # The first word stays beside the name: a first line of blanks alone is obsolete syntax.
        if len(lines[-1]) + 1 + len(word) <= LINE_LIMIT or lines == [f"{name}:"]:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return ("\r\n".join(lines) + "\r\n").encode()


def _encoded_words(text: str, room: int) -> list[str]:
    """Return `text` as encoded words (RFC 2047 section 2), none cutting a character in two; the first fits `room`."""
    octets = text.encode()
    as_q = sum(1 if octet in _Q_PLAIN or octet == 0x20 else 3 for octet in octets)
    write = _q_word if as_q <= len(octets) * 4 // 3 else _b_word
    whole = write(text)
    if len(whole) <= min(_WORD_LIMIT, room):
        return [whole]
    words: list[str] = []
    chunk = ""
    for character in text:
        limit = min(_WORD_LIMIT, room) if not words else _WORD_LIMIT
        if chunk and len(write(chunk + character)) > limit:
            words.append(write(chunk))
            chunk = ""
        chunk += character
    return [*words, write(chunk)]


def _q_word(text: str) -> str:
    encoded = "".join(
        chr(octet) if octet in _Q_PLAIN else "_" if octet == 0x20 else f"={octet:02X}" for octet in text.encode()
    )
    return f"=?utf-8?q?{encoded}?="


def _b_word(text: str) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(text.encode(), newline=False).decode('ascii')}?="
