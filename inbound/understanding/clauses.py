"""What each clause of a sentence says and how: asked, told, denied, over and done with.

Here belongs the way from the entries found in a sentence to clauses with their concepts. Negation is undone here ("did
not arrive" becomes NOT_RECEIVED); which intents the concepts come to stands in `frames`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from inbound.understanding.concepts import BITS, THINGS, bits_of
from inbound.understanding.forms import is_participle, names_a_person, tell_two_names
from inbound.understanding.hits import Hit, find_hits
from inbound.understanding.sentences import Held, Sentence
from inbound.understanding.words import Lexicon

_NEGATION, _CANNOT, _JOIN = BITS["NEGATION"], BITS["CANNOT"], BITS["JOIN"]
_BADGE, _ACCOUNT, _BADGE_FIRST = BITS["BADGE"], BITS["ACCOUNT"], BITS["BADGE_FIRST"]
_NOT_ASKING, _THANKS, _DONE = BITS["NOT_ASKING"], BITS["THANKS"], BITS["DONE"]
_TO_A_NAME, _TWO_NAMES = BITS["TO_A_NAME"], BITS["TWO_NAMES"]
_AN_ADDRESS, _TWO_ADDRESSES, _TO_AN_ADDRESS = (
    BITS[f"{name}"] for name in ("AN_ADDRESS", "TWO_ADDRESSES", "TO_AN_ADDRESS")
)
_RECEIVE, _BARE_NEGATION = BITS["RECEIVE"], bits_of("NEGATION JOIN INSTEAD")
_INSTEAD = BITS["INSTEAD"]
_WANT, _MAIL = BITS["WANT"], bits_of("NEWSLETTER EMAIL")
_HAPPENED = bits_of(
    "EMAIL NOT_RECEIVED RECEIVE LOST EXPIRED MARRIED NEW_JOB DEAD LOCKED CANNOT_LOGIN NOT_LOADING ISSUED_BY_MISTAKE OLD"
)
"""What a day beside it is the day of: no day from which on something is to be."""
_STOP, _NOT_RECEIVED = BITS["STOP"], BITS["NOT_RECEIVED"]
_CONDITION, _LATER, _FROM_DAY, _DATE = BITS["CONDITION"], BITS["LATER"], BITS["FROM_DAY"], BITS["DATE"]
_FAR_FROM_ADDRESS = 4
_FAR = 3
"""Words that may stand between "from" and the month."""
_ASKED = bits_of("PLEASE COULD_YOU WANT HOW CAN_I CANNOT WHY HELP")
_REQUEST = bits_of("PLEASE COULD_YOU")
_ACTS = bits_of(
    "CHANGE CORRECT ADD SHOW DOWNLOAD SEND RESEND DELETE REVOKE UNLOCK RESET STOP UNSUBSCRIBE REGISTER EXPORT DO_THIS"
)
_BEGINS = _ACTS & ~bits_of("SHOW DOWNLOAD REGISTER EXPORT") | bits_of("FORGOT")
"""What a clause begins with that is an order, or stands for one in a short mail."""
_STANDS = (
    _ACTS
    | _ASKED
    | bits_of(
        "LOCKED EXPIRED WRONG MISSPELLED SHOULD_READ MISSING NOT_LOADING LOST FORGOT INVALID DEAD RECEIVE OPEN WORK LOGIN"
        " NEGATION NOT_ASKING DONE CONDITION NEW_JOB MARRIED PHISHING MISUSE LINKEDIN RESUME SIGNATURE PRINT"
    )
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
_CHANGES_IT = bits_of("CHANGE CORRECT ADD DELETE NEW OLD")
_DENIED = (
    ("RECEIVE", "NOT_RECEIVED"), ("WORK", "NOT_WORKING"), ("LOGIN", "CANNOT_LOGIN"), ("OPEN", "NOT_LOADING"),
    ("FIND", "NOT_FOUND"), ("REMEMBER", "FORGOT"), ("ACCEPT", "INVALID"), ("SHOW", "MISSING"), ("PICTURE", "MISSING PICTURE"),
    ("CORRECT", "WRONG"),
)  # fmt: skip
_DENIALS = tuple((BITS[said], bits_of(meant)) for said, meant in _DENIED)
_DENIABLE = _ACTS | bits_of("LOCKED EXPIRED WRONG LOST FORGOT MARRIED MISUSE PHISHING AGAIN NEW")
"""What is not so when it is denied."""
_THINGS = bits_of("PICTURE ACCOUNT")
"""What "no" before it denies; in German "not" behind it denies the verb: "mein Konto ist nicht gesperrt"."""
_UNABLE = _ACTS | bits_of("AGAIN NEW")
"""What somebody who cannot do it wants to do."""
_RENAMES = bits_of("CHANGE CORRECT SHOULD_READ NAME MARRIED SHOW ADD WANT RESEND")
"""Only beside one of these it matters which names stand there."""


@dataclass(slots=True)
class Clause:
    """One clause: what it says once negation is undone."""

    text: str
    """As written, but for what is held apart."""
    concepts: int = 0
    is_asked: bool = False
    is_muted: bool = False
    """Nothing is asked by it: denied, thanked for or done."""
    is_conditional: bool = False
    """It begins with "if"."""
    puts_off: bool = False
    """It names what is to come first, or a day from which on."""
    denied: int = 0
    """What it says is not asked or not so."""


def read_clauses(sentence: Sentence, lexicon: Lexicon, held: Held) -> list[Clause]:
    """Return the clauses of `sentence`."""
    hits = find_hits(sentence.words, lexicon)
    for mark in held.addresses.intersection(sentence.words):
        hits += [Hit(at, _AN_ADDRESS, (at,)) for at, word in enumerate(sentence.words) if word == mark]
    for mark in held.quotes.keys() & set(sentence.words):
        hits.append(_read_quote(sentence.words.index(mark), held.quotes[mark], lexicon))
    hits.sort(key=lambda hit: hit.at)
    hits = _drop_identification(hits, sentence.words)
    clauses = []
    for number, start in enumerate(sentence.starts):
        end = sentence.starts[number + 1] if number + 1 < len(sentence.starts) else len(sentence.words)
        inside = [hit for hit in hits if start <= hit.at < end]
        text = sentence.clauses[number]
        for first, part in _part(inside, start):
            begins = sentence.words[first] if first < len(sentence.words) else ""
            clause = _read_clause(part, first, text, lexicon.language)
            clause.is_asked = clause.is_asked or (
                _begins_with_order(part, first, clause.concepts) and not is_participle(begins, lexicon.language)
            )
            clauses.append(clause)
    _ask_on(clauses)
    _take_courtesy(clauses)
    _contrast(clauses)
    _complete(clauses)
    if sum(word in held.addresses for word in sentence.words) > 1:
        clauses[0].concepts |= _TWO_ADDRESSES
    if sentence.has_arrow and clauses:
        clauses[0].concepts |= BITS["ARROW"]
    if any(clause.concepts & _RENAMES for clause in clauses):
        _note_names(sentence, clauses, lexicon, held)
    return clauses


def _note_names(sentence: Sentence, clauses: list[Clause], lexicon: Lexicon, held: Held) -> None:
    """Mark clauses that say "to Jane Roe", and the first one if two names stand there that share a part."""
    for clause in clauses:
        if names_a_person(held.restore(clause.text)):
            clause.concepts |= _TO_A_NAME
    if names_a_person(held.restore(": ".join(sentence.clauses))):
        clauses[-1].concepts |= _TO_A_NAME
    if tell_two_names(sentence.clauses, lexicon, held):
        clauses[0].concepts |= _TWO_NAMES


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
        if hit.concepts & _AN_ADDRESS:
            is_aim = hit.at > 0 and words[hit.at - 1].lower() in _AIMS
            before = kept[-1] if kept else None
            is_label = before is not None and bool(before.concepts & _ADDRESS) and hit.at - before.at <= 4
            if is_label and said & _NAMED and not is_aim and not _said_right_before(kept) & _CHANGES_IT:
                kept.pop()
            hit = Hit(hit.at, hit.concepts | _TO_AN_ADDRESS if is_aim else hit.concepts, hit.words)
        kept.append(hit)
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


def _read_clause(hits: Sequence[Hit], start: int, text: str, language: str) -> Clause:
    clause = Clause(text)
    said = 0
    for hit in hits:
        said |= hit.concepts
    is_denied = False
    is_denied_behind = language == "de" and bool(said & _NEGATION)
    is_unable = bool(said & _CANNOT)
    is_unwanted = bool(said & _NEGATION and said & _WANT and said & _MAIL)
    is_off = False
    for hit in hits:
        concepts = hit.concepts
        is_off = is_off or bool(concepts & _NOT_ASKING)
        is_denied = is_denied or bool(concepts & _NEGATION)
        if is_off:
            clause.denied |= concepts
            continue
        if is_unable:
            concepts = _deny(concepts, _DENIABLE & ~_UNABLE)
        elif is_denied or (is_denied_behind and not concepts & _THINGS):
            clause.denied |= concepts & _DENIABLE
            concepts = _deny(concepts, _DENIABLE)
        clause.concepts |= concepts
    if is_unwanted:
        clause.concepts = clause.concepts & ~_NOT_RECEIVED | _STOP
    if said & _BADGE and said & _ACCOUNT and _comes_first(hits, _BADGE, _ACCOUNT):
        clause.concepts |= _BADGE_FIRST
    first = next((hit for hit in hits if not hit.concepts & _JOIN), None)
    clause.is_conditional = first is not None and first.at <= start + 1 and bool(first.concepts & _CONDITION)
    clause.puts_off = (
        bool(clause.concepts & _LATER)
        or (not clause.concepts & _HAPPENED and _names_a_day(hits))
        or clause.is_conditional
        or (bool(clause.concepts & _CONDITION) and _comes_first(hits, _ACTS, _CONDITION))
    )
    clause.is_asked = bool(clause.concepts & _ASKED)
    clause.is_muted = (
        is_off
        or bool(said & _DONE)
        or (bool(said & _THANKS) and not said & _REQUEST and _comes_first(hits, _THANKS, _ACTS))
    )
    return clause


def _ask_on(clauses: list[Clause]) -> None:
    """Let what follows a request in its sentence be asked too: "please unlock it, and while you are there change …"."""
    is_asked = False
    for clause in clauses:
        is_asked = is_asked or bool(clause.concepts & _REQUEST)
        clause.is_asked = clause.is_asked or (is_asked and bool(clause.concepts & _ACTS))


def _take_courtesy(clauses: list[Clause]) -> None:
    """See no condition in "it would be kind, if you changed it"."""
    for before, clause in pairwise(clauses):
        if clause.is_conditional and before.concepts & _REQUEST and not before.concepts & _ACTS:
            clause.is_conditional = clause.puts_off = False
            clause.is_asked = True


def _contrast(clauses: list[Clause]) -> None:
    """Let "only my title" ask what was denied of something else: "I do not want to change my name, only my title"."""
    for before, clause in pairwise(clauses):
        if before.is_muted and not clause.is_muted and clause.concepts & _INSTEAD and not clause.concepts & _ACTS:
            clause.concepts |= before.denied & _ACTS
            clause.is_asked = True


def _complete(clauses: list[Clause]) -> None:
    """Understand what is left out: "everybody got the mail, I did not"."""
    for before, clause in pairwise(clauses):
        if clause.concepts and not clause.concepts & ~_BARE_NEGATION and before.concepts & _RECEIVE:
            clause.concepts |= before.concepts & THINGS | _NOT_RECEIVED


def _begins_with_order(hits: Sequence[Hit], start: int, concepts: int) -> bool:
    """Whether the first word, but for one that joins clauses, is an order."""
    for hit in hits:
        if hit.at != start:
            return False
        if not hit.concepts & _JOIN:
            return bool(hit.concepts & concepts & _BEGINS)
        start = hit.words[-1] + 1
    return False


def _comes_first(hits: Sequence[Hit], one: int, other: int) -> bool:
    return next(bool(hit.concepts & one) for hit in hits if hit.concepts & (one | other))


def _names_a_day(hits: Sequence[Hit]) -> bool:
    return any(
        hit.concepts & _FROM_DAY and after.concepts & _DATE and after.at - hit.words[-1] <= _FAR
        for hit, after in pairwise(hits)
    )


def _deny(concepts: int, deniable: int) -> int:
    for said, meant in _DENIALS:
        if concepts & said:
            return concepts & ~said | meant
    return concepts & ~deniable
