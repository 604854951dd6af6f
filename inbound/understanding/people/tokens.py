"""A text as tokens: words, addresses, marks, and where sentences end.

Here belongs cutting only; which tokens make a name is told in `runs`. The time grows with the length of the text.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from wire.letters import fold_letters

LONGEST_TEXT = 64 << 10
"""Characters that are looked at."""

_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0981-\u0983"
    "\u09bc-\u09cd\u0a01-\u0a4d\u0a81-\u0acd\u0b01-\u0b4d\u0b82-\u0bcd\u0c00-\u0c4d\u0c81-\u0ccd\u0d00-\u0d4d"
    "\u0d81-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u103e\u200c\u200d\u3099\u309a"
)
"""Combining marks, which `\\w` does not know, and the joiners of Indic and Persian scripts."""
_TOKEN = re.compile(
    r"(?P<link>(?:https?://|www\.)[^\s<>]{1,500})"
    r"|(?P<address>(?<![\w.+'’-])[\w.!#$%&*+/=?^`{|}~'’-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    rf"|(?P<word>[^\W\d_](?:[\w{_MARKS}]|['’ʼ‘´`‐‑–-](?=[^\W\d_]))*)"
    r"|(?P<number>\d[\w.,/]*)"
    r"|(?P<arrow>(?<= )=(?= )|[-=–—~]{1,3}>{1,2}|[→⇒➔➜➝⟶⟹►▶]|>{2,3})"
    r"|(?P<line>\n)"
    r"|(?P<mark>\S)"
)
_POSSESSIVE = re.compile(r"['’ʼ´`]s?$", re.IGNORECASE)
_HARD_WRAP = 50
"""A line of so many characters goes on in the next, unless a sentence ends with it: programs break lines so."""
_NEW_ITEM = re.compile(r"\s*(?:[-*•·–>#|]|\(?\d{1,3}[.)]|[a-zA-Z]\)|[\w .'-]{1,30}:(?:\s|$))|\s{2}|\t")
_ENDS_WITH_ABBREVIATION = re.compile(
    r"\b(?:i\. ?e|e\. ?g|d\. ?h|z\. ?B|p\. ?ej|c\.-à-d|mrs?|ms|dr|prof|mme|sra?|hr|née?)\.$", re.IGNORECASE
)
_BEGINS_WITH_ADDRESS = re.compile(r"\s*<?[^\s@<>]{1,64}@")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_PROSE = re.compile(r"(?:^|\s)[^\W\d_A-ZÀ-ÖØ-Þ][^\W\d_]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe00-\ufe0f\x00]")
_IDLE_JOINER = re.compile("(?<=[\x00-\u024f])[\u200c\u200d]++|(?<![\u200c\u200d])[\u200c\u200d]++(?=[\x00-\u024f])")
"""Joiners mean something to Indic and Persian letters only."""
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "mx", "dr", "prof", "jr", "sr", "st", "sra", "srta", "ing", "fr", "hr", "dipl", "no", "nr", "z",
    "b", "bzw", "ca", "etc", "e", "i", "g", "approx", "rev", "mme", "mlle", "m", "lic", "ud", "uds", "ext", "tel", "d",
})  # fmt: skip

_CONTRACTED = frozenset({"it", "she", "he", "that", "there", "here", "what", "let", "who", "how", "where", "name"})
"""After them `'s` means *is*."""


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    ADDRESS = "address"
    NUMBER = "number"
    ARROW = "arrow"
    LINK = "link"
    LINE = "line"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text."""

    kind: Kind
    text: str
    folded: str
    """Lower case, without accents, apostrophes as `'`; an arrow is `->`."""
    start: int
    end: int
    is_possessive: bool = False
    """Of a word: `'s` stood at its end, and is left out of it."""
    ends_sentence: bool = False


def tidy_text(text: str) -> str:
    """Return `text` in NFC without invisible characters, with the lines joined that a program broke."""
    text = _INVISIBLE.sub("", _SPACES.sub(" ", unicodedata.normalize("NFC", text[:LONGEST_TEXT])))
    text = _IDLE_JOINER.sub("", text)
    lines = [line.rstrip() for line in text.split("\n")]
    joined: list[str] = []
    last = ""
    is_tail = False
    for line in lines:
        goes_on = bool(joined) and _goes_on(last, line)
        if goes_on or (is_tail and _is_broken_twice(last, line)):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
        last, is_tail = line, goes_on
    return "\n".join(joined)


def fold_word(text: str) -> str:
    """Return `text` as words are compared: lower case, without accents, all apostrophes alike."""
    return fold_letters(text).replace("’", "'").replace("ʼ", "'").replace("‘", "'")


def cut_tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of `text`, which is tidy, in their order."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = Kind(match.lastgroup)
        if kind is Kind.WORD:
            tokens.extend(_make_words(match))
        elif kind is Kind.MARK:
            mark = match[0]
            ends = mark in "!?;…。！？¡¿" or (mark == "." and _is_full_stop(text, match.end(), tokens))
            tokens.append(Token(kind, mark, mark, match.start(), match.end(), ends_sentence=ends))
        elif kind is Kind.ADDRESS:
            address = match[0].lstrip("'’`").rstrip(".-")
            tokens.append(Token(kind, address, address.lower(), match.start(), match.end()))
        else:
            folded = "->" if kind is Kind.ARROW else match[0].lower()
            is_line = kind is Kind.LINE
            tokens.append(Token(kind, match[0], folded, match.start(), match.end(), ends_sentence=is_line))
    return tuple(tokens)


def _goes_on(line: str, following: str) -> bool:
    if len(line) < _HARD_WRAP or not following.strip() or "\t" in line or "|" in line:
        return False
    if _is_row(line) and _is_row(following):
        return False
    if line[-1] in ".:!?;|" and not _ENDS_WITH_ABBREVIATION.search(line[-12:]):
        return False
    return not _NEW_ITEM.match(following) and not (
        _BEGINS_WITH_ADDRESS.match(line) and _BEGINS_WITH_ADDRESS.match(following)
    )


def _is_row(line: str) -> bool:
    """Whether a line holds an address and names only, as a list does."""
    rest = _ADDRESS.sub(" ", line)
    return rest != line and not any(word[0].islower() for word in rest.split())


def _is_broken_twice(line: str, following: str) -> bool:
    """Whether a short line is the rest of a long one that was broken again, and prose goes on below it."""
    return (
        bool(line) and line[-1] not in ".:!?;,|" and not _NEW_ITEM.match(following) and bool(_PROSE.search(following))
    )


def _make_words(match: re.Match[str]) -> list[Token]:
    """Return a word; two where a French article is elided before a name ("d'Óscar")."""
    word, start = match[0], match.start()
    if len(word) > 2 and word[0] in "dl" and word[1] in "'’" and word[2].isupper():
        return [Token(Kind.WORD, word[0], word[0], start, start + 1), _make_word(word[2:], start + 2)]
    return [_make_word(word, start)]


def _make_word(word: str, start: int) -> Token:
    bare = _POSSESSIVE.sub("", word) if len(word) > 2 else word
    if bare.lower() in _CONTRACTED:
        bare = word
    return Token(Kind.WORD, bare, fold_word(bare), start, start + len(bare), is_possessive=bare != word)


def _is_full_stop(text: str, end: int, tokens: list[Token]) -> bool:
    """A dot ends a sentence unless it belongs to an initial or an abbreviation, or stands within something."""
    if end < len(text) and not text[end].isspace() and text[end] not in "\"'”’»)":
        return False
    last = tokens[-1] if tokens else None
    if last is None or last.kind is not Kind.WORD or last.end != end - 1:
        return True
    return not (last.folded in _ABBREVIATIONS or (len(last.text) == 1 and last.text.isupper()))
