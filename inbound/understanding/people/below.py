"""What a quoted or forwarded mail adds: who wrote it, and the new name that they give.

Here belongs taking it apart. It is read only where the writer points to it, or where it was written by the very person
that the writer names.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desk.words import Intent
from inbound.reading.mail import Reading
from inbound.understanding.particulars import Person, Standing
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.in_text import find_people
from inbound.understanding.people.new_addresses import find_new_address
from inbound.understanding.people.new_names import find_new_name
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.signs import Old
from inbound.understanding.people.tokens import cut_tokens, tidy_text
from inbound.understanding.people.words import listed
from inbound.understanding.wish import Wish
from wire.address import Address, fold_address, parse_address

_MOST_LINES = 2_000
_QUOTE = re.compile(r"[>\s]*")
_AUTHOR = re.compile(r"\**(?:from|von|de|expéditeur|remitente)\**\s*:", re.IGNORECASE)
_FIELD = re.compile(
    r"\**(?:from|to|cc|bcc|sent|date|subject|reply-to|von|an|gesendet|datum|betreff|de|à|envoyé|objet|para|enviado|fecha"
    r"|asunto|expéditeur|destinataire|remitente|destinatario)\**\s*:",
    re.IGNORECASE,
)
_PRONOUNS = listed("pronouns")
FIELD_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,255}")

MakeScene = Callable[[str, str, bool, Asking], Scene]


@dataclass(frozen=True, slots=True)
class _Below:
    text: str
    authors: tuple[str, ...]
    """Addresses, folded, the newest mail's first."""


def read_below(
    reading: Reading, wish: Wish, asking: Asking, people: Sequence[Person], make_scene: MakeScene
) -> list[Person]:
    """Return `people` with what the mail below adds to them; those of the mail below where there are none."""
    wants = asking.intent in (Intent.NAME_CHANGE, Intent.EMAIL_CHANGE)
    if len(people) > 1 or (people and (not wants or people[0].new_name or people[0].new_address)):
        return list(people)
    below = _take_apart(reading.sections.quoted)
    is_pointed = wish.points_below or (not people and _speaks_of_its_author(reading))
    if not below.text.strip() or not (is_pointed or people):
        return list(people)
    owners = asking.register.find_by_addresses(set(below.authors))
    author = next((owners[address] for address in below.authors if address in owners), None)
    is_own = bool(people and author is not None and people[0].earner == author)
    if not is_pointed and not is_own:
        return list(people)
    scene = make_scene("", below.text, False, asking)
    if not people:
        found = find_people(scene, asking) if author is None and wish.points_below else []
        if author is not None:
            found = [Person(author.name, Standing.FOUND, author, (author,))]
        return [_add(person, scene, asking, author is not None) for person in found]
    return [_add(people[0], scene, asking, author is not None and is_own)]


def _speaks_of_its_author(reading: Reading) -> bool:
    """Whether a forward comes with words such as "can you help her?": whose mail it is, is who is meant."""
    words = cut_tokens(tidy_text(reading.sections.new_text))
    return bool(reading.sections.forwarded.strip()) and any(token.folded in _PRONOUNS for token in words)


def _add(person: Person, scene: Scene, asking: Asking, is_writer: bool) -> Person:
    if person.earner is None:
        return person
    last = len(scene.tokens) - 1
    if asking.intent is Intent.NAME_CHANGE and not person.new_name:
        old = Old(person.earner.name, is_writer=is_writer, others=asking.others, is_named=True)
        return replace(person, new_name=find_new_name(scene, 0, last, old))
    if asking.intent is Intent.EMAIL_CHANGE and not person.new_address:
        return replace(person, new_address=find_new_address(scene, 0, last, person.earner, asking))
    return person


def _take_apart(quoted: str) -> _Below:
    """Return the words of a quoted mail without its header, and who wrote it."""
    lines = [line[_QUOTE.match(line).end() :] for line in quoted.split("\n")[:_MOST_LINES]]  # type: ignore[union-attr]
    authors: list[str] = []
    kept: list[str] = []
    for at, line in enumerate(lines):
        if _FIELD.match(line):
            if _AUTHOR.match(line):
                authors.extend(FIELD_ADDRESS.findall(line))
        elif _is_attribution(lines, at):
            authors.extend(FIELD_ADDRESS.findall(line))
        elif not line.startswith("---"):
            kept.append(line)
    parsed = (parse_address(address.strip("<>.")) for address in authors[:20])
    folded = tuple(fold_address(address) for address in parsed if isinstance(address, Address))
    return _Below("\n".join(kept), folded)


def _is_attribution(lines: Sequence[str], at: int) -> bool:
    """Whether a line is (the first half of) "On Monday Jane Roe <jane@…> wrote:"."""
    line = lines[at].rstrip()
    following = lines[at + 1].rstrip() if at + 1 < len(lines) else ""
    return bool(FIELD_ADDRESS.search(line)) and (
        line.endswith(":") or (following.endswith(":") and len(following) < 40)
    )
