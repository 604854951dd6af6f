"""Whom a mail is about, and what is to become of them: from its text, its lists, and what it forwards.

Here belongs the order in which these are looked through, and what is left out. How people are found in a text stands in
`people`. Never raises on what a stranger may write; every list has its limit.
"""

from collections.abc import Iterable, Sequence

from badges.register import KnownContact, Register
from desk.words import NAMES_ITS_EARNER, Intent, Role
from inbound.reading.mail import Reading, Table
from inbound.understanding.particulars import Particulars, Person, Standing, Writer
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.badge_names import fold_all
from inbound.understanding.people.below import FIELD_ADDRESS, read_below
from inbound.understanding.people.in_lists import Source, find_listed
from inbound.understanding.people.in_text import find_people
from inbound.understanding.people.lists import find_blocks, read_rows
from inbound.understanding.people.new_names import find_new_name
from inbound.understanding.people.phrases import choose_phrases
from inbound.understanding.people.runs import find_runs
from inbound.understanding.people.scene import Scene, mark_listed
from inbound.understanding.people.signs import Old
from inbound.understanding.people.tokens import cut_tokens, tidy_text
from inbound.understanding.wish import Wish
from wire.subject import strip_prefixes

MOST_PEOPLE = 200


def find_particulars(reading: Reading, wish: Wish, writer: Writer, register: Register) -> Particulars:
    """Return the people that the mail asks something for, each once.

    Whose mail is taken for whose follows the support policy (docs/support-policy.md sections 3 and 4): by address, or
    by full name; never from signatures, nor from what is quoted unless the writer points to it.
    """
    asking = _make_asking(reading, wish, writer, register)
    notes = [f"{table.file_name} {table.fault}" for table in reading.tables if table.fault]
    listed = _find_in_tables(reading.tables, asking, notes) or _find_written(reading, asking, notes)
    if listed:
        return Particulars(_cap(listed, notes), notes=tuple(notes))
    scene = _make_scene(reading, asking)
    people, loose = _look_below(reading, wish, asking, scene, find_people(scene, asking))
    return Particulars(_cap(people, notes), loose, tuple(notes))


def _make_asking(reading: Reading, wish: Wish, writer: Writer, register: Register) -> Asking:
    contacts = register.find_contacts({writer.address}) if writer.address else ()
    badges = {key: name for issuer in writer.issuer_ids for key, name in register.list_badges(issuer)}
    held = writer.earner.holdings if writer.earner else ()
    badges |= {holding.badge_class_id: holding.badge_name for holding in held}
    issuers = [*(contact.issuer.name for contact in contacts), *(holding.issuer.name for holding in held)]
    return Asking(
        intent=wish.intent,
        language=wish.language,
        writer=writer,
        register=register,
        others=_list_others(reading, writer, contacts),
        recipients=_list_recipients(reading),
        badges=badges,
        foreign=fold_all([*issuers, *badges.values()]),
    )


def _list_others(reading: Reading, writer: Writer, contacts: Sequence[KnownContact]) -> tuple[str, ...]:
    """Return the names that are the writer's, unless the writer is an earner."""
    if writer.earner is not None:
        return ()
    names = [*writer.names, reading.sender_name, *(contact.name or "" for contact in contacts)]
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def _list_recipients(reading: Reading) -> frozenset[str]:
    """Return the addresses in To and Cc: ours, and those of fellow readers."""
    fields = (value for name, value in reading.headers if name in ("to", "cc", "reply-to", "delivered-to"))
    return frozenset(address.lower() for value in fields for address in FIELD_ADDRESS.findall(value[:5_000]))


def _make_scene(reading: Reading, asking: Asking) -> Scene:
    subject = strip_prefixes(reading.subject)
    lines = [row[0] for table in reading.tables for row in table.rows if len(row) == 1]
    text = "\n".join([reading.sections.new_text, *lines])
    return make_scene(subject.text, text, subject.is_answer or subject.is_forward, asking)


def make_scene(subject: str, text: str, is_answer: bool, asking: Asking) -> Scene:
    """Return subject and text, cut."""
    title = tidy_text(subject)
    whole = f"{title}\n\n{tidy_text(text)}"
    tokens = cut_tokens(whole)
    title_end = next((at for at, token in enumerate(tokens) if token.start >= len(title)), len(tokens))
    phrases = choose_phrases(tokens, asking.language)
    runs = find_runs(whole, tokens, phrases.common)
    return Scene(whole, tokens, runs, phrases, title_end, is_answer, asking.foreign, mark_listed(tokens))


def _find_in_tables(tables: Sequence[Table], asking: Asking, notes: list[str]) -> list[Person]:
    people: list[Person] = []
    for table in tables:
        rows = read_rows(table.rows, asking.intent is Intent.NAME_CHANGE) if _is_wide(table) else None
        if rows:
            found, left_out = find_listed(rows, asking, Source(table.file_name))
            people.extend(found)
            notes.extend(left_out)
            if table.is_cut:
                notes.append(f"{table.file_name} holds more rows than are read")
                people.append(Person(f"more rows of {table.file_name}", Standing.NOT_FOUND, None))
    return people


def _find_written(reading: Reading, asking: Asking, notes: list[str]) -> list[Person]:
    """Return the people of a table that the writer has typed or pasted."""
    if asking.writer.earner is not None:
        return []
    for block, is_plain in find_blocks(tidy_text(reading.sections.new_text)):
        rows = read_rows(block, asking.intent is Intent.NAME_CHANGE, is_plain)
        if rows and sum(bool(row.address or row.name) for row in rows) * 2 > len(rows):
            people, left_out = find_listed(rows, asking, Source("the table in the text"))
            if any(person.earner or person.candidates for person in people):
                notes.extend(left_out)
                return people
    return []


def _is_wide(table: Table) -> bool:
    return any(len(row) > 1 for row in table.rows) or any("@" in row[0] for row in table.rows[1:3] if row)


def _look_below(
    reading: Reading, wish: Wish, asking: Asking, scene: Scene, people: Sequence[Person]
) -> tuple[list[Person], str | None]:
    """Add what the quoted or forwarded text says, where the writer points to it or it is the named person's own."""
    found = list(people)
    if asking.writer.role is not Role.EARNER and asking.intent in NAMES_ITS_EARNER:
        found = read_below(reading, wish, asking, found, make_scene)
    loose = None
    if not found and asking.intent is Intent.NAME_CHANGE:
        is_writer = asking.writer.role is Role.UNKNOWN
        old = Old("", is_writer=is_writer, others=() if is_writer else asking.others)
        loose = find_new_name(scene, 0, len(scene.tokens), old)
    return found, loose


def _cap(people: Iterable[Person], notes: list[str]) -> tuple[Person, ...]:
    """Keep the first `MOST_PEOPLE`; more are told by one person who cannot be found, so that somebody looks."""
    kept = list(people)
    if len(kept) > MOST_PEOPLE:
        notes.append(f"more than {MOST_PEOPLE} people")
        kept = [*kept[:MOST_PEOPLE], Person(f"{len(kept) - MOST_PEOPLE} more", Standing.NOT_FOUND, None)]
    return tuple(kept)
