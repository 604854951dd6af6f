"""Letters without case and accents: how words of headers and texts are compared.

Here belongs that folding alone. What else counts as the same (apostrophes, ligatures, hyphens) is said by those who
compare.
"""

import re
import unicodedata

_DIACRITICS = re.compile("[\u0300-\u036f]+")


def fold_letters(text: str) -> str:
    """Return `text` without case and accents, compatibility forms taken apart (NFKD: "É" is "e", "ﬁ" is "fi").

    Marks that are letters of their script stay: Devanagari vowels, Arabic and Hebrew points.
    """
    if text.isascii():
        return text.lower()
    return _DIACRITICS.sub("", unicodedata.normalize("NFKD", text.casefold()))
