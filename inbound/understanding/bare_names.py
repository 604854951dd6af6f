"""A reply that is a name and nothing else: "Jane Roe", "It is now Jane Roe.", "Jane Roe, please".

Here belongs reading such a line. In any other sentence a name may be anybody's ("John Roe will tell you"), and who is
meant is found in `inbound.understanding.people`. Pure.
"""

import re

from inbound.understanding.words import list_languages, load_lexicon

_SHORTEST, _LONGEST = 3, 100
_MOST_WORDS = 7
_PART = r"[^\W\d_][\w.'’‑-]{0,40}"
_NAME = re.compile(rf"{_PART}(?: {_PART}){{0,6}}")
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon)|hallo|guten (?:tag|morgen)|bonjour|hola|buen[oa]s \w{4,6})"
    r"(?: [^,.!:]{1,40})?[,.!:]{0,2}",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"(?:(?:many )?thanks?(?: you)?|please|danke|bitte|merci|s'il vous plaît|gracias|por favor)[^\w]{0,3}",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"(?:(?:yes|sure|of course|ja|oui|sí|si)[,.:]? )?(?:(?:it|that|this|she|he|the (?:new|full|correct) name"
    r"|(?:her|his|their) (?:new |full )?name|new name|name)(?: is|'s|’s| should (?:be|read)| must be| will be)?"
    r"(?: now)?:?"
    r"|(?:es|er|sie|der neue name|neuer name|ihr neuer name|sein neuer name)(?: ist| heißt| lautet)?(?: jetzt| nun)?:?"
    r"|(?:c'est|le nouveau nom(?: est)?|nouveau nom|son nouveau nom(?: est)?|elle s'appelle|il s'appelle)"
    r"(?: maintenant)?:?"
    r"|(?:es|el nuevo nombre(?: es)?|nuevo nombre|el nombre(?: es)?|su nuevo nombre(?: es)?|ahora es|se llama)"
    r"(?: ahora)?:?) ",
    re.IGNORECASE,
)
_SMALL = frozenset({
    "de", "da", "do", "dos", "das", "di", "del", "della", "der", "den", "van", "von", "vom", "zu", "zur", "la", "le",
    "los", "las", "el", "al", "bin", "binti", "ibn", "y", "e", "i", "ten", "ter", "af", "av", "du",
})  # fmt: skip
"""Words within a name that begin small."""


def read_bare_name(text: str) -> str | None:
    """Return the name that `text`, a short reply, consists of but for greeting, courtesy and "it is"; else None."""
    lines = [line.strip() for line in text[: 10 * _LONGEST].split("\n")]
    said = [line for line in lines if line and not _GREETING.fullmatch(line) and not _COURTESY.fullmatch(line)]
    if len(said) != 1 or len(said[0]) > _LONGEST or len(text) > 10 * _LONGEST:
        return None
    line = said[0]
    introduction = _INTRODUCTION.match(line)
    name = line[introduction.end() if introduction else 0 :].strip().rstrip(".!,").strip("\"'“”„«»")
    name = re.sub(r",? (?:please|bitte|thanks)$", "", name, flags=re.IGNORECASE)
    return name if len(name) >= _SHORTEST and _NAME.fullmatch(name) and _is_written_as_name(name) else None


def _is_written_as_name(name: str) -> bool:
    words = name.split(" ")
    if not 2 <= len(words) <= _MOST_WORDS:
        return False
    if any(load_lexicon(language).knows(words[0]) for language in list_languages()):
        # "Ask John Roe" is none.
        return False
    return all(word in _SMALL or not word[0].islower() for word in words) and words[-1] not in _SMALL
