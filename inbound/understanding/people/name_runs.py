"""Where a new name begins and ends within a run of capitalised words.

Here belongs cutting off what is no part of it: titles before, politeness and nouns after.
"""

from inbound.understanding.people.runs import PARTICLES, Run, is_capital
from inbound.understanding.people.scene import Scene, trim_run
from inbound.understanding.people.tokens import Kind
from inbound.understanding.people.words import listed

_TITLES = listed("titles")
_POLITE = listed("polite")


def may_be_name(scene: Scene, run: Run) -> bool:
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


def trim_start(scene: Scene, run: Run) -> Run | None:
    """Leave out the common words that a run begins with, as a sentence does, and what follows the name."""
    trimmed = trim_run(scene, run)
    return None if trimmed is None else trim_titles(scene, Run(trimmed.first, run.last))


def trim_titles(scene: Scene, run: Run) -> Run:
    """Leave titles out before a name, and after it what is no part of one ("Jane Roe Please")."""
    first, last = run.first, run.last
    while first < last and (scene.tokens[first].folded in _TITLES or scene.tokens[first].kind is not Kind.WORD):
        first += 1
    while last > first and _is_no_part(scene, last):
        last -= 1
    return Run(first, last)


def take_second_surname(scene: Scene, run: Run) -> Run:
    """Take the rest of "Brandt y Ruiz" in: one word after `y`."""
    at = run.last + 1
    if at + 1 >= len(scene.tokens) or scene.tokens[at].text != "y" or not is_capital(scene.tokens[at + 1]):
        return run
    longer = next((other for other in scene.runs if other.first == at + 1), None)
    return Run(run.first, at + 1) if longer is not None and longer.last == at + 1 else run


def cut_politeness(scene: Scene, run: Run) -> Run:
    """Cut "Jane Roe Thanks Deepa" short, as it is typed without a full stop."""
    for at in range(run.first + 1, run.last + 1):
        if scene.tokens[at].folded in _POLITE:
            return Run(run.first, at - 1)
    return run


def take_particles(scene: Scene, run: Run, start: int) -> Run:
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
