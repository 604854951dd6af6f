"""How writers and their programs end a mail: `-- `, "Sent from my iPhone", a closing with the lines of a name.

Here belongs telling these lines in en, es, fr and de. They keep their place and stay readable, as the name can matter;
what reads like a sentence, a question, a list or a postscript is no signature.
"""

import re
from collections.abc import Iterator, Sequence

_LONGEST_LINE = 100
_MOST_AFTER_DELIMITER = 20
"""Lines of a signature after `-- ` (Usenet's custom is four)."""
_MOST_AFTER_DASHES = 8
"""Lines after dashes without the space, which may also part two subjects."""
_MOST_NAME_LINES = 8
_DEVICE = re.compile(
    r"(?:(?:sent|enviado|envoyé|gesendet|inviato|verstuurd|skickat|sendt)\s(?:from|via|with|using|desde|de|do|depuis|à"
    r"|von|mit|da|vanaf|från|fra)\b|(?:get|obt[eé]n\w*|obtenez|télécharg\w+|holen sie sich|descarg\w+)\s+outlook\b"
    r"|outlook für|(?:diese nachricht wurde )?von meinem\b|yahoo mail:|mobil gesendet)",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\b(?:i?phone|ipad|ipod|galaxy|android|samsung|huawei|xiaomi|pixel|blackberry|outlook|yahoo|gmail|proton|k-9|mail"
    r"|windows|tablet|smartphone|mobile|handy|móvil|teléfono|téléphone|mobil|mobilgerät)\b",
    re.IGNORECASE,
)
_CLOSINGS = frozenset({
    "regards", "best regards", "kind regards", "with kind regards", "warm regards", "kindest regards", "many regards",
    "with best regards", "with regards", "best", "all the best", "best wishes", "with best wishes", "warmly",
    "cheers", "sincerely", "sincerely yours", "yours sincerely", "yours faithfully", "yours truly", "respectfully",
    "cordially", "thanks", "thank you", "many thanks", "thanks and regards", "thanks & regards", "thx", "greetings",
    "rgds", "v/r", "br", "kr", "take care", "with thanks",
    "saludos", "un saludo", "saludos cordiales", "un cordial saludo",
    "cordiales saludos", "reciba un cordial saludo", "atentamente", "atte", "muy atentamente", "gracias",
    "muchas gracias", "mil gracias", "gracias y saludos", "un abrazo", "abrazos", "cordialmente", "cordialement",
    "bien cordialement", "très cordialement", "bien à vous", "bien à toi", "salutations", "sincères salutations",
    "meilleures salutations", "salutations distinguées", "bonne journée", "merci", "merci beaucoup",
    "merci d'avance", "merci et bonne journée", "cdlt", "cdt", "amicalement", "respectueusement",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "mit freundlichem gruss",
    "freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "liebe grüße", "beste grüße",
    "schöne grüße", "herzliche grüße", "mit besten grüßen", "mit lieben grüßen", "grüße", "gruß", "grüsse", "gruss",
    "mfg", "lg", "vg", "bg", "hochachtungsvoll", "danke", "vielen dank", "besten dank", "danke und gruß",
    "vielen dank und viele grüße", "mit bestem dank", "danke schön",
})  # fmt: skip
_FILLERS = frozenset({
    "a", "an", "and", "in", "advance", "again", "so", "very", "much", "lot", "bunch", "million", "for", "your",
    "help", "time", "und", "et", "y", "im", "voraus", "von", "aus", "to", "from", "all", "the", "best", "kind",
    "regards", "greetings", "cordialement", "saludos", "grüße", "por", "su", "ayuda", "antemano", "de", "pour",
    "votre", "aide", "ihre", "hilfe", "mühe", "ahead", "bonne", "soirée", "journée",
})  # fmt: skip
_LONGEST_CLOSING = max(len(closing.split()) for closing in _CLOSINGS)
_PARTICLES = frozenset({
    "of", "the", "and", "for", "de", "la", "le", "les", "del", "der", "die", "das", "und", "von", "zu", "van",
    "den", "du", "des", "et", "y", "e", "al", "el", "da", "di", "&", "für", "in", "at",
})  # fmt: skip
_CONTACT = re.compile(r"\S{1,64}@\S{1,255}|(?:https?://|www\.)\S{1,300}|\+?\(?\d[\d ()./-]{4,30}\d")
_CONTACT_LABEL = re.compile(
    r"(?:geschäftsführer\w{0,5}|tel|tél|téléphone|teléfono|telefon|phone|mobile?|móvil|handy|fax|cell|e-?mail|web|website|siret|hrb|t|m|f|p|o|w)\b[.:]",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"[-*•·+]\s|\d{1,3}[.)]\s|p\.?\s?s\b|p\.?\s?d\b[.:]|n\.?b\b[.:]", re.IGNORECASE)
_POSTSCRIPT = re.compile(r"p\.?\s?s\.?\s?\d?[\s:.,)]|p\.?\s?d\.?[:.]|n\.?b\.?[:.]|nb\s", re.IGNORECASE)
_REQUEST = frozenset({
    "please", "pls", "kindly", "could", "can", "would", "also", "unlock", "change", "correct", "rename",
    "reset", "resend", "revoke", "remove", "delete", "update", "and", "but", "oh", "bitte", "können", "könnten",
    "auch", "ändern", "por", "favor", "también", "puede", "podría", "s'il", "merci", "pouvez", "aussi", "i",
    "we", "she", "he", "her", "his", "my", "our", "it", "is", "ich", "wir", "sie", "er", "yo", "ella", "je",
    "nous", "elle", "il",
})  # fmt: skip


def find_signatures(lines: Sequence[str], has_text: bool) -> set[int]:
    """Return the numbers of the lines that are signature, of a run of lines that nobody is quoted in.

    `has_text` tells whether the writer wrote something before this run: a mail that only says "Thanks!" has no closing.
    """
    found = set(_find_devices(lines))
    found.update(_find_delimited(lines))
    number = 0
    while number < len(lines):
        if number not in found and has_text and _ends_mail(lines[number]):
            number = _take_names(lines, number, found)
        else:
            has_text = has_text or (number not in found and bool(lines[number].strip()))
            number += 1
    return found


def _find_devices(lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines that a phone's mail program adds; they stand alone, before or after an empty line or the end."""
    for number, line in enumerate(lines):
        text = line[: _LONGEST_LINE + 30].strip("*_<>[]| \t\xa0")
        if not _DEVICE.match(text) or len(line) > _LONGEST_LINE or "?" in text or not _PROGRAM.search(text):
            continue
        if number + 1 == len(lines) or not lines[number + 1].strip() or _DEVICE.match(lines[number + 1].strip()):
            yield number


def _find_delimited(lines: Sequence[str]) -> range:
    """Return the lines after the first delimiter that is near enough to the end."""
    start = end = len(lines)
    filled = 0
    for number in range(len(lines) - 1, -1, -1):
        text = lines[number].rstrip("\r\xa0")
        if _POSTSCRIPT.match(text):
            end = number
        if text == "-- " or (text in {"--", "—", "---", "__", "___"} and _may_be_loose(lines, number, end, filled)):
            start = number
        filled += bool(text.strip())
        if filled > _MOST_AFTER_DELIMITER:
            break
    return range(start, max(start, end))


def _may_be_loose(lines: Sequence[str], number: int, end: int, filled: int) -> bool:
    return filled <= _MOST_AFTER_DASHES and not any("?" in line for line in lines[number:end])


def _ends_mail(line: str) -> bool:
    """Whether a line is a closing, or one in two languages ("Best regards / Viele Grüße")."""
    first, slash, second = line.partition(" / ")
    if slash and len(line.split()) <= 2 * _LONGEST_CLOSING:
        return _is_closing(first) or _is_closing(second)
    return _is_closing(line)


def _is_closing(line: str) -> bool:
    if not line or len(line) > _LONGEST_LINE or "?" in line:
        return False
    words = [word.strip(",.;:!¡-–—()~*") for word in line.replace("’", "'").split()]
    words = [word for word in words if any(map(str.isalpha, word)) or word == "&"]
    folded = [word.casefold() for word in words]
    for length in range(min(len(words), _LONGEST_CLOSING), 0, -1):
        if " ".join(folded[:length]) in _FOLDED_CLOSINGS:
            rest = [word for word in words[length:] if word.casefold() not in _FILLERS]
            return len(rest) <= 4 and all(word[0].isupper() for word in rest)
    return False


_FOLDED_CLOSINGS = frozenset(closing.casefold() for closing in _CLOSINGS)


def _take_names(lines: Sequence[str], closing: int, found: set[int]) -> int:
    """Add the closing and the lines of a name after it; return the line to look at next."""
    found.add(closing)
    taken = 0
    number = closing + 1
    while number < len(lines) and taken < _MOST_NAME_LINES:
        if lines[number].strip():
            if not _is_name(lines[number], taken == 0):
                break
            found.add(number)
            taken += 1
        elif number > closing + 2 and not lines[number - 1].strip() and not lines[number - 2].strip():
            break
        number += 1
    return number


def _is_name(line: str, is_first: bool) -> bool:
    """Whether a line reads like a name, a position, a company or a way to reach them, and not like a sentence."""
    text = line.strip()
    if len(text) > _LONGEST_LINE or "?" in text or "->" in text or "=>" in text or "→" in text or _NO_NAME.match(text):
        return False
    if ":" in _CONTACT.sub("", text) and not _CONTACT_LABEL.match(text):
        return False
    words = [word.strip(",.;|()*-–·\"'") for word in _CONTACT.sub("", text).split()]
    words = [word for word in words if len(word) > 1 and word.casefold() not in _PARTICLES and word[0].isalpha()]
    if len(words) > 10 or (words and words[0].casefold() in _REQUEST):
        return False
    lower = sum(word[0].islower() for word in words)
    return lower * 4 <= len(words) or (is_first and len(words) <= 2 and not text.endswith((".", "!")))
