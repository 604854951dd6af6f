"""Single values of a rules file: words of a closed list, yes and no, numbers, lines, lists.

Here belongs what each kind of value may look like, wherever in the file it stands. All raise `RulesError` with the line
and what to write instead.
"""

import re

from inbound.rules.document import Listing, Node, Text
from inbound.rules.faults import RulesError, list_words, quote, suggest

LIST_LIMIT = 1_000
_NUMBER = re.compile(r"[0-9]{1,9}")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def read_words(value: Node, known: tuple[str, ...], key: str) -> list[str]:
    """Return one or several words out of a closed list."""
    return [_know(item, known, key) for item in read_texts(value, key)]


def read_word(value: Node, known: tuple[str, ...], key: str) -> str:
    """Return one word out of a closed list."""
    if isinstance(value, Text) and value.text.strip():
        return _know(value, known, key)
    raise RulesError(value.line, key, f"here stands one word: {list_words(known)}")


def read_flag(value: Node, key: str) -> bool:
    """Return yes or no as a boolean."""
    if isinstance(value, Text) and value.text.lower() in _YES_NO:
        return _YES_NO[value.text.lower()]
    raise RulesError(value.line, key, "write yes or no")


def read_number(value: Node, most: int, key: str) -> int:
    """Return a whole number from 0 to `most`."""
    if isinstance(value, Text) and _NUMBER.fullmatch(value.text) and int(value.text) <= most:
        return int(value.text)
    raise RulesError(value.line, key, f"write a whole number from 0 to {most:,}")


def read_line(value: Node, key: str, limit: int) -> str:
    """Return a text of at most `limit` characters that is not empty."""
    if not isinstance(value, Text) or not value.text.strip():
        raise RulesError(value.line, key, "here stands a text")
    if len(value.text) > limit:
        raise RulesError(value.line, key, f"the text has {len(value.text)} characters; {limit} are the most")
    return value.text.strip()


def read_items(value: Node, key: str) -> list[Node]:
    """Return the items of a list that is not empty."""
    if not isinstance(value, Listing) or not value.items:
        raise RulesError(value.line, key, "here stands a list, each item beginning with “- ”")
    if len(value.items) > LIST_LIMIT:
        raise RulesError(value.line, key, f"the list has {len(value.items)} items; {LIST_LIMIT:,} are the most")
    return value.items


def read_texts(value: Node, key: str) -> list[Text]:
    """Return one text, or the texts of a list, none of them empty."""
    items = read_items(value, key) if isinstance(value, Listing) else [value]
    for item in items:
        if not isinstance(item, Text):
            raise RulesError(item.line, key, "here stands a word, or a list of words")
        if not item.text.strip():
            raise RulesError(item.line, key, "nothing stands here: write a word, or a list of words")
    return [item for item in items if isinstance(item, Text)]


def _know(item: Text, known: tuple[str, ...], key: str) -> str:
    if item.text not in known:
        raise RulesError(item.line, key, f"{quote(item.text)} is no word for this: {suggest(item.text, known)}")
    return item.text
