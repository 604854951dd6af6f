"""People beside others in a list or a pair, whose names are written so that no run of capitals shows them.

Here belong "* Roe, Jane" and a surname alone among other lines, and "jane roe and john poe" typed in small letters.
Nobody on record is called so, or they would have been found; but something is asked for them: they must not be lost.
"""

from collections.abc import Iterable, Sequence

from inbound.understanding.people.mentions import Mention
from inbound.understanding.people.runs import PARTICLES, is_capital
from inbound.understanding.people.scene import Scene, is_common
from inbound.understanding.people.tokens import Kind, Token
from inbound.understanding.people.weights import Weight, begins_item
from inbound.understanding.people.words import listed

_AND = listed("and")
_BULLETS = frozenset("-*•·–")
_MOST_WORDS = 6
_LONGEST = 80


def find_overlooked(scene: Scene, mentions: Sequence[Mention]) -> list[Mention]:
    """Return whoever stands in one list, or in one pair, with those of `mentions`, and is none of them."""
    used = {at for mention in mentions for at in range(mention.first, mention.last + 1)}
    items = {mention.first for mention in mentions if begins_item(scene, mention.first)}
    found = []
    for block in _cut_blocks(scene):
        named = sum(any(at in items for at in line) for line in block)
        if named and (named > 1 or _tell_shape(scene.tokens[block[0].start])):
            lines = (line for line in block if used.isdisjoint(line) and _may_name(scene, line))
            found += [_make(scene, line) for line in lines]
    return found + [pair for mention in mentions for pair in _find_small(scene, mention, used)]


def _cut_blocks(scene: Scene) -> Iterable[list[range]]:
    """Yield the lines below the subject, as token ranges, in groups that begin alike; an empty line parts bare ones."""
    block: list[range] = []
    for line in _cut_lines(scene):
        shape = _tell_shape(scene.tokens[line.start])
        is_parted = bool(block) and (
            shape != _tell_shape(scene.tokens[block[0].start])
            or (not shape and (line.start > block[-1].stop + 1 or not _holds_name(scene, line)))
        )
        if is_parted:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _cut_lines(scene: Scene) -> Iterable[range]:
    start = scene.title_end
    for at in range(scene.title_end, len(scene.tokens) + 1):
        if at == len(scene.tokens) or scene.tokens[at].kind is Kind.LINE:
            if at > start:
                yield range(start, at)
            start = at + 1


def _tell_shape(token: Token) -> str:
    """Return by what a line is marked as one of a list; empty for a bare one."""
    if token.kind is Kind.NUMBER:
        return "#"
    return token.text if token.kind is Kind.MARK and token.text in _BULLETS else ""


def _may_name(scene: Scene, line: range) -> bool:
    """Whether a line begins with a capitalised word that is no common one; a bare line holds nothing but such."""
    words = [at for at in line if scene.tokens[at].kind is Kind.WORD]
    if not words or not is_capital(scene.tokens[words[0]]) or is_common(scene, words[0]):
        return False
    return bool(_tell_shape(scene.tokens[line.start])) or _holds_name(scene, line)


def _holds_name(scene: Scene, line: range) -> bool:
    """Whether a line holds nothing but capitalised words, addresses and an arrow between them."""
    words = 0
    for token in scene.tokens[line.start : line.stop]:
        words += token.kind is Kind.WORD
        is_part = token.kind in (Kind.ADDRESS, Kind.ARROW) or is_capital(token) or token.folded in PARTICLES
        if words > _MOST_WORDS or not (is_part or token.text in "<>(),;."):
            return False
    return True


def _make(scene: Scene, line: range) -> Mention:
    first = next(at for at in line if scene.tokens[at].kind is Kind.WORD)
    said = scene.text[scene.tokens[first].start : scene.tokens[line.stop - 1].end]
    return Mention(first, line.stop - 1, said[:_LONGEST], Weight.CLEAR)


def _find_small(scene: Scene, mention: Mention, used: set[int]) -> Iterable[Mention]:
    """Yield two words in small letters that "and" joins to a name in small letters."""
    if mention.address or not mention.said.islower() or mention.weight is Weight.PASSING:
        return
    for joint, first in ((mention.last + 1, mention.last + 2), (mention.first - 1, mention.first - 3)):
        if not (0 < joint < len(scene.tokens) and scene.tokens[joint].folded in _AND and first >= 0):
            continue
        if all(_is_small(scene, at) and at not in used for at in (first, first + 1)):
            said = scene.text[scene.tokens[first].start : scene.tokens[first + 1].end]
            yield Mention(first, first + 1, said, Weight.CLEAR)


def _is_small(scene: Scene, at: int) -> bool:
    if not 0 <= at < len(scene.tokens):
        return False
    token = scene.tokens[at]
    return token.kind is Kind.WORD and token.text.islower() and token.folded not in scene.phrases.common
