"""What two opinions come to: the one that reads clauses (`telling`) and the one that has learned words (`opinion`).

Here belongs weighing them. The words of the mail lead; the learned opinion can put forward another intent, and can
take certainty away. It can never give any: what it has put forward is `guessed`, and nothing is done for anybody on
that (`inbound.rules.assurance`). Pure.
"""

from dataclasses import replace

from desk.words import CHANGES_A_RECORD, Intent
from inbound.understanding.opinion import Opinion
from inbound.understanding.wish import Confidence, Wish

_WORTH_SAYING = 0.4
"""The probability from which an opinion is put forward where the words tell nothing."""
_WORTH_CORRECTING = 0.3
_TIMES_LIKELIER = {Confidence.SURE: 9.0, Confidence.LIKELY: 3.0, Confidence.GUESSED: 1.0}
"""How many times likelier another intent must be than the one that the words tell, to take its place."""
_BARELY_POSSIBLE = 0.05
"""Below this, what the words are sure of is not done without a person."""


def settle_wish(wish: Wish, opinion: Opinion | None) -> Wish:
    """Return the wish that both come to."""
    if opinion is None:
        return wish
    settled = wish if opinion.intent is wish.intent else _weigh(wish, opinion)
    return replace(settled, guess=opinion.intent, guess_confidence=opinion.probability)


def _weigh(wish: Wish, opinion: Opinion) -> Wish:
    if wish.confidence is Confidence.UNSURE:
        return _put_forward(wish, opinion) if opinion.probability >= _WORTH_SAYING else wish
    if wish.intent is Intent.OTHER:
        # Thanks, reminders, two changes at once: the model does not see who does what to whom.
        return wish
    told = opinion.every.get(wish.intent, 0.0)
    enough = max(_WORTH_CORRECTING, told * _TIMES_LIKELIER[wish.confidence])
    if opinion.probability >= enough and len(CHANGES_A_RECORD.intersection(wish.asked)) < 2:
        return _put_forward(wish, opinion)
    if told < _BARELY_POSSIBLE:
        return replace(wish, confidence=Confidence.GUESSED)
    return wish


def _put_forward(wish: Wish, opinion: Opinion) -> Wish:
    because = f"reads like {opinion.intent} ({opinion.probability:.0%}, learned from other mails)"
    confidence = Confidence.UNSURE if opinion.intent is Intent.OTHER else Confidence.GUESSED
    return replace(
        wish, intent=opinion.intent, confidence=confidence, asked=(opinion.intent,), because=(*wish.because, because)
    )
