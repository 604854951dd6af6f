"""A published template: literal text with slots in it, ready to be filled without any template language.

Here belong its form, its JSON and its filling. How it comes about stands in `publishing`, where the values come from
in `mailer.filling`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property

from markupsafe import escape

from mailer.notices import NOTICES, SPREAD, Form
from mailer.templates.constants import INLINE_PREFIX
from wire.quoted_printable import SOFT_BREAK, encode, encode_run

FORMAT = 1
"""Number of the JSON's form. A reader refuses any other: published templates live as long as their messages."""

Values = Mapping[str, str | None]
Pieces = tuple[str, ...]
"""Literal text and slot names in turn; the first and the last are literal and may be empty."""

_MARKUP = re.compile("[&<>\"']")
"""What `escape` changes. Most values hold none of it."""
_CONTROLS = {code: "\ufffd" for code in (*range(9), 11, 12, *range(14, 32), 127)}


@dataclass(frozen=True)
class Filled:
    """One recipient's mail: the subject as text, both bodies in canonical quoted-printable, ending in CRLF."""

    subject: str
    text: bytes
    html: bytes


@dataclass(frozen=True)
class Traits:
    """What else a worker needs to know of a template: the constants that fill slots and headers."""

    language: str
    sender_name: str
    badge_name: str | None
    image_src: str | None
    image_digest: str | None
    organization: str
    organization_id: int | None
    reply_address: str | None = None
    """Where replies go; None: to us, where they are filed with the message."""

    @property
    def content_id(self) -> str | None:
        """The Content-ID of the image, without angle brackets; None if it is not part of the mail."""
        if self.image_src is None or not self.image_src.startswith(INLINE_PREFIX):
            return None
        return self.image_src.removeprefix(INLINE_PREFIX)


class EncodedPieces:
    """Pieces of a body whose literal text is quoted-printable already. Every value stands on a line of its own."""

    def __init__(self, pieces: Pieces) -> None:
        last = len(pieces) - 1
        self._slots = pieces[1::2]
        self._parts = [
            _encode_literal(piece, first=number == 0, last=number == last) if number % 2 == 0 else b""
            for number, piece in enumerate(pieces)
        ]

    def fill(self, encoded: Mapping[str, bytes]) -> bytes:
        """Return the body with values, as `encode_run` made them, in the slots."""
        parts = self._parts.copy()
        parts[1::2] = map(encoded.__getitem__, self._slots)
        return b"".join(parts)


def _encode_literal(text: str, first: bool, last: bool) -> bytes:
    encoded = encode(text)
    if not first and not encoded.startswith(b"\r\n"):
        encoded = SOFT_BREAK + encoded
    if last or not encoded or encoded.endswith(b"\r\n"):
        return encoded
    return encoded + SOFT_BREAK


@dataclass(frozen=True)
class Variant:
    """A template for one combination of present optional slots."""

    subject: Pieces
    text: Pieces
    html: Pieces

    @cached_property
    def encoded_text(self) -> EncodedPieces:
        return EncodedPieces(self.text)

    @cached_property
    def encoded_html(self) -> EncodedPieces:
        return EncodedPieces(self.html)

    @cached_property
    def slots(self) -> frozenset[str]:
        """Every slot that is printed anywhere in it."""
        return frozenset(self.subject[1::2] + self.text[1::2] + self.html[1::2])


@dataclass(frozen=True)
class Published:
    """A template of one kind, issuer, badge class and language, named by the SHA-256 of its content."""

    kind: str
    traits: Traits
    optional: tuple[str, ...]
    """The slots that decide which variant is taken, sorted."""
    variants: Mapping[str, Variant]
    """By the names of those of `optional` that are present, joined by blanks."""
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.to_json().encode()).hexdigest())

    @property
    def language(self) -> str:
        return self.traits.language

    @cached_property
    def spread(self) -> Mapping[str, Form]:
        """The slots whose values may have several lines."""
        return {slot.name: slot.form for slot in NOTICES[self.kind].slots if slot.form in SPREAD}

    def variant_for(self, values: Values) -> Variant:
        """Return the variant for the optional values that are there."""
        return self.variants[" ".join([name for name in self.optional if values[name] is not None])]

    def fill(self, values: Values) -> Filled:
        """Return the mail for one recipient. Raises `KeyError` if a slot has no value."""
        variant = self.variant_for(values)
        plain: dict[str, bytes] = {}
        escaped: dict[str, bytes] = {}
        for name in variant.slots:
            value = _clean(values, name)
            if name in self.spread:
                plain[name] = encode(write_lines(value, self.spread[name]))
                escaped[name] = encode(break_lines(value))
                continue
            plain[name] = run = encode_run(value)
            escaped[name] = encode_run(str(escape(value))) if _MARKUP.search(value) else run
        return Filled(
            _join(variant.subject, values), variant.encoded_text.fill(plain), variant.encoded_html.fill(escaped)
        )

    def render_html(self, values: Values) -> str:
        """Return the HTML as a reader gets it, for a preview or a browser."""
        variant = self.variant_for(values)
        return _join(variant.html, {name: self._write_html(name, values) for name in variant.html[1::2]})

    def render_text(self, values: Values) -> str:
        """Return the plain text as a reader gets it."""
        spread = {
            name: write_lines(_value(values, name), form)
            for name, form in self.spread.items()
            if values[name] is not None
        }
        return _join(self.variant_for(values).text, {**values, **spread})

    def _write_html(self, name: str, values: Values) -> str:
        value = _clean(values, name)
        return break_lines(value) if name in self.spread else str(escape(value))

    def to_json(self) -> str:
        """Return the content, the same bytes for the same content."""
        content = {
            "format": FORMAT,
            "kind": self.kind,
            "traits": asdict(self.traits),
            "optional": self.optional,
            "variants": {name: asdict(variant) for name, variant in self.variants.items()},
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Published":
        """Return what `to_json` wrote. Raises `ValueError` for another format."""
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"a published template of format {content['format']}; this program reads {FORMAT}")
        return cls(
            kind=content["kind"],
            traits=Traits(**content["traits"]),
            optional=tuple(content["optional"]),
            variants={
                name: Variant(**{part: tuple(pieces) for part, pieces in variant.items()})
                for name, variant in content["variants"].items()
            },
        )


def write_lines(value: str, form: Form) -> str:
    """Return a value of several lines as the text part shows it."""
    return "\n".join(f"> {line}".rstrip() for line in value.split("\n")) if form is Form.QUOTE else value


def break_lines(value: str) -> str:
    """Return a value of several lines as HTML."""
    return "<br>\n".join(str(escape(line)) for line in value.split("\n"))


def _join(pieces: Pieces, values: Values) -> str:
    parts = list(pieces)
    parts[1::2] = [_value(values, name) for name in pieces[1::2]]
    return "".join(parts)


def _value(values: Values, name: str) -> str:
    value = values[name]
    if value is None:
        raise KeyError(f"the slot {name} is printed but has no value")
    return value


def _clean(values: Values, name: str) -> str:
    """Return the value without control characters, which HTML forbids and some readers take for the end."""
    value = _value(values, name)
    return value if value.isprintable() else value.translate(_CONTROLS)
