"""The new name of one person: what a text says they are to be called.

Here belong the candidates and the choice among them. In doubt there is none: it is asked for, or a person looks.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from badges.names import is_same_name, make_name_key, shares_part
from desk.roster.names import read_name
from inbound.understanding.people.composing import (
    Part,
    compose_name,
    is_respelled_part,
    restore_case,
    shares_given_name,
)
from inbound.understanding.people.name_runs import (
    cut_politeness,
    may_be_name,
    take_particles,
    take_second_surname,
    trim_start,
    trim_titles,
)
from inbound.understanding.people.phrases import look_after
from inbound.understanding.people.runs import LONGEST_NAME, PARTICLES, Run, read_any_words
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.signs import Level, Old, announces_new, find_label, tell_level, tell_part
from inbound.understanding.people.tokens import Kind, Token

_LEADING_MARKS = frozenset(":-–—=")
_MOST_RUNS = 400
_LOWER_CASE_WORDS = 600


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    level: Level
    part: Part
    whole: str


def find_new_name(scene: Scene, first: int, last: int, old: Old, named: Iterable[Run] = ()) -> str | None:
    """Return the new name in full that tokens `first` to `last` give the bearer of `old`; None without, or in doubt.

    `named` are the runs by which people are named there: no new names, unless one is said to be.
    """
    named = tuple(named)
    taken = {at for run in named for at in range(run.first, run.last + 1)}
    said = [run for run in named if "," not in scene.show(run)]
    starts = [run.first for run in scene.runs]
    runs = scene.runs[bisect_left(starts, first) : bisect_left(starts, last + 1)][:_MOST_RUNS]
    candidates = [
        candidate
        for run in runs
        if taken.isdisjoint(range(run.first, run.last + 1))
        and (candidate := _judge_run(scene, run, old, first)) is not None
    ]
    candidates += _read_lower_case(scene, first, last, old)
    is_told = any(candidate.level > Level.NAMED for candidate in candidates)
    for run in said:
        candidate = _judge_run(scene, run, old, first)
        if candidate is None or (is_told and candidate.whole == old.name):
            continue
        if candidate.level is Level.NEW or _is_other_spelling(scene, run, old, said):
            candidates.append(candidate)
    return _choose(_distrust_record(candidates, old), old)


def _is_other_spelling(scene: Scene, run: Run, old: Old, said: Sequence[Run]) -> bool:
    """Whether a name after a colon or a dash is the one on record but for accents, hyphens or order, while the text
    shows that elsewhere as it is on record: "Zoé Roé writes herself without the accent: Zoé Roe"."""
    text = scene.show(run)
    if run.first == 0 or scene.tokens[run.first - 1].text not in _LEADING_MARKS or text.isupper() or text.islower():
        return False
    return text != old.name and any(scene.show(other) == old.name for other in said)


def _distrust_record(candidates: Sequence[_Candidate], old: Old) -> list[_Candidate]:
    """The name on record counts as the new one only where nothing else does as plainly: a change of it is asked for."""
    told = max((candidate.level for candidate in candidates if candidate.whole != old.name), default=Level.NAMED)
    return [candidate for candidate in candidates if candidate.whole != old.name or candidate.level > told]


def _judge_run(scene: Scene, run: Run, old: Old, start: int) -> _Candidate | None:
    run = take_particles(scene, run, start)
    trimmed = trim_start(scene, run)
    if trimmed is None:
        return None
    told = tell_level(scene, trimmed, old)
    if trimmed.first != run.first and told is Level.NAMED and (tell_level(scene, run, old) or 0) > told:
        told = tell_level(scene, run, old)  # "to April Jones": a common word may well be a name there
        trimmed = trim_titles(scene, run)
    if told is None:
        return None
    trimmed = take_second_surname(scene, cut_politeness(scene, trimmed))
    text = scene.show(trimmed)
    if any(is_same_name(text, other) for other in old.others) or not may_be_name(scene, trimmed):
        return None
    return _make_candidate(scene, trimmed, text, told, old)


def _make_candidate(scene: Scene, run: Run, text: str, level: Level, old: Old) -> _Candidate | None:
    part = tell_part(scene, run, text)
    is_titled = part is Part.SURNAME and shares_part(old.name, text)  # "left the chapel as Mrs Rees-Howells"
    if part is Part.WHOLE and _may_be_part(scene, run, text, old):
        return None
    if level is Level.NAMED and part is not Part.WHOLE and not is_titled and find_label(scene, run) is None:
        return None
    cased = restore_case(text, old.name)
    whole = compose_name(old.name, cased, part) if old.name else (cased if part is Part.WHOLE else None)
    if run.last - run.first >= 2 * LONGEST_NAME or len(text.split()) > LONGEST_NAME or _reads_on(scene, run):
        return None
    if whole is None or not isinstance(read_name(whole), str) or (part is not Part.WHOLE and whole == old.name):
        return None
    if level is Level.NAMED and not shares_given_name(old.name, whole):
        return None
    return _Candidate(cased, level, part, whole)


def _may_be_part(scene: Scene, run: Run, text: str, old: Old) -> bool:
    """Whether several words may be a surname only: one is spoken of before, and the old surname stands in them."""
    if len(text.split()) < 2 or find_label(scene, run) is None:
        return False
    return shares_part(old.name, text) and not shares_given_name(old.name, text)


def _reads_on(scene: Scene, run: Run) -> bool:
    """Whether a sentence about somebody goes on where the name ends: "Jane Roe who …"."""
    return look_after(scene.tokens, run.last)[:1] in (("who",), ("which",), ("whose",))


def _read_lower_case(scene: Scene, first: int, last: int, old: Old) -> list[_Candidate]:
    """Return names typed without capitals: only after words that announce a new one, and with a part of the old."""
    candidates = []
    for at in range(first, min(last + 1, first + _LOWER_CASE_WORDS, len(scene.tokens))):
        token = scene.tokens[at]
        if token.kind is not Kind.WORD or not token.text.islower() or token.folded in scene.phrases.common:
            continue
        if not old.name or not announces_new(scene, at, old):
            continue
        end = read_any_words(scene.text, scene.tokens, at, 6)
        words = scene.tokens[at : (at if end is None else end) + 1]
        count = _count_small(words, scene.phrases.common)
        run = Run(at, at + count - 1)
        label = find_label(scene, run)
        text = restore_case(scene.show(run), old.name)
        whole = compose_name(old.name, text, label or (Part.WHOLE if count > 1 else Part.UNTOLD))
        is_sure = count > 1 if label is None else is_respelled_part(old.name, text)
        if not whole or not is_sure or not all(word.text.islower() for word in words[:count]):
            continue
        if shares_part(old.name, whole):
            candidates.append(_Candidate(text, Level.CALLED, label or Part.WHOLE, whole))
    return candidates


def _count_small(words: Sequence[Token], common: Collection[str]) -> int:
    """Return how many of `words` make a name: up to a common one, and without the particles that it would end with."""
    stop = (n for n, word in enumerate(words) if word.folded in common and (n == 0 or word.text not in PARTICLES))
    count = next(stop, len(words))
    while count > 1 and words[count - 1].text in PARTICLES:
        count -= 1
    return count


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
