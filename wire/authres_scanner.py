"""A place in an Authentication-Results field, and what may stand there by its grammar (RFC 8601 section 2.2).

Here belong the smallest parts: white space, comments, keywords, values. What they make up is read in `authres`.
"""

import re

_MAX_COMMENT_DEPTH = 50
_TOKEN = re.compile(r"[^\x00-\x20\x7f()<>@,;:\\\"/\[\]?=]+")
KEYWORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
# Wider than a token: base64, IPv6 and unquoted addresses are written bare by large systems. Whatever could end a
# value, begin a comment or escape is still left out.
_BARE_VALUE = re.compile(r"[^\x00-\x20\x7f()<>,;\\\"]+")
_SPACE = re.compile(r"(?:[ \t]|\r\n(?=[ \t]))+")
_COMMENT_TEXT = re.compile(r"(?:[^\x00-\x08\x0a-\x1f\x7f()\\]|\r\n(?=[ \t])|\\[\t\x20-\x7e])+")
_QUOTED_TEXT = re.compile(r'"((?:[^\x00-\x08\x0a-\x1f\x7f"\\]|\r\n(?=[ \t])|\\[\t\x20-\x7e])*)"')
_QUOTED_PAIR = re.compile(r"\\(.)")


class GrammarError(Exception):
    """Ends the reading of one field; never leaves `authres`."""


class Scanner:
    """A place in the text of one field; moves forward only, so reading is linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def at_end(self) -> bool:
        return self.position == len(self.text)

    def sees(self, character: str) -> bool:
        return self.text.startswith(character, self.position)

    def accept(self, character: str) -> bool:
        found = self.sees(character)
        self.position += len(character) if found else 0
        return found

    def expect(self, character: str) -> None:
        if not self.accept(character):
            raise GrammarError(f"has no {character} where one must stand, at character {self.position + 1}")

    def take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found[0]

    def skip(self) -> bool:
        """Pass over white space and comments (CFWS); tells whether there was any."""
        start = self.position
        while self.take(_SPACE) is not None or self._skip_comment():
            pass
        return self.position > start

    def _skip_comment(self) -> bool:
        if not self.accept("("):
            return False
        depth = 1
        while depth:
            self.take(_COMMENT_TEXT)
            if self.accept("("):
                depth += 1
            else:
                self.expect(")")
                depth -= 1
            if depth > _MAX_COMMENT_DEPTH:
                raise GrammarError("has comments nested too deep")
        return True

    def read_keyword(self, what: str) -> str:
        found = self.take(KEYWORD)
        if found is None:
            raise GrammarError(f"has no {what} where one must stand, at character {self.position + 1}")
        return found.lower()

    def read_value(self) -> str:
        """Return a token, or what a quoted string means (RFC 2045 section 5.1)."""
        quoted = self.take(_QUOTED_TEXT)
        if quoted is not None:
            return _QUOTED_PAIR.sub(r"\1", quoted[1:-1].replace("\r\n", ""))
        token = self.take(_TOKEN)
        if token is None:
            raise GrammarError(f"has no value where one must stand, at character {self.position + 1}")
        return token

    def read_property_value(self) -> str:
        """Return a value, an address or a domain; a quoted local part keeps its quotes."""
        if self.accept("<>"):
            return ""
        quoted = self.take(_QUOTED_TEXT)
        if quoted is None:
            bare = self.take(_BARE_VALUE)
            if bare is None:
                raise GrammarError(f"has no value where one must stand, at character {self.position + 1}")
            return bare
        if self.sees("@"):
            return quoted + (self.take(_BARE_VALUE) or "")
        return _QUOTED_PAIR.sub(r"\1", quoted[1:-1].replace("\r\n", ""))
