"""The entries found in a sentence, parted into its clauses.

Here belongs what is true of entries before they are understood: what quotation marks let through, which address only
says who is meant, where an "and" begins a clause. What the clauses say is told in `clauses`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from inbound.understanding.concepts import BITS, bits_of
from inbound.understanding.hits import Hit, find_hits
from inbound.understanding.sentences import Held, Sentence
from inbound.understanding.words import Lexicon

_JOIN, _AN_ADDRESS, _TO_AN_ADDRESS = BITS["JOIN"], BITS["AN_ADDRESS"], BITS["TO_AN_ADDRESS"]
_STANDS = bits_of(
    "CHANGE CORRECT ADD SHOW DOWNLOAD SEND RESEND DELETE REVOKE UNLOCK RESET STOP UNSUBSCRIBE REGISTER EXPORT DO_THIS"
    " PLEASE COULD_YOU WANT HOW CAN_I CANNOT WHY HELP LOCKED EXPIRED WRONG MISSPELLED SHOULD_READ MISSING NOT_LOADING"
    " LOST FORGOT INVALID DEAD RECEIVE OPEN WORK LOGIN NEGATION NOT_ASKING DONE CONDITION NEW_JOB MARRIED PHISHING"
    " MISUSE LINKEDIN RESUME SIGNATURE PRINT"
)
"""What makes the words after an "and" a clause of their own; else they are one more object of the same verb."""
_QUOTABLE = bits_of(
    "LOCKED EXPIRED INVALID NOT_LOADING UNKNOWN_USER TOO_MANY_TRIES ACCOUNT PASSWORD LINKEDIN LINKEDIN_SECTION"
)
"""What words in quotation marks may tell: what a page said. Never what the writer asks."""
_LONGEST_QUOTE = 12
_AIMS = frozenset(["to", "a", "à", "auf", "zu", "por", "para", "par", "en"])
_NAMED = bits_of("NAME PASSWORD UNLOCK LOCKED REVOKE RESEND")
_ADDRESS = bits_of("ADDRESS EMAIL")
_CHANGES_IT = bits_of("CHANGE CORRECT ADD DELETE NEW OLD SHOULD_READ")
_NEAR = 4
"""Words from "address" to the one that is given."""


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one clause."""

    start: int
    """At which word of the sentence it begins."""
    first_word: str
    text: str
    """What stands between the commas around it, as written but for what is held apart."""
    hits: Sequence[Hit]


def part_sentence(sentence: Sentence, lexicon: Lexicon, held: Held) -> list[Part]:
    """Return the clauses of `sentence`, each with the entries found in it."""
    hits = _drop_identification(_find_all(sentence.words, lexicon, held), sentence.words)
    parts: list[Part] = []
    for number, start in enumerate(sentence.starts):
        end = sentence.starts[number + 1] if number + 1 < len(sentence.starts) else len(sentence.words)
        inside = [hit for hit in hits if start <= hit.at < end]
        for first, some in _part(inside, start):
            word = sentence.words[first] if first < len(sentence.words) else ""
            parts.append(Part(first, word, sentence.clauses[number], some))
    return parts


def _find_all(words: Sequence[str], lexicon: Lexicon, held: Held) -> list[Hit]:
    hits = find_hits(words, lexicon)
    for at, word in enumerate(words):
        if word in held.addresses:
            hits.append(Hit(at, _AN_ADDRESS, (at,)))
        elif word in held.quotes:
            hits.append(_read_quote(at, held.quotes[word], lexicon))
    hits.sort(key=lambda hit: hit.at)
    return hits


def _read_quote(at: int, quote: str, lexicon: Lexicon) -> Hit:
    words = quote.split(maxsplit=_LONGEST_QUOTE)
    concepts = 0
    if len(words) <= _LONGEST_QUOTE:
        for hit in find_hits([word.strip(".,!?:;()") for word in words], lexicon):
            concepts |= hit.concepts
    return Hit(at, concepts & _QUOTABLE, (at,))


def _drop_identification(hits: list[Hit], words: Sequence[str]) -> list[Hit]:
    """Leave out the word "address" right before one, where it says who is meant and something else is asked.

    An address behind "to" is where something is to go.
    """
    said = 0
    for hit in hits:
        said |= hit.concepts
    kept: list[Hit] = []
    for hit in hits:
        if not hit.concepts & _AN_ADDRESS:
            kept.append(hit)
            continue
        is_aim = hit.at > 0 and words[hit.at - 1].lower() in _AIMS
        is_label = bool(kept) and bool(kept[-1].concepts & _ADDRESS) and hit.at - kept[-1].at <= _NEAR
        if is_label and said & _NAMED and not is_aim and not _said_right_before(kept) & _CHANGES_IT:
            kept.pop()
        kept.append(Hit(hit.at, _AN_ADDRESS | _TO_AN_ADDRESS, hit.words) if is_aim else hit)
    return kept


def _said_right_before(kept: Sequence[Hit]) -> int:
    """Return what is said of the last one: "replace her address …", "the new address is …"."""
    near = kept[-2].concepts if len(kept) > 1 and kept[-1].at - kept[-2].words[-1] <= 2 else 0
    return near | kept[-1].concepts


def _part(hits: Sequence[Hit], start: int) -> list[tuple[int, list[Hit]]]:
    """Return the hits in parts, each with the place where it begins: a new one at "and" if a clause follows."""
    parts: list[tuple[int, list[Hit]]] = [(start, [])]
    for number, hit in enumerate(hits):
        if hit.concepts & _JOIN and any(after.concepts & _STANDS for after in _until_join(hits, number + 1)):
            parts.append((hit.words[-1] + 1, []))
        else:
            parts[-1][1].append(hit)
    return parts


def _until_join(hits: Sequence[Hit], start: int) -> Sequence[Hit]:
    end = next((at for at in range(start, len(hits)) if hits[at].concepts & _JOIN), len(hits))
    return hits[start:end]
