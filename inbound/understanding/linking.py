"""The clauses of a sentence, and what one lends another.

Here belongs what is left out and understood all the same: "please unlock it and change …", "everybody got it, I did
not", "not my name, only my title". What a clause says by itself is told in `clauses`.
"""

from itertools import pairwise

from inbound.understanding.clauses import ACTS, REQUEST, Clause, read_clause
from inbound.understanding.concepts import BITS, THINGS, bits_of
from inbound.understanding.forms import names_a_person, tell_two_names
from inbound.understanding.parts import part_sentence
from inbound.understanding.sentences import Held, Sentence
from inbound.understanding.words import Lexicon

_TO_A_NAME, _TWO_NAMES = BITS["TO_A_NAME"], BITS["TWO_NAMES"]
_RECEIVE, _NOT_RECEIVED = BITS["RECEIVE"], BITS["NOT_RECEIVED"]
_AN_ADDRESS, _TO_AN_ADDRESS, _LABELS = BITS["AN_ADDRESS"], BITS["TO_AN_ADDRESS"], bits_of("ADDRESS EMAIL")
_BARE_NEGATION = bits_of("NEGATION JOIN INSTEAD")
_INSTEAD = BITS["INSTEAD"]
_GOES_ON = ACTS | BITS["SHOULD_READ"]
_RENAMES = bits_of("ARROW CHANGE CORRECT SHOULD_READ NAME MARRIED SHOW ADD WANT RESEND")
"""Only beside one of these it matters which names stand there."""


def read_clauses(sentence: Sentence, lexicon: Lexicon, held: Held) -> list[Clause]:
    """Return the clauses of `sentence`; at least one where it has words."""
    clauses = [read_clause(part, lexicon.language) for part in part_sentence(sentence, lexicon, held)]
    if not clauses:
        return clauses
    _drop_label(clauses)
    _ask_on(clauses)
    _take_courtesy(clauses)
    _contrast(clauses)
    _complete(clauses)
    if sum(word in held.addresses for word in sentence.words) > 1:
        clauses[0].concepts |= BITS["TWO_ADDRESSES"]
    if sentence.has_arrow:
        clauses[0].concepts |= BITS["ARROW"]
    if any(clause.concepts & _RENAMES for clause in clauses):
        _note_names(sentence, clauses, lexicon, held)
    return clauses


def _drop_label(clauses: list[Clause]) -> None:
    """Leave out the label of an address that only says who is meant: "E-mail: jane@roe.example"."""
    for before, clause in pairwise(clauses):
        if clause.concepts == _AN_ADDRESS and before.concepts and not before.concepts & ~_LABELS:
            before.concepts = 0


def _ask_on(clauses: list[Clause]) -> None:
    """Let what follows a request in its sentence be asked too: "please unlock it, and while you are there change …"."""
    is_asked = False
    for clause in clauses:
        is_asked = is_asked or bool(clause.concepts & REQUEST)
        goes_there = clause.concepts & _TO_AN_ADDRESS and clause.concepts & _LABELS
        clause.is_asked = clause.is_asked or (is_asked and bool(clause.concepts & _GOES_ON or goes_there))


def _take_courtesy(clauses: list[Clause]) -> None:
    """See no condition in "it would be kind, if you changed it"."""
    for before, clause in pairwise(clauses):
        if clause.is_conditional and before.concepts & REQUEST and not before.concepts & ACTS:
            clause.is_conditional = clause.puts_off = False
            clause.is_asked = True


def _contrast(clauses: list[Clause]) -> None:
    """Let "only my title" ask what was denied of something else: "I do not want to change my name, only my title"."""
    for before, clause in pairwise(clauses):
        if before.is_muted and not clause.is_muted and clause.concepts & _INSTEAD:
            clause.concepts |= 0 if clause.concepts & ACTS else before.denied & ACTS
            clause.is_asked = True


def _complete(clauses: list[Clause]) -> None:
    """Understand what is left out: "everybody got the mail, I did not"."""
    for before, clause in pairwise(clauses):
        if clause.concepts and not clause.concepts & ~_BARE_NEGATION and before.concepts & _RECEIVE:
            clause.concepts |= before.concepts & THINGS | _NOT_RECEIVED


def _note_names(sentence: Sentence, clauses: list[Clause], lexicon: Lexicon, held: Held) -> None:
    """Mark clauses that say "to Jane Roe", and the first one if two names stand there that share a part."""
    for clause in clauses:
        if names_a_person(held.restore(clause.text)):
            clause.concepts |= _TO_A_NAME
    if names_a_person(held.restore(": ".join(sentence.clauses))):
        clauses[-1].concepts |= _TO_A_NAME
    if tell_two_names(sentence.clauses, lexicon, held):
        clauses[0].concepts |= _TWO_NAMES
