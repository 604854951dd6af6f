"""An answer to our question: what was understood before, and what the reply adds to it.

Here belongs putting the two together. Whether a mail is such an answer, from as certain a writer as the first, is told
in `inbound.recalling`. What is not plain stays missing, and is asked for again or read by a person. Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from badges.names import is_same_name
from badges.register import Holding, KnownEarner
from desk.requests.asking import OpenRequest
from desk.requests.orders import Change
from desk.words import Intent
from inbound.facts import Lack
from inbound.understanding.bare_names import read_bare_name
from inbound.understanding.hesitation import is_reserved
from inbound.understanding.particulars import Particulars, Person, Standing
from inbound.understanding.wish import Confidence, Wish
from wire.address import Address, fold_address, parse_address


def continue_wish(request: OpenRequest, wish: Wish, text: str) -> Wish | None:
    """Return the wish of a reply that goes on with a request; None where it plainly asks for something else.

    `text` is the reply's: what is not simply the answer, such as "not her" or "but only if", is for a person to read.
    """
    if wish.intent not in (request.intent, Intent.OTHER) and wish.confidence is Confidence.SURE:
        return None
    confidence = Confidence.LIKELY if is_reserved(text, wish.language) else Confidence.SURE
    return replace(wish, intent=request.intent, confidence=confidence, asked=(request.intent,))


def doubt_reply(wish: Wish, request: OpenRequest, lacks: Collection[Lack]) -> Wish:
    """Return the wish of a reply; unsure if it brings nothing of what was asked for. To ask again would help nobody."""
    asked_for = {Lack(lack) for lack in request.lacks}
    return replace(wish, confidence=Confidence.UNSURE) if asked_for <= set(lacks) else wish


def merge_particulars(
    request: OpenRequest, known: Mapping[str, KnownEarner], particulars: Particulars, text: str
) -> Particulars:
    """Return the people of the request with what the reply says; `known` holds them by id, `text` is the reply's."""
    before = [change for change in request.changes if change.earner_id in known]
    if not before:
        return _add_name(request, particulars)
    people = {change.earner_id: _recall_person(change, known[change.earner_id]) for change in before}
    unknown = []
    for person in particulars.people:
        if person.earner is None:
            unknown.append(person)
        else:
            people[person.earner.earner_id] = _add_to(people.get(person.earner.earner_id), person)
    if len(people) == 1 and len(unknown) <= 1:
        [only] = people.values()
        return replace(particulars, people=(_complete(only, request, particulars, unknown, text),))
    return replace(particulars, people=(*people.values(), *unknown))


def _add_name(request: OpenRequest, particulars: Particulars) -> Particulars:
    """Nobody was named before: a name that was given then is for the one who is named now."""
    name = next((change.new_name for change in request.changes if change.new_name), None)
    if name is None or len(particulars.people) > 1:
        return particulars
    people = tuple(replace(person, new_name=person.new_name or name) for person in particulars.people)
    return replace(particulars, people=people, loose_name=particulars.loose_name or name)


def _recall_person(change: Change, earner: KnownEarner) -> Person:
    holding = next((held for held in earner.holdings if held.assertion_id == change.assertion_id), None)
    return Person(
        said=earner.name,
        standing=Standing.FOUND,
        earner=earner,
        new_name=change.new_name,
        new_address=change.new_address,
        holding=holding,
    )


def _add_to(before: Person | None, person: Person) -> Person:
    if before is None:
        return person
    return replace(
        person,
        new_name=person.new_name or before.new_name,
        new_address=person.new_address or before.new_address,
        holding=person.holding or before.holding,
    )


def _complete(
    person: Person, request: OpenRequest, particulars: Particulars, unknown: list[Person], text: str
) -> Person:
    """Add what a short reply says of the one person whom the question was about, such as a name alone."""
    said = unknown[0].said if unknown else None
    if Lack.NEW_NAME in request.lacks and not person.new_name:
        person = replace(person, new_name=_read_name(text, particulars, unknown, person.said))
    if Lack.NEW_ADDRESS in request.lacks and not person.new_address and said:
        person = replace(person, new_address=_read_address(said))
    if Lack.BADGE in request.lacks and person.holding is None and person.earner:
        person = replace(person, holding=_find_badge(person.earner, text))
    return person


def _read_name(text: str, particulars: Particulars, unknown: list[Person], old: str) -> str | None:
    """Return the new name in a reply: one that it calls so, or one that is all it says."""
    called = particulars.loose_name or (unknown[0].new_name if unknown else None)
    name = called if called and "@" not in called else read_bare_name(text)
    return name if name and not is_same_name(name, old) else None


def _read_address(text: str) -> str | None:
    address = parse_address(text.strip())
    return fold_address(address) if isinstance(address, Address) else None


def _find_badge(earner: KnownEarner, text: str) -> Holding | None:
    """Return the one badge that the reply names in full."""
    words = f" {_fold_words(text)} "
    named = [held for held in earner.holdings if f" {_fold_words(held.badge_name)} " in words]
    return named[0] if len(named) == 1 else None


def _fold_words(text: str) -> str:
    """Fold words for comparing them in their order."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text[:20_000].casefold()).split())
