"""A text as it is looked through: cut into tokens and runs, with the phrases that it is read by.

Here belongs the value, and which words in it are no part of names.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from inbound.understanding.people.phrases import Phrases
from inbound.understanding.people.runs import Run, is_capital, show_run
from inbound.understanding.people.tokens import Kind, Token


@dataclass(frozen=True, slots=True)
class Scene:
    """A text, cut, with the phrases that it is read by."""

    text: str
    tokens: tuple[Token, ...]
    runs: tuple[Run, ...]
    phrases: Phrases
    title_end: int
    """Tokens before it are the subject's."""
    is_answer: bool = False
    """The subject is that of an earlier mail."""
    foreign: frozenset[str] = frozenset()
    """Folded words of issuers and badges: part of no name."""
    listed: tuple[bool, ...] = ()
    """Of each token, whether nothing but names stand between it and the colon that announces a list."""

    def show(self, run: Run) -> str:
        """Return the words of a run."""
        return show_run(self.text, self.tokens, run)


def mark_listed(tokens: Sequence[Token]) -> tuple[bool, ...]:
    """Return `Scene.listed`. In one pass: asked of each name of a long list anew, it would cost the list's square."""
    marks = []
    is_listed = False
    for token in tokens:
        may_stay = token.kind in (Kind.LINE, Kind.ADDRESS, Kind.NUMBER) or token.text in "(),;-" or is_capital(token)
        is_listed = token.text == ":" or (is_listed and may_stay)
        marks.append(is_listed)
    return tuple(marks)


def trim_run(scene: Scene, run: Run) -> Run | None:
    """Return a run without the common words at its edges; None where nothing is left."""
    first, last = run.first, run.last
    while first <= last and is_common(scene, first):
        first += 1
    while last >= first and is_common(scene, last):
        last -= 1
    return Run(first, last) if first <= last else None


def is_common(scene: Scene, at: int) -> bool:
    token = scene.tokens[at]
    return token.kind is not Kind.WORD or token.text.islower() or is_foreign(scene, at)


def is_foreign(scene: Scene, at: int) -> bool:
    folded = scene.tokens[at].folded
    return folded in scene.phrases.common or folded in scene.foreign
