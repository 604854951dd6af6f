"""The lists of words that hold for all languages together, from words.yaml.

Here belongs loading them. The phrases of one language each are loaded in `phrases`.
"""

from functools import lru_cache
from importlib.resources import files

import yaml

from inbound.understanding.people.tokens import fold_word


def listed(key: str) -> frozenset[str]:
    """Return the words under `key`, folded. KeyError for a key that the file does not have."""
    return frozenset(" ".join(fold_word(word).split()) for word in _read_file()[key].split(","))


@lru_cache(maxsize=1)
def _read_file() -> dict[str, str]:
    text = files("inbound.understanding.people").joinpath("words.yaml").read_text("utf-8")
    document: dict[str, str] = yaml.safe_load(text)
    return document
