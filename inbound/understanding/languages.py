"""Which language a text is written in, of those that the product answers in.

Here belongs counting: each word speaks for the languages whose lexicons hold it, a function word twice as much. A mail
may change its language from sentence to sentence; one is read in another than the mail's only where it clearly is.
"""

from collections.abc import Sequence

from inbound.understanding.words import list_languages, load_lexicon

LANGUAGES = list_languages()
"""Of the shipped lexicons. The first one, English, is taken where nothing tells."""
_BITS = 24
"""Of a number that holds all counts side by side, for each language."""
_MASK = (1 << _BITS) - 1
_REMEMBERED = 20_000
_LEAST_LEAD = 4
_LETTERS = {"ñ": "es", "¿": "es", "¡": "es", "ß": "de", "œ": "fr"}

_votes: dict[str, int] = {}
"""What each word seen so far says; a pure function's memory, bounded."""


def count_votes(words: Sequence[str]) -> int:
    """Return how much the words of a sentence speak for each language, as one number."""
    total = 0
    for word in (words[0].lower(), *words[1:]) if words else ():
        vote = _votes.get(word)
        total += _vote(word) if vote is None else vote
    return total


def tell_language(votes: int, otherwise: str = LANGUAGES[0]) -> str:
    """Return the language that most speaks for; `otherwise` where several do as much."""
    counts = _unpack(votes)
    best = max(counts.values())
    return otherwise if counts[otherwise] == best else max(counts, key=counts.__getitem__)


def tell_sentence(votes: int, language: str) -> str:
    """Return the language of a sentence in a mail that is written in `language`."""
    counts = _unpack(votes)
    best = max(counts, key=counts.__getitem__)
    is_clear = counts[best] >= counts[language] * 2 and counts[best] - counts[language] >= _LEAST_LEAD
    return best if is_clear else language


def _unpack(votes: int) -> dict[str, int]:
    return {language: votes >> (_BITS * at) & _MASK for at, language in enumerate(LANGUAGES)}


def _vote(word: str) -> int:
    vote = 0
    if len(word) == 1 and word.isascii():
        return 0
    is_name = word[:1].isupper() and word[1:].islower()
    for at, language in enumerate(LANGUAGES):
        # Within a sentence only German writes words with a capital that are no names ("Al", "Park", "Rose").
        if not is_name or language == "de":
            vote += load_lexicon(language).knows(word) << (_BITS * at)
    lowered = word.lower()
    for letter, language in _LETTERS.items():
        if letter in lowered and language in LANGUAGES:
            vote += 2 << (_BITS * LANGUAGES.index(language))
    if len(_votes) < _REMEMBERED:
        _votes[word] = vote
    return vote
