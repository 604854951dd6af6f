"""What a text asks for, sentence by sentence, and what it says about earlier requests.

Here belongs what is remembered from sentence to sentence: topics, what is over, what is put off. What one sentence asks
is told in `asking`; what all of it comes to is weighed in `weighing`.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from desk.words import CHANGES_A_RECORD, Intent
from inbound.understanding.asking import (
    ORDERS,
    TOPICS,
    Asked,
    Before,
    is_strong,
    join_concepts,
    read_orders,
    read_sentence,
)
from inbound.understanding.clauses import Clause
from inbound.understanding.concepts import BITS, bits_of
from inbound.understanding.forms import tell_two_names
from inbound.understanding.languages import count_votes, tell_sentence
from inbound.understanding.linking import read_clauses
from inbound.understanding.sentences import Held, Sentence
from inbound.understanding.words import load_lexicon

_REMEMBERED = 3
"""Sentences whose topics a later one may mean."""
_MOST_ORDERS = 20
_DOUBTED = 2.6
_LONGEST_WORDS = 200
_LEAST_BORNE_OUT, _ENOUGH = 2.4, 3.0
_BORNE_OUT = 0.4
"""What two names that share a part add to the weight of a name change between these."""
_REQUEST = bits_of("PLEASE COULD_YOU WANT")
_NEVER_MIND, _DONE, _REMINDER = BITS["NEVER_MIND"], BITS["DONE"], BITS["REMINDER"]
_DO_THIS = BITS["DO_THIS"]
_STOPS = bits_of("STOP UNSUBSCRIBE NEWSLETTER")
_DENIABLE = bits_of("NEWSLETTER EMAIL")
"""Still spoken of when denied: "I need no reminders. Stop them."."""
_AN_ADDRESS, _TWO_NAMES = BITS["AN_ADDRESS"], BITS["TWO_NAMES"]
_ADDRESSES = bits_of("AN_ADDRESS ADDRESS EMAIL")
_OTHER_ADDRESS = bits_of("NEW OLD DEAD SHOULD_READ WRONG CHANGE ADD")
_COURTESY = BITS["WHENEVER"]
_TO_BE_DONE = ORDERS | bits_of("STOP UNSUBSCRIBE REGISTER SHOULD_READ SHOW")
"""Only what is to be done can be put off."""
_NO_EVENT = bits_of("TOO_MANY_TRIES INVALID CANNOT_LOGIN WRONG LOCKED WHENEVER")
"""What follows "after" here is a reason, not what is to come first."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is asked for."""

    intent: Intent
    weight: float
    is_asked: bool
    """In so many words; else it follows from what is told."""
    words: str
    sentence: int


@dataclass(slots=True)
class Account:
    """What a text asks for, and how."""

    acts: list[Act] = field(default_factory=list)
    said: int = 0
    """Every concept that is meant."""
    topics: int = 0
    """What all of it is about."""
    denied: int = 0
    asks: bool = False
    """Some sentence asks something, whatever it may be."""
    is_over: bool = False
    """What went before is said to be done or no longer needed."""
    is_reminder: bool = False
    is_deferred: bool = False


def read_account(sentences: Sequence[Sentence], held: Held, language: str, known: int = 0) -> Account:
    """Return what `sentences` ask for; `known` are topics named elsewhere, such as the subject's."""
    account = Account()
    topics: deque[int] = deque(maxlen=_REMEMBERED)
    orders: list[tuple[int, list[Clause]]] = []
    last = heading = 0
    is_asked_list = False
    for number, sentence in enumerate(sentences):
        lexicon = load_lexicon(tell_sentence(count_votes(sentence.words), language))
        clauses = read_clauses(sentence, lexicon, held)
        if not sentence.in_list:
            heading, is_asked_list = 0, False
        elif is_asked_list and clauses:
            clauses[0].concepts |= heading
            clauses[0].is_asked = True
        if _looks_back(account, clauses):
            continue
        before = Before(known | _join(topics), last, not account.acts)
        found = read_sentence(clauses, sentence.is_question, before)
        if sentence.ends_in_question_mark and lexicon.language == "en" and not any(it.is_asked for it in clauses):
            found = [_doubt(it) for it in found]
        last = _note(account, clauses, sentence.is_question, bool(found))
        if sentence.opens_list and not sentence.in_list:
            is_asked_list = any(clause.is_asked for clause in clauses) or bool(last & _DO_THIS)
            heading = last & ORDERS if any(clause.is_asked for clause in clauses) else 0
        account.acts += _number(found, number, held)
        if account.asks and last & ORDERS and not is_strong(found):
            orders.append((number, clauses))
        topics.append(_name_topics(clauses))
        account.topics |= topics[-1]
    if account.asks and any(_may_be_borne_out(act) for act in account.acts):
        _bear_out(account, sentences, language, held)
    if orders and not account.acts:
        _read_orders(account, orders[:_MOST_ORDERS], sentences, held, language)
    return account


def _may_be_borne_out(act: Act) -> bool:
    return act.intent is Intent.NAME_CHANGE and _LEAST_BORNE_OUT <= act.weight < _ENOUGH


def _bear_out(account: Account, sentences: Sequence[Sentence], language: str, held: Held) -> None:
    """Let two names that share a part bear out a change of a name, wherever they stand."""
    if tell_two_names((text for it in sentences for text in it.clauses), load_lexicon(language), held):
        account.acts[:] = [
            replace(act, weight=act.weight + _BORNE_OUT) if _may_be_borne_out(act) else act for act in account.acts
        ]


def _doubt(asked: Asked) -> Asked:
    """Return what a bare question comes to: in English "is his account locked?" asks for no change of a record."""
    weight = min(asked.weight, _DOUBTED) if asked.intent in CHANGES_A_RECORD else asked.weight
    return replace(asked, weight=weight)


def _looks_back(account: Account, clauses: Sequence[Clause]) -> bool:
    """Note what ends or repeats an earlier request, and return whether the sentence does nothing else."""
    said = _join(clause.concepts for clause in clauses)
    account.denied |= _join(clause.denied for clause in clauses)
    if said & _NEVER_MIND:
        account.acts.clear()
        account.is_over = True
        return True
    if said & _DONE:
        account.is_over = True
        account.acts[:] = [act for act in account.acts if act.is_asked or act.intent is Intent.ABUSE]
    if said & _REMINDER and not said & _STOPS and not (said & _REQUEST and said & ORDERS):
        account.is_reminder = True
        return True
    return False


def _note(account: Account, clauses: Sequence[Clause], is_question: bool, is_found: bool) -> int:
    """Note how a sentence is said, and return what it says."""
    live = [clause for clause in clauses if not clause.is_muted]
    said = join_concepts(live)
    asks = is_question or any(clause.is_asked for clause in live)
    account.said |= said
    account.asks = account.asks or asks
    account.is_deferred = account.is_deferred or (asks and _is_put_off(live, is_found))
    return said


def _is_put_off(live: Sequence[Clause], is_found: bool) -> bool:
    if not any(clause.concepts & _TO_BE_DONE for clause in live):
        return False
    later = [
        clause
        for clause in live
        if clause.puts_off and not clause.concepts & (_COURTESY if clause.is_conditional else _NO_EVENT)
    ]
    return any(is_found or clause.is_asked or len(live) > 1 for clause in later)


def _name_topics(clauses: Sequence[Clause]) -> int:
    """Return what a sentence is about; an address that it only gives tells who is meant."""
    named = _join(clause.concepts for clause in clauses if not clause.is_muted)
    if named & _AN_ADDRESS and not named & _OTHER_ADDRESS:
        named &= ~_ADDRESSES
    return named & TOPICS | _join(clause.denied for clause in clauses) & _DENIABLE


def _read_orders(
    account: Account,
    orders: Iterable[tuple[int, list[Clause]]],
    sentences: Sequence[Sentence],
    held: Held,
    language: str,
) -> None:
    """Read orders whose object is named only after them, or by names alone: "correct Jane Roe. It is Jane Poe."."""
    texts = [text for sentence in sentences for text in sentence.clauses]
    has_names = tell_two_names(texts, load_lexicon(language), held)
    topics = account.topics | (_TWO_NAMES if has_names else 0)
    for number, clauses in orders:
        account.acts += _number(read_orders(clauses, topics), number, held)


def _number(found: Iterable[Asked], sentence: int, held: Held) -> list[Act]:
    return [Act(it.intent, it.weight, it.is_asked, held.restore(it.words)[:_LONGEST_WORDS], sentence) for it in found]


def _join(sets: Iterable[int]) -> int:
    joined = 0
    for concepts in sets:
        joined |= concepts
    return joined
