"""From what a writer wrote to what they want: the one function that the rest calls.

Here belongs the order of the steps. Form stands in `sentences`, words in `words` and `hits`, modes in `clauses`,
meaning in `frames`, the policy for mails that ask for several things in `weighing`.
"""

import re
from dataclasses import replace

from desk.words import Intent
from inbound.understanding.acts import read_account
from inbound.understanding.asking import TOPICS
from inbound.understanding.concepts import bits_of
from inbound.understanding.hesitation import is_hesitant
from inbound.understanding.languages import count_votes, tell_language
from inbound.understanding.sentences import Sentence, split_text
from inbound.understanding.weighing import Verdict, weigh_acts
from inbound.understanding.wish import Confidence, Wish, Written

_PREFIXES = re.compile(
    r"\s*(?:(?:re|aw|antw|sv|r|rif|fw|fwd|wg|tr|rv|enc|rés|i|vs|doorst)(?:\[\d{1,3}\])?\s?:|\[[^\]]{1,60}\])\s*",
    re.IGNORECASE,
)
_ANSWERED = re.compile(r"\s*(?:re|aw|antw|sv|r|rif|rés)(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
_DONE_AT_ONCE = frozenset({Intent.NAME_CHANGE, Intent.UNLOCK})
"""What is done without a person where it is sure."""
_LONGEST_SUBJECT = 300
_MOST_PREFIXES = 10
_TABLE = bits_of("TABLE")
_POINTS = bits_of("BELOW DO_THIS")
_QUOTE_MARKS = re.compile(r"(?m)^[ \t]*(?:>[ \t]?){1,20}")


def tell_wish(written: Written) -> Wish:
    """Return what the writer wants, by the support policy's rules. Never raises; time grows with length."""
    sentences, held = split_text(written.new_text)
    subject, is_old = _strip_prefixes(written.subject)
    heading, heading_held = split_text(subject)
    votes = sum(count_votes(sentence.words) for sentence in sentences)
    if not (is_old and votes):
        votes += sum(count_votes(sentence.words) for sentence in heading)
    language = tell_language(votes)
    title = read_account(_ask(heading), heading_held, language)
    known = title.said & TOPICS | (_TABLE if written.has_table else 0)
    body = read_account(sentences, held, language, known)
    points_below = bool(written.quoted.strip()) and bool(body.said & _POINTS)
    verdict = weigh_acts(body, None if is_old else title, has_text=bool(sentences))
    if points_below and verdict.intent is Intent.OTHER and not verdict.asked and body.asks:
        verdict = _read_below(written, language)
        if _ANSWERED.match(written.subject) and verdict.confidence is Confidence.SURE:
            # What stands below an answer may be our own words.
            verdict = replace(verdict, confidence=Confidence.LIKELY)
    if verdict.confidence is Confidence.SURE and verdict.intent in _DONE_AT_ONCE and is_hesitant(written.new_text):
        verdict = replace(verdict, confidence=Confidence.LIKELY)
    return Wish(
        verdict.intent,
        verdict.confidence,
        verdict.asked,
        verdict.because,
        language,
        is_deferred=body.is_deferred,
        points_below=points_below,
    )


def _read_below(written: Written, language: str) -> Verdict:
    """Return what a quoted or forwarded mail asks for, when the writer asks to do what it says."""
    sentences, held = split_text(_QUOTE_MARKS.sub("", written.quoted))
    votes = sum(count_votes(sentence.words) for sentence in sentences)
    return weigh_acts(read_account(sentences, held, tell_language(votes, language)), None, has_text=True)


def _ask(heading: list[Sentence]) -> list[Sentence]:
    """Return a subject as the question that it stands for: "name change" asks for one."""
    for sentence in heading:
        sentence.is_question = True
    return heading


def _strip_prefixes(subject: str) -> tuple[str, bool]:
    """Return the subject without "Re:" and "Fwd:", and whether it had one: then its words may be another's."""
    text = subject[:_LONGEST_SUBJECT]
    is_old = False
    for _ in range(_MOST_PREFIXES):
        prefix = _PREFIXES.match(text)
        if prefix is None:
            break
        is_old = is_old or not prefix[0].lstrip().startswith("[")
        text = text[prefix.end() :]
    return text, is_old
