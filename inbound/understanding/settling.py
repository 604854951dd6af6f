"""What two opinions come to: the one that reads clauses (`telling`) and the one that has learned words (`opinion`).

Here belongs weighing them. The words of the mail lead; the learned opinion can put forward another intent, and can
take certainty away. It can never give any: what it has put forward is `guessed`, and nothing is done for anybody on
that (`inbound.rules.assurance`). Pure.
"""

from dataclasses import replace

from desk.words import CHANGES_A_RECORD, Intent
from inbound.understanding.opinion import Opinion
from inbound.understanding.wish import Confidence, Wish

_WORTH_SAYING = 0.3
"""The probability from which an opinion is put forward."""
_WEIGHT = {Confidence.SURE: 7.5, Confidence.LIKELY: 2.5, Confidence.GUESSED: 1.0, Confidence.UNSURE: 1.0}
"""How many times as much as the model the words are believed, by how sure they are. Found by trying on mails that
neither of the two had been taught."""
_MAY_BE_TWO = 0.15
"""From this probability of `other` on, a mail that seems to ask for two changes is left to a person."""
_POSSIBLE = 0.2
_BARELY_POSSIBLE = 0.05
"""What the words are sure of is likely at most where the model gives it less than the first, and guessed below the
second."""


def settle_wish(wish: Wish, opinion: Opinion | None) -> Wish:
    """Return the wish that both come to."""
    if opinion is None:
        return wish
    return replace(_weigh(wish, opinion), guess=opinion.intent, guess_confidence=opinion.probability)


def _weigh(wish: Wish, opinion: Opinion) -> Wish:
    if _is_for_a_person_to_split(wish):
        return _drop_what_only_sounds_so(wish, opinion)
    if _asks_for_nothing(wish):
        return wish
    if opinion.probability < _WORTH_SAYING:
        return _doubt(wish, opinion)
    told = opinion.every.get(wish.intent, 0.0) * _WEIGHT[wish.confidence]
    if opinion.intent is not wish.intent and opinion.probability > told:
        return _put_forward(wish, opinion)
    return _doubt(wish, opinion)


def _is_for_a_person_to_split(wish: Wish) -> bool:
    return len(CHANGES_A_RECORD.intersection(wish.asked)) > 1


def _drop_what_only_sounds_so(wish: Wish, opinion: Opinion) -> Wish:
    """Of two changes that the words tell, leave out one that the model holds impossible: an address in a list of people
    asks for no new address. Mails that do ask for two are `other` to the model as well."""
    changes = CHANGES_A_RECORD.intersection(wish.asked)
    doubtful = {intent for intent in changes if opinion.every.get(intent, 0.0) < _BARELY_POSSIBLE}
    if wish.intent is not Intent.OTHER or opinion.every.get(Intent.OTHER, 0.0) > _MAY_BE_TWO:
        return wish
    if len(changes - doubtful) != 1 or opinion.intent not in changes:
        return wish
    asked = tuple(intent for intent in wish.asked if intent not in doubtful)
    return _doubt(replace(wish, intent=opinion.intent, asked=asked), opinion)


def _asks_for_nothing(wish: Wish) -> bool:
    """Whether the words know that nothing is asked (any more), by what the model does not see: "he just got in"."""
    return wish.intent is Intent.OTHER and not wish.asked and wish.confidence is not Confidence.UNSURE


def _doubt(wish: Wish, opinion: Opinion) -> Wish:
    """Return the wish of the words, no surer than the model lets it be."""
    told = opinion.every.get(wish.intent, 0.0)
    if told < _BARELY_POSSIBLE:
        most = Confidence.GUESSED
    else:
        most = Confidence.SURE if told >= _POSSIBLE else Confidence.LIKELY
    order = list(Confidence)
    return replace(wish, confidence=max(wish.confidence, most, key=order.index))


def _put_forward(wish: Wish, opinion: Opinion) -> Wish:
    because = f"reads like {opinion.intent} ({opinion.probability:.0%}, learned from other mails)"
    confidence = Confidence.UNSURE if opinion.intent is Intent.OTHER else Confidence.GUESSED
    return replace(
        wish, intent=opinion.intent, confidence=confidence, asked=(opinion.intent,), because=(*wish.because, because)
    )
