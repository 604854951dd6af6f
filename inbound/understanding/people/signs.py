"""What the words around a name say of it: that it is the new one, that somebody is called so, or nothing.

Here belongs reading them, and which part of a name is announced. The choice is made in `new_names`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from badges.names import is_same_name
from inbound.understanding.people.composing import (
    Part,
)
from inbound.understanding.people.phrases import (
    Phrases,
    count_beginning,
    count_ending,
    drop_fillers,
    find_nearest,
    look_after,
    look_before,
)
from inbound.understanding.people.runs import Run, is_capital
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.tokens import fold_word
from inbound.understanding.people.words import listed

_SELF = listed("self")
_LEADS_ELSEWHERE = listed("leads elsewhere")
_BY = listed("by")
_REPLACE = listed("replace")
_INSTEAD_OF = listed("instead of")
_OR = listed("or")
_TITLES = listed("titles")
_BORN = listed("born")
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


def tell_level(scene: Scene, run: Run, old: Old) -> Level | None:
    """Return what the words around a run say of it; None where it is an old name, or somebody else's."""
    before = look_before(scene.tokens, run.first)
    forms = (before.words, drop_fillers(before.words, scene.phrases))
    if _count(forms, _SELF):
        return Level.NEW if old.is_writer else None
    if _is_shown_instead(before.words, old):
        return Level.CALLED
    after = look_after(scene.tokens, run.last)
    is_married_name = _is_before_maiden_name(after) and not is_same_name(scene.show(run), old.name)
    said = _count_signs(forms, after, scene.phrases)
    if is_married_name or _is_choice(scene, run, before.words) or (said.best and said.new == said.best):
        return Level.NEW
    if (said.best > said.called and said.best in (said.earlier, said.passing)) or _is_old_after(scene, run):
        return None
    is_called = bool(said.best or before.has_colon or _is_quoted(scene, run))
    is_in_doubt = said.earlier > 0 and said.earlier >= said.called
    return Level.CALLED if is_called and not is_in_doubt else Level.NAMED


def _is_choice(scene: Scene, run: Run, words: Sequence[str]) -> bool:
    """Whether a name is one of two that are offered: "either Poe-Roe or Roe-Poe"."""
    following = scene.tokens[run.last + 1 : run.last + 3]
    leads = len(following) == 2 and following[0].folded in _OR and is_capital(following[1])
    return leads or (bool(words) and words[-1] in _OR)


def _is_before_maiden_name(after: Sequence[str]) -> bool:
    """Whether "née …" follows: "Jane Poe, née Roe"; French "né" folds to what denies, and needs its comma."""
    if after[:1] == (",",):
        return bool(after[1:2]) and after[1] in _BORN
    return bool(after[:1]) and after[0] in _BORN and after[0] != "ne"


@dataclass(frozen=True, slots=True)
class _Signs:
    """How many words the longest phrase of each kind has that stands before a name: the longest tells."""

    new: int
    earlier: int
    called: int
    passing: int

    @property
    def best(self) -> int:
        return max(self.new, self.earlier, self.called, self.passing)


def _count_signs(forms: Sequence[Sequence[str]], after: Sequence[str], phrases: Phrases) -> _Signs:
    new, earlier = _count(forms, phrases.new_before), _count(forms, phrases.old_before)
    passing = count_ending(forms[0], phrases.passing_before)
    if passing <= max(_count(forms, phrases.surname), _count(forms, phrases.given)):
        passing = 0  # "nom de jeune fille" is no daughter
    if _is_changed(forms[0], after, phrases):
        earlier = max(earlier, _count(forms, phrases.old_if_change))
        changed_to = _count(forms, phrases.new_if_change)
        new = changed_to if changed_to >= max(new, earlier, 1) else new
    return _Signs(new, earlier, _count(forms, phrases.name_is), passing)


def _count(forms: Sequence[Sequence[str]], phrases: frozenset[str]) -> int:
    return max(count_ending(words, phrases) for words in forms)


def _is_old_after(scene: Scene, run: Run) -> bool:
    """Whether the words after a name say that it is the old one."""
    after = look_after(scene.tokens, run.last)
    if after[:1] == ("'s",):
        return True
    if after[:1] == (",",):
        return False
    phrases = scene.phrases
    return bool(count_beginning(after, phrases.old_after)) and not count_beginning(after, phrases.new_after)


def _is_shown_instead(words: Sequence[str], old: Old) -> bool:
    """Whether the name on record stands right before: "it says (the old name) instead of (the right one)"."""
    count = count_ending(words, _INSTEAD_OF)
    shown = tuple(fold_word(word) for word in old.name.split())
    return bool(count and shown) and tuple(words[-count - len(shown) : -count]) == shown


def _is_changed(words: Sequence[str], after: Sequence[str], phrases: Phrases) -> bool:
    """Whether a word of changing leads to the last of `words`, and no other verb stands between.

    In German it may stand last: "können Sie Jane Roe auf Jane Poe ändern".
    """
    last = next((at for at in range(len(words) - 1, -1, -1) if words[at] in phrases.change), None)
    if last is None and words and after and after[0] in phrases.change:
        last = len(words) - 1
    if last is None or any(word in _LEADS_ELSEWHERE for word in words[last:]):
        return False
    return words[-1] not in _BY or any(word in _REPLACE for word in words)


def tell_part(scene: Scene, run: Run, text: str) -> Part:
    words = text.split()
    label = find_label(scene, run)
    if label is not None:
        return Part.WHOLE if len(words) > 1 and is_label_far(scene, run) else label
    if len(words) == 1 and run.first > 0 and scene.tokens[run.first - 1].folded in _TITLES:
        return Part.SURNAME
    return Part.WHOLE if len(words) > 1 or not is_capital(scene.tokens[run.first]) else Part.UNTOLD


def find_label(scene: Scene, run: Run) -> Part | None:
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


def is_label_far(scene: Scene, run: Run) -> bool:
    """Whether a clause ends between the label before a run and the run: "has his wife's surname, so please put …"."""
    phrases = scene.phrases
    words = look_before(scene.tokens, run.first).words
    end = max(find_nearest(words, each) for each in (phrases.surname, phrases.given, phrases.middle))
    return "," in words[end:]


def _is_quoted(scene: Scene, run: Run) -> bool:
    start, end = scene.tokens[run.first].start, scene.tokens[run.last].end
    before, after = scene.text[max(0, start - 2) : start].strip(), scene.text[end : end + 2].strip()
    return bool(before and after) and before[-1] in _QUOTES and after[0] in _QUOTES


def announces_new(scene: Scene, at: int, old: Old) -> bool:
    phrases = scene.phrases
    words = look_before(scene.tokens, at).words
    if count_ending(words, phrases.old_before) > count_ending(words, phrases.new_before):
        return False
    if count_ending(words, phrases.new_before) or (old.is_writer and count_ending(words, _SELF)):
        return True
    verbs = [word for word in look_after(scene.tokens, at) if word in phrases.change]
    if count_ending(words, phrases.new_if_change) and _is_changed(words, verbs, phrases):
        return True
    return bool(count_ending(words, phrases.name_is)) or find_label(scene, Run(at, at)) is not None
