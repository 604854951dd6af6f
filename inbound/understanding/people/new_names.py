"""The new name of one person: what a text says they are to be called.

Here belong the candidates and the choice among them. In doubt there is none: it is asked for, or a person looks.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from badges.names import is_same_name, make_name_key, shares_part
from desk.roster.names import read_name
from inbound.understanding.people.composing import (
    Part,
    compose_name,
    is_respelled_part,
    restore_case,
    shares_given_name,
)
from inbound.understanding.people.mentions import Scene, trim_run
from inbound.understanding.people.phrases import (
    Phrases,
    count_beginning,
    count_ending,
    drop_fillers,
    find_nearest,
    look_after,
    look_before,
)
from inbound.understanding.people.runs import PARTICLES, Run, is_capital, read_any_words
from inbound.understanding.people.tokens import Kind, fold_word

_MOST_RUNS = 400
_LOWER_CASE_WORDS = 600
_SELF = frozenset({
    "i am", "i'm", "ich bin", "je suis", "soy", "my name is", "mi nombre es", "mein name ist", "mon nom est", "me llamo",
    "je m'appelle", "ich heisse", "yo soy", "i am called", "i go by", "now i am", "ahora soy", "ahora me llamo",
})  # fmt: skip
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "herr", "frau", "sr", "sra", "srta", "don",
    "dona", "mme", "mlle", "monsieur", "madame", "senor", "senora", "rev", "ing", "lic",
})  # fmt: skip
_LEADS_ELSEWHERE = frozenset({
    "married", "engaged", "belongs", "belong", "sent", "send", "according", "thanks", "due", "next", "related", "known",
    "write", "wrote", "mail", "email", "forward", "copy", "reply", "answer", "talk", "talked", "speak", "spoke", "give",
    "report", "refer", "issued", "awarded", "signed", "approved", "questions", "tell", "told", "happy", "senden", "schicken",
    "fragen", "ruckfragen", "antworten", "verheiratet", "gemass", "envoyer", "envoyez", "ecrire", "mariee", "marie",
    "selon", "enviar", "escribir", "casada", "casado", "segun", "consultas",
})  # fmt: skip
_BY = frozenset({"by", "with", "durch", "par", "por", "mit"})
_REPLACE = frozenset({
    "replace", "replaced", "replacing", "substitute", "swap", "ersetzen", "ersetzt", "ersetze", "austauschen", "remplacer",
    "remplacez", "remplace", "sustituir", "sustituyan", "reemplazar", "reemplacen", "cambiar", "cambien", "cambie",
    "cambia", "changer", "changez", "modificar", "modifier",
})  # fmt: skip
_POLITE = frozenset({
    "thanks", "thank", "thx", "please", "pls", "plz", "regards", "cheers", "best", "kind", "many", "danke", "bitte",
    "viele", "vielen", "gruss", "grusse", "merci", "svp", "cordialement", "gracias", "saludos", "favor", "sorry", "asap",
    "instead", "because", "since", "and", "but",
})  # fmt: skip
_INSTEAD_OF = frozenset({
    "instead of", "rather than", "au lieu de", "au lieu d", "statt", "anstatt", "anstelle von", "en lugar de", "en vez de",
})  # fmt: skip
_OR = frozenset({"or", "oder", "ou", "o", "u", "respectively", "bzw"})
_QUOTES = "\"“”„«»‚‘’'"


class Level(IntEnum):
    """How plainly a text says that a name is the new one."""

    NAMED = 1
    """It merely stands there, and shares a part with the old one."""
    CALLED = 2
    """Somebody is called so."""
    NEW = 3
    """It is to be changed to this."""


@dataclass(frozen=True, slots=True)
class Old:
    """Whose new name is looked for."""

    name: str
    """On record; empty where nobody on record is named."""
    is_writer: bool = False
    """The text is theirs: "I am now …" says it."""
    others: tuple[str, ...] = ()
    """Names of people who are somebody else: the writer, contacts."""
    is_named: bool = False
    """The text names them as they are on record, so that another name beside it is another name."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    level: Level
    part: Part
    whole: str


def find_new_name(scene: Scene, first: int, last: int, old: Old, named: Iterable[Run] = ()) -> str | None:
    """Return the new name that tokens `first` to `last` give for the bearer of `old`, in full; None without, or in doubt.

    `named` are the runs by which people are named there: no new names, unless one is spelled otherwise than on record
    and said to be the new one.
    """
    named = tuple(named)
    taken = {at for run in named for at in range(run.first, run.last + 1)}
    respelled = [run for run in named if scene.show(run) != old.name and "," not in scene.show(run)]
    starts = [run.first for run in scene.runs]
    runs = scene.runs[bisect_left(starts, first) : bisect_left(starts, last + 1)][:_MOST_RUNS]
    candidates = [
        candidate
        for run in runs
        if taken.isdisjoint(range(run.first, run.last + 1))
        and (candidate := _judge_run(scene, run, old, first)) is not None
    ]
    candidates += [
        candidate
        for run in respelled
        if (candidate := _judge_run(scene, run, old, first)) is not None and candidate.level is Level.NEW
    ]
    candidates += _read_lower_case(scene, first, last, old)
    return _choose(candidates, old)


def _judge_run(scene: Scene, run: Run, old: Old, start: int) -> _Candidate | None:
    run = _take_particles(scene, run, start)
    trimmed = _trim_start(scene, run)
    if trimmed is None:
        return None
    told = _tell_level(scene, trimmed, old)
    if trimmed.first != run.first and told is Level.NAMED and (_tell_level(scene, run, old) or 0) > told:
        told = _tell_level(scene, run, old)  # "to April Jones": a common word may well be a name there
        trimmed = _trim_titles(scene, run)
    if told is None:
        return None
    trimmed = _cut_politeness(scene, trimmed)
    text = scene.show(trimmed)
    if any(is_same_name(text, other) for other in old.others) or not _may_be_name(scene, trimmed):
        return None
    return _make_candidate(scene, trimmed, text, told, old)


def _make_candidate(scene: Scene, run: Run, text: str, level: Level, old: Old) -> _Candidate | None:
    part = _tell_part(scene, run, text)
    if level is Level.NAMED and part is not Part.WHOLE and _find_label(scene, run) is None:
        return None
    cased = restore_case(text, old.name)
    whole = compose_name(old.name, cased, part) if old.name else (cased if part is Part.WHOLE else None)
    if whole is None or not isinstance(read_name(whole), str) or (part is Part.UNTOLD and whole == old.name):
        return None
    if level is Level.NAMED and not shares_given_name(old.name, whole):
        return None
    return _Candidate(cased, level, part, whole)


def _tell_level(scene: Scene, run: Run, old: Old) -> Level | None:
    """Return what the words around a run say of it; None where it is an old name, or somebody else's."""
    phrases = scene.phrases
    before = look_before(scene.tokens, run.first)
    after = look_after(scene.tokens, run.last)
    has_comma = after[:1] == (",",)
    after = after[1:] if has_comma else after
    forms = (before.words, drop_fillers(before.words, phrases))

    def count(listed: frozenset[str]) -> int:
        return max(count_ending(words, listed) for words in forms)

    if before.words[-1:] and before.words[-1] in _OR:
        return Level.NEW
    if count(_SELF):
        return Level.NEW if old.is_writer else None
    new, earlier, called = count(phrases.new_before), count(phrases.old_before), count(phrases.name_is)
    if count(phrases.old_if_change) > earlier and _is_changed(before.words, phrases):
        earlier = count(phrases.old_if_change)
    passing = count_ending(before.words, phrases.passing_before)
    if passing <= max(count(phrases.surname), count(phrases.given)):
        passing = 0
    if _is_shown_instead(before.words, old):
        return Level.CALLED
    changed_to = count(phrases.new_if_change)
    if changed_to >= max(new, earlier, 1) and _is_changed(before.words, phrases):
        new = changed_to
    best = max(new, earlier, called, passing)
    is_old = (
        not has_comma
        and bool(count_beginning(after, phrases.old_after))
        and not count_beginning(after, phrases.new_after)
    )
    if best and new == best:
        return Level.NEW
    if after[:1] == ("'s",) or (best and best in (earlier, passing) and best > called) or is_old:
        return None
    if best or before.has_colon or _is_quoted(scene, run):
        return Level.NAMED if earlier and earlier >= called else Level.CALLED
    return Level.NAMED


def _is_shown_instead(words: Sequence[str], old: Old) -> bool:
    """Whether the name on record stands right before: "it says (the old name) instead of (the right one)"."""
    count = count_ending(words, _INSTEAD_OF)
    shown = tuple(fold_word(word) for word in old.name.split())
    return bool(count and shown) and tuple(words[-count - len(shown) : -count]) == shown


def _is_changed(words: Sequence[str], phrases: Phrases) -> bool:
    """Whether a word of changing leads to the last of `words`, and no other verb stands between."""
    last = next((at for at in range(len(words) - 1, -1, -1) if words[at] in phrases.change), None)
    if last is None or any(word in _LEADS_ELSEWHERE for word in words[last:]):
        return False
    return words[-1] not in _BY or any(word in _REPLACE for word in words)


def _tell_part(scene: Scene, run: Run, text: str) -> Part:
    label = _find_label(scene, run)
    if label is not None:
        return label
    words = text.split()
    return Part.WHOLE if len(words) > 1 or not is_capital(scene.tokens[run.first]) else Part.UNTOLD


def _find_label(scene: Scene, run: Run) -> Part | None:
    """Return which part of a name the nearest label before a run announces: "her last name is now …"."""
    phrases = scene.phrases
    before = look_before(scene.tokens, run.first)
    words = drop_fillers(before.words, phrases)
    ends = {
        Part.SURNAME: find_nearest(before.words, phrases.surname),
        Part.GIVEN: find_nearest(before.words, phrases.given),
        Part.MIDDLE: find_nearest(before.words, phrases.middle),
    }
    part = max(ends, key=lambda each: ends[each])
    if not ends[part]:
        return None
    leads = count_ending(before.words, phrases.becomes) or count_ending(words, phrases.becomes)
    leads = leads or count_ending(before.words, phrases.new_before) or count_ending(words, phrases.new_before)
    return part if leads or before.has_colon else None


def _may_be_name(scene: Scene, run: Run) -> bool:
    """No word of an issuer or a badge, nor of what names stand beside."""
    if any(scene.tokens[at].folded in scene.foreign and len(scene.tokens[at].text) > 3 for at in _places(run)):
        return False
    if any(_is_no_part(scene, at) for at in range(run.first + 1, run.last + 1)):
        return False
    only = scene.tokens[run.first].folded
    return run.first != run.last or not (only in scene.phrases.common or only in scene.foreign)


def _is_no_part(scene: Scene, at: int) -> bool:
    """Whether a capitalised word within or after a name is none of it. German capitalises every noun."""
    folded = scene.tokens[at].folded
    if folded in PARTICLES or len(folded) < 4:
        return False
    is_german = "seit" in scene.phrases.common
    return folded in _POLITE or folded in scene.phrases.matters or (is_german and folded in scene.phrases.common)


def _places(run: Run) -> range:
    return range(run.first, run.last + 1)


def _trim_start(scene: Scene, run: Run) -> Run | None:
    """Leave out the common words that a run begins with, as a sentence does, and what follows the name."""
    trimmed = trim_run(scene, run)
    return None if trimmed is None else _trim_titles(scene, Run(trimmed.first, run.last))


def _trim_titles(scene: Scene, run: Run) -> Run:
    """Leave titles out before a name, and after it what is no part of one ("Jane Roe Please")."""
    first, last = run.first, run.last
    while first < last and (scene.tokens[first].folded in _TITLES or scene.tokens[first].kind is not Kind.WORD):
        first += 1
    while last > first and _is_no_part(scene, last):
        last -= 1
    return Run(first, last)


def _cut_politeness(scene: Scene, run: Run) -> Run:
    """Cut "Jane Roe Thanks Deepa" short, as it is typed without a full stop."""
    for at in range(run.first + 1, run.last + 1):
        if scene.tokens[at].folded in _POLITE:
            return Run(run.first, at - 1)
    return run


def _take_particles(scene: Scene, run: Run, start: int) -> Run:
    """Take the particles in that stand before a surname: "van der Berg"."""
    first = run.first
    while first > start and scene.tokens[first - 1].text in PARTICLES:
        first -= 1
    if first == run.first or scene.tokens[first].text not in ("van", "von", "de", "di", "da", "dos", "del", "al", "el"):
        return run
    is_theirs = (
        scene.tokens[first].folded in ("van", "di", "da") or scene.tokens[first].folded not in scene.phrases.common
    )
    return Run(first, run.last) if is_theirs else run


def _is_quoted(scene: Scene, run: Run) -> bool:
    start, end = scene.tokens[run.first].start, scene.tokens[run.last].end
    before, after = scene.text[max(0, start - 2) : start].strip(), scene.text[end : end + 2].strip()
    return bool(before and after) and before[-1] in _QUOTES and after[0] in _QUOTES


def _read_lower_case(scene: Scene, first: int, last: int, old: Old) -> list[_Candidate]:
    """Return names typed without capitals: only right after words that announce a new one, and with a part of the old."""
    candidates = []
    for at in range(first, min(last + 1, first + _LOWER_CASE_WORDS, len(scene.tokens))):
        token = scene.tokens[at]
        if token.kind is not Kind.WORD or not token.text.islower() or token.folded in scene.phrases.common:
            continue
        if not old.name or not _announces(scene, at, old):
            continue
        end = read_any_words(scene.text, scene.tokens, at, 6)
        words = scene.tokens[at : (at if end is None else end) + 1]
        count = next((n for n, word in enumerate(words) if word.folded in scene.phrases.common), len(words))
        run = Run(at, at + count - 1)
        label = _find_label(scene, run)
        text = restore_case(scene.show(run), old.name)
        whole = compose_name(old.name, text, label or (Part.WHOLE if count > 1 else Part.UNTOLD))
        is_sure = count > 1 if label is None else is_respelled_part(old.name, text)
        if not whole or not is_sure or not all(word.text.islower() for word in words[:count]):
            continue
        if shares_part(old.name, whole):
            candidates.append(_Candidate(text, Level.CALLED, label or Part.WHOLE, whole))
    return candidates


def _announces(scene: Scene, at: int, old: Old) -> bool:
    phrases = scene.phrases
    words = look_before(scene.tokens, at).words
    if count_ending(words, phrases.old_before) > count_ending(words, phrases.new_before):
        return False
    if count_ending(words, phrases.new_before) or (old.is_writer and count_ending(words, _SELF)):
        return True
    if count_ending(words, phrases.new_if_change) and _is_changed(words, phrases):
        return True
    return bool(count_ending(words, phrases.name_is)) or _find_label(scene, Run(at, at)) is not None


def _choose(candidates: Sequence[_Candidate], old: Old) -> str | None:
    """Return the one name that the plainest candidates agree on."""
    for level in (Level.NEW, Level.CALLED, Level.NAMED):
        some = [candidate for candidate in candidates if candidate.level is level]
        if level is not Level.NEW:
            some = [candidate for candidate in some if candidate.whole != old.name]
        if level is Level.NAMED and not old.is_named:
            some = []
        if some:
            return _agree(some, old)
    return None


def _agree(candidates: Sequence[_Candidate], old: Old) -> str | None:
    parts = {candidate.part: candidate for candidate in candidates}
    if {Part.GIVEN, Part.SURNAME} <= set(parts) and len({c.text for c in candidates}) == 2:
        return f"{parts[Part.GIVEN].text} {parts[Part.SURNAME].text}"
    names = {candidate.whole for candidate in candidates if candidate.part is Part.WHOLE} or {
        candidate.whole for candidate in candidates
    }
    if len(names) > 1:
        names = {name for name in names if name != old.name}
    if len(names) > 1 and old.name:
        names = {name for name in names if shares_part(old.name, name)} or names
    names = {name for name in names if not any(other != name and other.startswith(f"{name} ") for other in names)}
    keys = {make_name_key(name) for name in names}
    return names.pop() if len(names) == 1 and keys else None
