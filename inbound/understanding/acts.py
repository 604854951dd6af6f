"""What the sentences of a text ask for, one by one.

Here belongs reading on from clause to sentence to what was said before: "she is locked out … can you fix that?". What
all of it comes to is weighed in `weighing`.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from desk.words import Intent
from inbound.understanding.clauses import Clause, read_clauses
from inbound.understanding.concepts import BITS, bits_of
from inbound.understanding.forms import tell_two_names
from inbound.understanding.frames import match_frames
from inbound.understanding.languages import count_votes, tell_sentence
from inbound.understanding.sentences import Held, Sentence
from inbound.understanding.words import load_lexicon

VERBS = bits_of(
    "CHANGE CORRECT ADD SHOW DOWNLOAD SEND AGAIN RESEND NEW DELETE REVOKE UNLOCK RESET STOP REGISTER EXPORT HOW DO_THIS"
)
TOPICS = bits_of(
    "NAME USERNAME ADDRESS AN_ADDRESS EMAIL TABLE SHOULD_READ TWO_NAMES EMPLOYER JOB_TITLE PROFILE ACCOUNT PASSWORD PAGE WEBSITE BADGE LINKEDIN LINKEDIN_SECTION"
    " CERTIFICATE PDF RESUME SIGNATURE NEWSLETTER PERSONAL_DATA MARRIED MISSPELLED LOST EXPIRED NOT_RECEIVED"
    " ISSUED_BY_MISTAKE"
)
"""What a later sentence may speak of without naming it."""
_SCENE = bits_of("LINKEDIN LINKEDIN_SECTION NAME MISSPELLED")
"""Where something is told to be wrong sentences later: "the picture is grey"."""
_STATES = bits_of("MISSING LOGO INSTEAD NOT_FOUND SHOULD_READ WRONG MISSPELLED")
_STRONG = 2.4
_FROM_CONTEXT = 0.2
"""What an act weighs less whose object stands in a sentence before."""
_REMEMBERED = 3
_REQUEST = bits_of("PLEASE COULD_YOU WANT")
_NEVER_MIND, _DONE, _REMINDER = BITS["NEVER_MIND"], BITS["DONE"], BITS["REMINDER"]
_STOPS = bits_of("STOP UNSUBSCRIBE NEWSLETTER")
_ORDERS = bits_of("CHANGE CORRECT ADD SEND RESEND DELETE REVOKE UNLOCK RESET DO_THIS")
_AN_ADDRESS = BITS["AN_ADDRESS"]
_ADDRESSES = bits_of("AN_ADDRESS ADDRESS EMAIL")
_OTHER_ADDRESS = bits_of("NEW OLD DEAD SHOULD_READ WRONG CHANGE ADD")
_MOST_OPEN = 20
_LONGEST_WORDS = 200
_NO_EVENT = bits_of("TOO_MANY_TRIES INVALID CANNOT_LOGIN WRONG LOCKED WHENEVER DEADLINE")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is asked for."""

    intent: Intent
    weight: float
    is_asked: bool
    """Asked in so many words; else it follows from what is told."""
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


def read_account(sentences: Sequence[Sentence], held: Held, language: str, before: int = 0) -> Account:
    """Return what `sentences` ask for; `before` are topics known already, such as the subject's."""
    account = Account()
    topics: deque[int] = deque(maxlen=_REMEMBERED)
    open_ended: list[tuple[int, list[Clause]]] = []
    for number, sentence in enumerate(sentences):
        spoken = tell_sentence(count_votes(sentence.words), language)
        clauses = read_clauses(sentence, load_lexicon(spoken), held)
        live = [clause for clause in clauses if not clause.is_muted]
        said = _join(_drop_condition(clause) for clause in live)
        account.denied |= _join(clause.denied for clause in clauses)
        if _looks_back(account, said | _join(clause.concepts for clause in clauses)):
            continue
        asks = sentence.is_question or any(clause.is_asked for clause in live)
        found = _read_sentence(live, said, sentence.is_question)
        if not any(weight >= _STRONG for _, weight, _, _ in found):
            known = before | _join(topics)
            found += (
                _read_on(live, said, known, VERBS | _STATES) if asks else _read_on(live, said, known & _SCENE, _STATES)
            )
        account.acts += [
            Act(intent, weight, is_asked, held.restore(words)[:_LONGEST_WORDS], number)
            for intent, weight, is_asked, words in found
        ]
        if asks and said & _ORDERS and not any(weight >= _STRONG for _, weight, _, _ in found):
            open_ended.append((number, live))
        account.said |= said
        account.asks = account.asks or asks
        account.is_deferred = account.is_deferred or (asks and _is_put_off(sentence, live, bool(found)))
        named = _join(_drop_identity(clause) for clause in live) & TOPICS
        account.topics |= named
        topics.append(named)
    if open_ended and not any(act.weight >= _STRONG for act in account.acts):
        texts = [text for sentence in sentences for text in sentence.clauses]
        known = account.topics
        known |= BITS["TWO_NAMES"] if tell_two_names(texts, load_lexicon(language), held) else 0
        for number, live in open_ended[:_MOST_OPEN]:
            said = _join(clause.concepts for clause in live)
            account.acts += [
                Act(intent, weight - _FROM_CONTEXT, is_asked, held.restore(words)[:_LONGEST_WORDS], number)
                for intent, weight, is_asked, words in _read_on(live, said, known, VERBS)
            ]
    return account


Found = tuple[Intent, float, bool, str]


def _looks_back(account: Account, said: int) -> bool:
    """Note what ends or repeats an earlier request, and return whether the sentence does nothing else."""
    if said & _NEVER_MIND:
        account.acts.clear()
        account.is_over = True
        return True
    account.is_over = account.is_over or bool(said & _DONE)
    if said & _REMINDER and not said & _STOPS and not (said & _REQUEST and said & _ORDERS):
        account.is_reminder = True
        return True
    return False


def _read_sentence(live: Sequence[Clause], said: int, is_question: bool) -> list[Found]:
    found: list[Found] = []
    for number, clause in enumerate(live):
        if clause.is_conditional and len(live) > 1:
            continue
        is_asked = clause.is_asked or (is_question and number == len(live) - 1)
        found += [(*match, clause.text) for match in match_frames(clause.concepts, is_asked)]
    if len(live) > 1 and not any(weight >= _STRONG for _, weight, _, _ in found):
        is_asked = is_question or any(clause.is_asked for clause in live)
        found += [(*match, _quote(live)) for match in match_frames(said, is_asked)]
    return found


def _read_on(live: Sequence[Clause], said: int, topics: int, verbs: int) -> list[Found]:
    """Return what a sentence asks whose object was named before: "could you change that"."""
    if not said & verbs or not topics:
        return []
    matches = match_frames(said | topics, True, said & verbs)
    return [(intent, weight - _FROM_CONTEXT, is_asked, _quote(live)) for intent, weight, is_asked in matches]


def _is_put_off(sentence: Sentence, live: Sequence[Clause], is_found: bool) -> bool:
    for clause in live:
        if clause.concepts & _NO_EVENT:
            continue
        if clause.puts_off and (is_found or clause.is_asked or len(live) > 1):
            return True
    return False


def _drop_condition(clause: Clause) -> int:
    """Return what a clause says; what is to be done only under a condition is not asked."""
    return clause.concepts & ~_ORDERS if clause.is_conditional else clause.concepts


def _drop_identity(clause: Clause) -> int:
    """Return what a clause says; an address that it only gives tells who is meant."""
    is_given = clause.concepts & _AN_ADDRESS and not clause.concepts & _OTHER_ADDRESS
    return clause.concepts & ~_ADDRESSES if is_given else clause.concepts


def _quote(clauses: Sequence[Clause]) -> str:
    return ",".join(dict.fromkeys(clause.text for clause in clauses))


def _join(sets: Iterable[int]) -> int:
    joined = 0
    for concepts in sets:
        joined |= concepts
    return joined
