"""The last line of defence of the logs: what must not stand in them is taken out of every line before it is written.

Here belong what such a thing looks like, and taking it out. It is no licence: whoever logs says ids, domains and counts
(docs/monitoring.md). Faults of drivers and libraries are what it is for: their words may hold anything.
"""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote, quote_plus

GONE = "[taken out]"
_SHORTEST = 6
"""Characters of a text that can hold any of this: an address or a secret."""
_SHORTEST_SECRET = 8
_PLAIN = (str, int, float, bool, type(None))

_RULES: tuple[tuple[str, str], ...] = (
    # What holds other people's values: psycopg's DETAIL, SQLAlchemy's parameters, pydantic's input.
    (r"(?m)^(DETAIL|CONTEXT):.*(?:\n(?!\S*\s*File |\[).*)*", rf"\1: {GONE}"),
    (r"\[parameters: .*", f"[parameters: {GONE}]"),
    (r"input_value=.*?(?=, input_type=|$)", f"input_value={GONE}"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", GONE),
    # Names that say what follows; up to the end of the value.
    (
        r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|\w*passw(?:or)?d|passphrase|client_secret|api[-_]?key)"
        r"(['\"]?\s*[:=]\s*)(?:b?'[^']*'|b?\"[^\"]*\"|(?:(?:basic|bearer)\s+)?[^\s,;&)\]}]+)",
        rf"\1\2{GONE}",
    ),
    (r"(?i)\b(bearer|basic|AUTH (?:PLAIN|LOGIN|XOAUTH2))\s+[A-Za-z0-9+/=._~-]{6,}", rf"\1 {GONE}"),
    (r"(://)[^\s/@:]*:[^\s/]*@", rf"\1{GONE}@"),
    (r"otpauth://\S+", GONE),
    (r"whsec_[A-Za-z0-9+/=_-]+", GONE),
    # Signed links (itsdangerous: payload, time, SHA-1) and compact JWS.
    (r"(?<![\w-])[\w-]{6,}\.[\w-]{5,8}\.[\w-]{27}(?![\w-])", GONE),
    (r"(?<![\w-])eyJ[\w-]{6,}\.[\w-]*\.[\w-]*", GONE),
    # 256 random bits in base64url: sessions, forms' words, API tokens; 160 in base32: second factors.
    (r"(?<![\w+/-])(?:[a-z]+_)?[\w-]{43}=?(?![\w+/-])", GONE),
    (r"(?<![A-Z0-9])[A-Z2-7]{32}(?![A-Z0-9])", GONE),
    # Of an address its domain stays (docs/monitoring.md).
    (r"(?:\"[^\"\n]{1,64}\"|[^\s<>\"'(),:;@\[\]\\{}=|]{1,320})(?:@|%40)(?=[\w\[])", "…@"),
)
_PATTERNS = tuple((re.compile(pattern), new) for pattern, new in _RULES)
_WORDS = (
    *("@", "%40", "eyj", "whsec_", "://", "detail", "context", "[parameters", "input_value", "private key"),
    *("authorization", "cookie", "passw", "passphrase", "secret", "api-key", "api_key", "apikey", "bearer", "basic"),
    "auth ",
)
_RUN = re.compile(r"[\w-]{27}")
"""Whatever one of the patterns can match holds one of the words, or such a run: most texts of a log hold neither."""


class Redactor:
    """Takes out what looks like a secret or an address, and the very values of `secrets` in the forms they occur in."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Return `text` without what must not be logged."""
        if len(text) < _SHORTEST or not self.may_hold(text):
            return text
        for form in self._forms:
            text = text.replace(form, GONE)
        for pattern, new in _PATTERNS:
            text = pattern.sub(new, text)
        return text

    def may_hold(self, text: str) -> bool:
        """Tell whether there may be something to take out; quick, since next to nothing has anything."""
        for form in self._forms:  # loops, because a generator takes twice as long
            if form in text:
                return True
        lowered = text.lower()
        for word in _WORDS:
            if word in lowered:
                return True
        return _RUN.search(text) is not None

    def redact_line(self, line: MutableMapping[str, Any]) -> None:
        """Take out of every value of a line what must not be logged."""
        # All texts at once: one mail's line has a dozen, and each look has its price.
        texts = [value for value in line.values() if type(value) is str]
        others = [value for value in line.values() if type(value) not in _PLAIN]
        if not others and not self.may_hold("\n".join(texts)):
            return
        for key, value in line.items():
            line[key] = self.redact_value(value)

    def redact_value(self, value: object) -> object:
        """Return the same for any value of a log's line; what is neither text, number nor a collection becomes text."""
        match value:
            case str():
                return self.redact(value)
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {str(key): self.redact_value(each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.redact_value(each) for each in value]
        return self.redact(str(value))


def _forms(secret: str) -> Iterable[str]:
    """Return a secret as it stands, as URLs write it, and as the base64 of AUTH and of headers."""
    content = secret.encode("utf-8", "backslashreplace")
    yield from (secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1])
    for encode in (b64encode, urlsafe_b64encode):
        yield from filter(_is_long, (_encode_within(encode, content, before) for before in range(3)))


def _encode_within(encode: Callable[[bytes], bytes], content: bytes, before: int) -> str:
    """Return what base64 always has of `content` where so many bytes of a group stand before it, as in AUTH PLAIN."""
    encoded = encode(bytes(before) + content).decode("ascii").rstrip("=")
    return encoded[(0, 2, 3)[before] : len(encoded) - ((before + len(content)) % 3 > 0)]


def _is_long(form: str) -> bool:
    return len(form) >= _SHORTEST_SECRET
