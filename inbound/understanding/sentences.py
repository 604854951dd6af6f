"""A text cut into sentences and clauses of words, by its punctuation and lines.

Here belongs form alone: no word is understood. Addresses, web links and quoted words are taken out first, so that a
full stop within them ends nothing; what a writer quotes is kept apart, for it is not what they ask. Every expression is
linear: repeats are bounded, none is nested.
"""

import re
from dataclasses import dataclass, field

_LONGEST = 65_536
_MOST_SENTENCES = 400
_LONGEST_SENTENCE = 2_000
"""Of one sentence, what is read: it is compared as a whole with each of its clauses."""
_SHORT_LINE = 45
"""A line shorter than this ends on purpose where the next one begins with a capital."""
_HELD = re.compile("\ue000(\\d{1,5})\ue001")
_ADDRESS = re.compile(r"[<(]?(?:mailto:)?[\w.+'%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}[>)]?")
_LINK = re.compile(r"<?(?:https?://|www\.)[^\s<>\"]{1,500}>?", re.IGNORECASE)
_QUOTED = re.compile(
    '"[^"]{1,200}"|“[^“”]{1,200}[”“]|„[^„“”]{1,200}[“”]|«[^«»]{1,200}»|»[^«»]{1,200}«'
    "|(?<![\\w'])'[^'\n]{2,80}'(?!\\w)|‘[^‘’\n]{2,80}’(?!\\w)"
)
_ARROW = re.compile(r"-{1,3}>|=>|→|➔|➜|>>")
_LABEL = re.compile(r"[^\W\d_][\w '()/-]{1,30}[ \t]{0,12}:[ \t]{1,20}\S")
"""A line of a form: "Old value: …". Such lines belong together."""
_BULLET = re.compile(r"(?:[-*•·–—]|\d{1,2}[.)]|[a-z]\))\s")
_END = re.compile(r"([.!?…]+)[\"')\]]{0,3}(?=\s|$)|[\U0001F300-\U0001FAFF☺☹][\ufe0f]?|(?<=\s)[:;][-']?[)(DP](?=\s|$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mrs?|ms|dr|prof|st|nr|hr|fr|sr|sra|srta|mme|mlle|bzw|inkl|ca|vs|etc|dipl|ing|usw|núm|art|abs|tel|approx"
    r"|resp|z\.? ?b|d\.? ?h|u\.? ?a|e\.?g|i\.?e|p\.? ?ej|jr|dept|ud|uds|vd|c\.?v)|(?<!\S)[^\W\d_]|(?<!\S)\d{1,2})\.$",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[,;:()\[\]\t|]|\s[-–—]{1,2}\s|—")
_WORD = re.compile("\ue000\\d{1,5}\ue001|[^\\W_]+")


@dataclass(slots=True)
class Sentence:
    """One sentence, or what stands for one: a line of a list, a subject."""

    clauses: list[str]
    """Its parts between commas, as written."""
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    """At which word each of the clauses begins."""
    is_question: bool = False
    ends_in_question_mark: bool = False
    has_arrow: bool = False
    in_list: bool = False
    """It is an item of a list."""
    opens_list: bool = False
    """It ends in a colon: what it asks is asked of each item that follows."""


@dataclass(slots=True)
class Held:
    """What was taken out of a text."""

    texts: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    """The marks that stand for an e-mail address."""
    quotes: dict[str, str] = field(default_factory=dict)
    """The marks that stand for quoted words, with the words."""

    def hold(self, text: str) -> str:
        self.texts.append(text)
        return f"\ue000{len(self.texts) - 1}\ue001"

    def restore(self, text: str) -> str:
        """Return `text` as it was written."""
        for _ in range(2):
            text = _HELD.sub(self._get, text)
        return " ".join(text.split())

    def _get(self, mark: re.Match[str]) -> str:
        number = int(mark[1])
        return self.texts[number] if number < len(self.texts) else ""


def split_text(text: str) -> tuple[list[Sentence], Held]:
    """Return the sentences of `text`, of which the first 64 KB are read, and what was taken out of them."""
    held = Held()
    sentences: list[Sentence] = []
    for block in _join_lines(text[:_LONGEST].replace("\ue000", " ").replace("\ue001", " ")):
        for part, signs in _cut(_take_out(block, held)):
            sentence = _split_sentence(part, signs)
            sentence.in_list = _BULLET.match(block) is not None
            sentence.opens_list = part.rstrip().endswith(":")
            if sentence.words or sentence.is_question:
                sentences.append(sentence)
        if len(sentences) > _MOST_SENTENCES:
            break
    return sentences, held


def _join_lines(text: str) -> list[str]:
    """Return what belongs together though it may be wrapped: a paragraph, an item of a list, a short line."""
    blocks: list[list[str]] = []
    before = ""
    for raw in text.split("\n"):
        line = raw.strip()
        is_form = _LABEL.match(line) is not None and _LABEL.match(before) is not None
        ends = len(before) < _SHORT_LINE and not line[:1].islower()
        if is_form:
            line = f"; {line}"
        elif not before or ends or _BULLET.match(line):
            blocks.append([])
        if line:
            blocks[-1].append(line)
        before = line.removeprefix("; ")
    return [" ".join(block) for block in blocks if block and not _is_notice(block)]


def _is_notice(block: list[str]) -> bool:
    """Whether a paragraph stands between rows of stars, as programs mark what they append."""
    return len(block[0]) > _SHORT_LINE and block[0].startswith("***") and block[-1].endswith("***")


def _take_out(text: str, held: Held) -> str:
    if "@" in text:
        text = _ADDRESS.sub(lambda found: _note_address(found[0], held), text)
    if "://" in text or "www." in text:
        text = _LINK.sub(lambda found: f" {held.hold(found[0])} ", text)
    return _QUOTED.sub(lambda found: _note_quote(found[0], held), text)


def _note_address(address: str, held: Held) -> str:
    mark = held.hold(address)
    held.addresses.add(mark)
    return f" {mark} "


def _note_quote(quote: str, held: Held) -> str:
    mark = held.hold(quote)
    held.quotes[mark] = quote[1:-1]
    return mark


def _cut(text: str) -> list[tuple[str, str]]:
    """Return the sentences, each with the signs that end it."""
    parts = []
    start = 0
    for end in _END.finditer(text):
        signs = end[1] or ""
        if signs == "." and _ABBREVIATION.search(text, max(start, end.start() - 12), end.start() + 1):
            continue
        parts.append((text[start : end.start()], signs))
        start = end.end()
    parts.append((text[start:], ""))
    return parts


def _split_sentence(part: str, ending: str) -> Sentence:
    has_mark = "?" in ending
    sentence = Sentence([], is_question=has_mark, ends_in_question_mark=has_mark)
    sentence.has_arrow = _ARROW.search(part) is not None
    for clause in _COMMA.split(part[:_LONGEST_SENTENCE]):
        words = _WORD.findall(clause)
        if words:
            sentence.clauses.append(clause)
            sentence.starts.append(len(sentence.words))
            sentence.words += words
    return sentence
