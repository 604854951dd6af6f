"""What staff type into the search box, read: words, "phrases", `from:`, `ref:`, `is:`, `issuer:`. Pure.

Anything may be typed: what is no query of ours is words, and what holds no word is nothing. No sign of it reaches a
database's own query language: terms are written for it from folded words alone.
"""

import re
from dataclasses import dataclass, field

from desk.requests.references import find_references
from desk.search.words import list_words

LONGEST = 300
"""Characters that are read."""
MOST_TERMS = 12
_PIECE = re.compile(r'(?:(from|ref|is|issuer):)?(?:"([^"]*)"?|([^\s"]+))', re.IGNORECASE)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
"""Telephones and word processors write these in place of straight ones."""
STATES = frozenset({"open", "waiting", "closed", "mine", "unassigned"})


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other."""

    words: tuple[str, ...]
    is_begun: bool
    """It was typed, not quoted."""

    @property
    def goes_on(self) -> bool:
        """Whether the last word may be the beginning of one. With a single letter nearly every word begins."""
        return self.is_begun and (len(self.words) > 1 or len(self.words[-1]) > 1 or not self.words[-1].isascii())


@dataclass(frozen=True, slots=True)
class Asked:
    """A query."""

    text: str = ""
    """As typed, cut."""
    terms: tuple[Term, ...] = ()
    senders: tuple[Term, ...] = ()
    reference: str | None = None
    states: frozenset[str] = field(default_factory=frozenset)
    issuer: str | None = None
    """A slug."""
    loose: str = ""
    """What was typed without prefixes and quotes: a name, an address, an id."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        return not (self.terms or self.senders or self.reference or self.states or self.issuer)

    @property
    def is_reference_alone(self) -> bool:
        """Whether one ticket is named, and nothing else."""
        return self.reference is not None and not (self.terms or self.senders or self.states or self.issuer)


def read_query(typed: str) -> Asked:
    """Return what was typed as a query."""
    text = " ".join(typed[:LONGEST].translate(_QUOTES).split())
    terms: list[Term] = []
    senders: list[Term] = []
    states: set[str] = set()
    reference, issuer, loose = None, None, []
    for found in _PIECE.finditer(text):
        key, quoted, bare = (found[1] or "").lower(), found[2], found[3]
        said = quoted if quoted is not None else bare
        if key in {"", "ref"} and (named := _read_reference(said, is_named=key == "ref")):
            reference = named
        elif key == "is" and said.lower() in STATES:
            states.add(said.lower())
        elif key == "issuer":
            issuer = said.lower()
        else:
            term = _read_term(said, is_begun=quoted is None)
            (senders if key == "from" else terms).extend(term)
            loose += [] if key == "from" else [said]
    return Asked(
        text,
        tuple(terms[:MOST_TERMS]),
        tuple(senders[:MOST_TERMS]),
        reference,
        frozenset(states),
        issuer,
        " ".join(loose),
    )


def _read_reference(said: str, *, is_named: bool) -> str | None:
    found = find_references(said) or (find_references(f"BP-{said}") if is_named else ())
    return found[0] if found else None


def _read_term(said: str, *, is_begun: bool) -> list[Term]:
    words = tuple(word.text for word in list_words(said, MOST_TERMS))
    return [Term(words, is_begun)] if words else []


def write_for_sqlite(asked: Asked) -> str:
    """Return the terms in the language of FTS5, with columns `sender` and `words`; empty if there are none."""

    def write(term: Term) -> str:
        return f'"{" ".join(term.words)}"{" *" if term.goes_on else ""}'

    senders = [f"(sender : {write(term)})" for term in asked.senders]
    return " AND ".join([*(f"({write(term)})" for term in asked.terms), *senders])


def write_for_postgresql(asked: Asked) -> str:
    """Return the terms as a `tsquery`, where senders have the weight A; empty if there are none."""

    def write(term: Term, weight: str) -> str:
        form = ("*" if term.goes_on else "") + weight
        last = f"'{term.words[-1]}'" + (f":{form}" if form else "")
        others = [f"'{word}'" + (f":{weight}" if weight else "") for word in term.words[:-1]]
        return f"({' <-> '.join([*others, last])})"

    return " & ".join([*(write(term, "") for term in asked.terms), *(write(term, "A") for term in asked.senders)])
