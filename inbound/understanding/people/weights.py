"""How clearly a name in a text is that of the person whom the text is about.

Here belongs reading the words around it. What the mentions of a text come to together is told in `groups`.
"""

from collections.abc import Sequence
from enum import IntEnum

from inbound.understanding.people.phrases import (
    Before,
    Phrases,
    count_beginning,
    count_ending,
    drop_fillers,
    is_skipped,
    look_after,
    look_before,
)
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.tokens import Kind
from inbound.understanding.people.words import listed

_PREPOSITIONS = listed("prepositions")
_GREETINGS = listed("greetings")
_COPULAS = listed("copulas")
_RELATED = listed("related")
_KIN = listed("kin")
_AND = listed("and") | {","}


class Weight(IntEnum):
    """How clearly a mention is of the person that the mail is about."""

    PASSING = 0
    """Somebody else: a colleague, the reader, a husband."""
    PLAIN = 1
    LIKELY = 2
    CLEAR = 3


def weigh_name(scene: Scene, first: int, last: int) -> Weight:
    """Tell from the words around a name how clearly it is the one that the text is about."""
    if scene.is_answer and first < scene.title_end:
        return Weight.PLAIN
    weight = _weigh_words(scene, first, last)
    return min(weight, Weight.PLAIN) if _is_aside(scene, first, last) else weight


def _weigh_words(scene: Scene, first: int, last: int) -> Weight:
    phrases = scene.phrases
    before = look_before(scene.tokens, first)
    words = _after_greeting(before)
    after = look_after(scene.tokens, last)
    bare = _drop_roles(words, phrases)
    told = _weigh_after(scene, first, after)
    if told is not None:
        return told
    if _is_asked_for(words, phrases, has_comma=before.has_comma):
        return Weight.CLEAR
    about = max(count_ending(words, phrases.about_before), count_ending(bare, phrases.about_before))
    passing = max(count_ending(words, phrases.passing_before), count_ending(bare, phrases.passing_before))
    if passing and passing >= about:
        is_subject = bool(words) and words[-1] in _RELATED and _is_subject(scene, last, after)
        return Weight.LIKELY if is_subject and _begins(scene, first) else Weight.PASSING
    is_clear = bool(about) and _is_clear(bare if count_ending(bare, phrases.about_before) else words, phrases)
    if is_clear or begins_item(scene, first) or _precedes_address(scene, last):
        return Weight.CLEAR
    if about or (_begins(scene, first) and _is_subject(scene, last, after)) or first < scene.title_end:
        return Weight.LIKELY
    return Weight.PLAIN


def _weigh_after(scene: Scene, first: int, after: Sequence[str]) -> Weight | None:
    """Return what the words after a name alone tell: "…'s account", "… told me to", "… should be"."""
    if after[:1] == ("'s",):
        return Weight.PASSING if after[1:2] and after[1] in _KIN else Weight.CLEAR
    if count_beginning(after, scene.phrases.passing_after):
        return Weight.PASSING
    follows = first > 0 and (scene.tokens[first - 1].folded in _AND or _begins(scene, first))
    is_old_name = count_beginning(after, scene.phrases.old_after) > (0 if follows else 1)
    return Weight.CLEAR if is_old_name else None


def _is_asked_for(words: Sequence[str], phrases: Phrases, *, has_comma: bool) -> bool:
    """Whether something is asked for whoever is named next, a colleague perhaps: "the account of my friend …"."""
    distant = _drop_roles(words, phrases, _RELATED)
    if not distant or distant[-1] in _COPULAS:
        return False
    if distant[-1] in phrases.matters:
        return not has_comma
    return bool(count_ending(distant, phrases.about_before)) and _is_clear(distant, phrases)


def _is_aside(scene: Scene, first: int, last: int) -> bool:
    """Whether a name stands in brackets among other words: "Jane Roe (a student of …)"."""
    opened = next((at for at in range(first - 1, max(-1, first - 12), -1) if scene.tokens[at].text in "()"), None)
    if opened is None or scene.tokens[opened].text != "(":
        return False
    return any(
        scene.tokens[at].kind is Kind.WORD and scene.tokens[at].text.islower() for at in range(opened + 1, first)
    )


def weigh_address(scene: Scene, at: int) -> Weight:
    """Addresses are clear, unless they are there to be written to."""
    words = _after_greeting(look_before(scene.tokens, at))
    return Weight.PASSING if count_ending(words, scene.phrases.passing_before) else Weight.CLEAR


def _after_greeting(before: Before) -> tuple[str, ...]:
    """Return the words before a name but a greeting that a comma ends: it greets somebody else."""
    return () if before.has_comma and before.words[-1:] and before.words[-1] in _GREETINGS else before.words


def _drop_roles(words: Sequence[str], phrases: Phrases, more: frozenset[str] = frozenset()) -> tuple[str, ...]:
    left = list(words)
    for _ in range(5):
        if more and left and left[-1] in phrases.matters:
            break
        if left and ((left[-1] in phrases.roles and left[-1] not in _PREPOSITIONS) or left[-1] in more):
            left.pop()
    return tuple(left)


def stands_as_a_name(scene: Scene, first: int) -> bool:
    """Whether the words before a name say that somebody is called so: "her full name is …"."""
    return count_ending(look_before(scene.tokens, first).words, scene.phrases.name_is) > 1


def stands_as_new_name(scene: Scene, first: int) -> bool:
    """Whether the words before a name say that it is the new one: "please change … to Jane Roe"."""
    phrases = scene.phrases
    words = look_before(scene.tokens, first).words
    forms = (words, drop_fillers(words, phrases))
    new = max(count_ending(form, phrases.new_before) for form in forms)
    if any(count_ending(form, phrases.new_if_change) for form in forms) and any(
        word in phrases.change for word in words
    ):
        new = max(new, 1)
    return new > 0 and new >= max(count_ending(form, phrases.old_before) for form in forms)


def _is_clear(words: Sequence[str], phrases: Phrases) -> bool:
    count = count_ending(words, phrases.about_before)
    if words[-1] not in _PREPOSITIONS:
        return True
    before = words[-count - 1] if len(words) > count else ""
    return count > 1 or before in phrases.matters


def _is_subject(scene: Scene, last: int, after: Sequence[str]) -> bool:
    """Whether the words after a name, or after the bracket that follows it, say something of its bearer."""
    if count_beginning(after, scene.phrases.about_after):
        return True
    at = last + 1
    if at < len(scene.tokens) and scene.tokens[at].text == "(":
        closed = next((n for n in range(at, min(at + 20, len(scene.tokens))) if scene.tokens[n].text == ")"), None)
        return closed is not None and bool(count_beginning(look_after(scene.tokens, closed), scene.phrases.about_after))
    return False


def _begins(scene: Scene, first: int) -> bool:
    """Whether a name begins a clause, but for common words and relatives before it: "Now my colleague …"."""
    at = first - 1
    while at >= 0 and at >= first - 4:
        token = scene.tokens[at]
        if token.ends_sentence or token.text in ",-–—:(" or token.folded in _AND:
            return True
        if token.folded not in scene.phrases.common and token.folded not in _RELATED:
            return False
        at -= 1
    return at < 0


def begins_item(scene: Scene, first: int) -> bool:
    """Whether the name begins a line, after a bullet, a number or an address, and the line does not read on from it."""
    at = first - 1
    while at >= 0 and scene.tokens[at].kind is not Kind.LINE:
        token = scene.tokens[at]
        if not (token.kind in (Kind.ADDRESS, Kind.NUMBER) or token.text in "-*•·–(:)|,;"):
            return False
        at -= 1
    if first <= scene.title_end:
        return False
    if at + 1 < first:
        return True
    start = first + (scene.tokens[first].kind is Kind.ADDRESS)
    rest = (scene.tokens[at] for at in range(start, len(scene.tokens)))
    following = next((token for token in rest if token.kind is not Kind.WORD), None)
    if following is not None and (following.kind is Kind.ARROW or following.text == ":"):
        return True
    return (following is None or following.kind is Kind.LINE) and at >= 0 and scene.listed[at]


def _precedes_address(scene: Scene, last: int) -> bool:
    following = [token for token in scene.tokens[last + 1 : last + 4] if not is_skipped(token) or token.text == "|"]
    return bool(following) and following[0].kind is Kind.ADDRESS


def is_asked_about(scene: Scene, at: int) -> bool:
    """Whether the words before token `at` ask something for it: "the badge of …", "unlock …"."""
    written = look_before(scene.tokens, at).words
    for words in (written, _drop_roles(written, scene.phrases)):
        if count_ending(words, scene.phrases.about_before):
            return words[-1] not in _COPULAS and _is_clear(words, scene.phrases)
    return False
