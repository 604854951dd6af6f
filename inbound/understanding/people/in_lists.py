"""The people of a list: each row's address and name looked up, with the new name or address beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from badges.names import is_same_name, make_name_key, shares_part
from badges.register import KnownEarner
from desk.roster.names import read_name
from desk.words import Intent
from inbound.understanding.particulars import Person, Standing
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.badge_names import find_named_badges
from inbound.understanding.people.composing import Part, compose_name, restore_case
from inbound.understanding.people.lists import Row
from inbound.understanding.people.telling_apart import Told, choose_holding, tell_apart
from inbound.understanding.people.tokens import cut_tokens


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list stands, for staff."""

    name: str


@dataclass(frozen=True, slots=True)
class _Known:
    addresses: Mapping[str, KnownEarner]
    names: Mapping[str, tuple[KnownEarner, ...]]


def find_listed(rows: Sequence[Row], asking: Asking, source: Source) -> tuple[list[Person], list[str]]:
    """Return the people of `rows`, each once, and what was left out and why."""
    keys = {make_name_key(name) for row in rows for name in (row.name, row.is_guessed and row.new_name) if name}
    known = _Known(
        asking.register.find_by_addresses({row.address for row in rows if row.address}),
        asking.register.find_by_names(keys),
    )
    rows = _turn_round(rows, known)
    people: dict[tuple[object, ...], Person] = {}
    notes = []
    for row in rows:
        if not (row.address or row.name or row.is_unreadable_address):
            notes.append(f"{source.name}, line {row.line}: names nobody")
            continue
        person = _find_person(row, asking, known)
        key = (person.earner.earner_id if person.earner else person.said, person.new_name, person.new_address)
        people.setdefault(key, person)
    return list(people.values()), notes


def _turn_round(rows: Sequence[Row], known: _Known) -> Sequence[Row]:
    """Take the columns of a table without head the other way round, where only what seemed new is on record."""
    is_turned = all(
        row.is_guessed
        and not row.address
        and make_name_key(row.name) not in known.names
        and make_name_key(row.new_name) in known.names
        for row in rows
    )
    return [replace(row, name=row.new_name, new_name=row.name) for row in rows] if is_turned else rows


def _find_person(row: Row, asking: Asking, known: _Known) -> Person:
    tokens = cut_tokens(row.badge)
    bearers = known.names.get(make_name_key(row.name), ()) if row.name else ()
    owner = known.addresses.get(row.address)
    held = {
        held.badge_class_id: held.badge_name for each in (*bearers, *filter(None, [owner])) for held in each.holdings
    }
    badge_ids = find_named_badges(tokens, {**held, **asking.badges}) if row.badge else frozenset()
    told = _tell_row(row, asking, known, badge_ids)
    old = told.earner.name if told.earner else row.name
    return Person(
        said=" ".join(filter(None, (row.name, f"<{row.address}>" if row.address else ""))) or f"line {row.line}",
        standing=told.standing,
        earner=told.earner,
        candidates=told.candidates,
        new_name=_read_new_name(row, old) if asking.intent is Intent.NAME_CHANGE else None,
        new_address=row.new_address or None,
        holding=choose_holding(told.earner, asking.writer.issuer_ids, badge_ids),
    )


def _tell_row(row: Row, asking: Asking, known: _Known, badge_ids: frozenset[str]) -> Told:
    bearers = known.names.get(make_name_key(row.name), ()) if row.name else ()
    if row.is_unreadable_address:
        return Told(Standing.NOT_FOUND)
    if not row.address:
        return tell_apart(bearers, asking.writer.issuer_ids, badge_ids)
    owner = known.addresses.get(row.address)
    if owner is None:
        return Told(Standing.NOT_FOUND, None, bearers[:10])
    fits = not row.name or is_same_name(row.name, owner.name) or (not bearers and shares_part(row.name, owner.name))
    return Told(Standing.FOUND, owner, (owner,)) if fits else Told(Standing.CONTRADICTORY, None, (owner, *bearers[:9]))


def _read_new_name(row: Row, old: str) -> str | None:
    """Return the new name in full; None where a row leaves it in doubt."""
    if row.new_name:
        part = Part.WHOLE if len(row.new_name.split()) > 1 or len(old.split()) < 2 else Part.UNTOLD
        name = compose_name(old, row.new_name, part)
    elif row.new_first and row.new_last:
        name = f"{row.new_first} {row.new_last}"
    elif row.new_first or row.new_last:
        name = compose_name(old, row.new_last or row.new_first, Part.SURNAME if row.new_last else Part.GIVEN)
    else:
        return None
    read = read_name(restore_case(name, old)) if name else None
    return read if isinstance(read, str) else None
