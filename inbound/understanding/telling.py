"""From what a writer wrote to what they want: the one function that the rest calls.

Here belongs the order of the steps. Form stands in `sentences`, words in `words` and `hits`, modes in `clauses`,
meaning in `frames`, the policy for mails that ask for several things in `weighing`.
"""

import re
from dataclasses import replace

from desk.words import Intent
from inbound.understanding.acts import read_account
from inbound.understanding.asking import TOPICS
from inbound.understanding.clauses import REQUEST
from inbound.understanding.coming import awaits_a_day
from inbound.understanding.concepts import bits_of
from inbound.understanding.hesitation import announces_more, is_hesitant, is_taken_back, merely_inquires
from inbound.understanding.languages import count_votes, tell_language
from inbound.understanding.objects import unlocks_something_else
from inbound.understanding.sentences import Sentence, split_text
from inbound.understanding.weighing import Verdict, weigh_acts
from inbound.understanding.wish import Confidence, Wish, Written
from wire.subject import strip_prefixes

_CHANGED_AT_ONCE = frozenset({Intent.NAME_CHANGE, Intent.UNLOCK})
"""What is done without a person where it is sure."""
_SENT_AT_ONCE = frozenset({Intent.PASSWORD_RESET, Intent.RESEND, Intent.UNSUBSCRIBE})
"""What is done without a person even where it is but likely."""
_LONGEST_SUBJECT = 300
_TABLE = bits_of("TABLE")
_POINTS = bits_of("BELOW DO_THIS")
_QUOTE_MARKS = re.compile(r"(?m)^[ \t]*(?:>[ \t]?){1,20}")
_FIELD = re.compile(r"(?m)^\W{0,6}[^\W\d_]{2,12}\s?:.{0,500}$")
"""A line of the header that a mail program shows above what it quotes: its days put nothing off."""


def tell_wish(written: Written) -> Wish:
    """Return what the writer wants, by the support policy's rules. Never raises; time grows with length."""
    sentences, held = split_text(written.new_text)
    subject = strip_prefixes(written.subject[:_LONGEST_SUBJECT], with_tags=True)
    # The words of a subject that has one may be another's.
    is_old = subject.is_answer or subject.is_forward
    heading, heading_held = split_text(subject.text)
    votes = sum(count_votes(sentence.words) for sentence in sentences)
    if not (is_old and votes):
        votes += sum(count_votes(sentence.words) for sentence in heading)
    language = tell_language(votes)
    title = read_account(_ask(heading), heading_held, language)
    known = title.said & TOPICS | (_TABLE if written.has_table else 0)
    body = read_account(sentences, held, language, known)
    points_below = bool(written.quoted.strip()) and bool(body.said & _POINTS)
    verdict = weigh_acts(body, None if is_old else title, has_text=bool(sentences))
    reads_below = points_below or subject.is_forward
    below, is_deferred = _read_below(written, language) if reads_below else (verdict, False)
    if points_below and body.asks and verdict.confidence is not Confidence.SURE:
        if subject.is_answer:
            # What stands below an answer may be our own words.
            below = _lower(below, Confidence.LIKELY)
        if not verdict.asked or below.intent is verdict.intent:
            verdict = _doubt(below, written.quoted, is_requested=True)
    verdict = _doubt(
        verdict, f"{'' if is_old else subject.text}\n{written.new_text}", is_requested=bool(body.said & REQUEST)
    )
    return Wish(
        verdict.intent,
        verdict.confidence,
        verdict.asked,
        verdict.because,
        language,
        is_deferred=is_deferred or body.is_deferred or _is_put_off(verdict, written, reads_below=reads_below),
        points_below=points_below,
    )


def _doubt(verdict: Verdict, text: str, *, is_requested: bool) -> Verdict:
    """Return a verdict that leads to nothing but a person, where the writer takes back or questions what they ask."""
    may_change = _may_change(verdict)
    if Intent.UNLOCK in may_change and unlocks_something_else(text):
        return _lower(verdict, Confidence.LIKELY)
    if may_change and (is_hesitant(text) or (len(verdict.asked) < 2 and announces_more(text))):
        return _lower(verdict, Confidence.LIKELY)
    if verdict.intent in _SENT_AT_ONCE and (is_taken_back(text) or (not is_requested and merely_inquires(text))):
        return _lower(verdict, Confidence.GUESSED)
    return verdict


def _is_put_off(verdict: Verdict, written: Written, *, reads_below: bool) -> bool:
    """Whether a change is for a day that is yet to come, by the new text or by the mail that it goes on from."""
    may_change = _may_change(verdict)
    if not may_change:
        return False
    written_on = written.written_on if Intent.NAME_CHANGE in may_change else None
    below = _FIELD.sub("", written.quoted) if reads_below else ""
    return awaits_a_day(f"{written.new_text}\n\n{below}", written_on)


def _may_change(verdict: Verdict) -> frozenset[Intent]:
    """Return what may be done at once, be it that only one of several wishes turns out to be meant (`settling`)."""
    return _CHANGED_AT_ONCE.intersection((verdict.intent, *verdict.asked))


def _lower(verdict: Verdict, most: Confidence) -> Verdict:
    return replace(verdict, confidence=max(verdict.confidence, most, key=list(Confidence).index))


def _read_below(written: Written, language: str) -> tuple[Verdict, bool]:
    """Return what a quoted or forwarded mail asks for, and whether it puts that off."""
    sentences, held = split_text(_QUOTE_MARKS.sub("", written.quoted))
    votes = sum(count_votes(sentence.words) for sentence in sentences)
    account = read_account(sentences, held, tell_language(votes, language))
    return weigh_acts(account, None, has_text=True), account.is_deferred


def _ask(heading: list[Sentence]) -> list[Sentence]:
    """Return a subject as the question that it stands for: "name change" asks for one."""
    for sentence in heading:
        sentence.is_question = True
    return heading
