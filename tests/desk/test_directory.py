"""The register in the database: the same questions, whoever wrote the rows, on both databases."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from badges.names import make_name_key
from badges.register import MOST_BEARERS, KnownEarner
from badges.transactions import reading
from desk.directory import Directory
from desk.programme import ProgrammeImported, import_programme
from desk.renaming import Renamed, rename_earner
from tests.desk.conftest import NOW, PROGRAMME


def ask(engine: Any, question: str, *arguments: Any) -> Any:
    with reading(engine).connect() as connection:
        return getattr(Directory(connection), question)(*arguments)


def by_name(desk: Any, name: str) -> list[str]:
    key = make_name_key(name)
    return [earner.address for earner in ask(desk.office.engine, "find_by_names", [key]).get(key, ())]


def test_an_earner_is_known_by_each_address_with_everything(either_database, desk) -> None:
    found = ask(desk.office.engine, "find_by_addresses", ["jane@home.example", "anna@mail.example", "no@mail.example"])
    assert sorted(found) == ["anna@mail.example", "jane@home.example"]
    jane, anna = found["jane@home.example"], found["anna@mail.example"]
    assert isinstance(jane, KnownEarner)
    assert (jane.name, jane.address, jane.addresses) == (
        "Jane Smith",
        "j.smith@corp.example",
        ("j.smith@corp.example", "jane@home.example"),
    )
    [holding] = jane.holdings
    assert (holding.badge_slug, holding.badge_name, holding.issuer.slug) == ("bridge", "Bridge Inspector", "asee")
    assert holding.assertion_id == desk.assertion_of("j.smith@corp.example")
    assert (jane.is_locked, anna.is_locked, anna.holdings) == (False, True, ())


def test_revoked_badges_are_not_held_and_expired_ones_are(desk) -> None:
    jane = ["j.smith@corp.example"]
    desk.change("UPDATE assertion SET state = 'expired'")
    assert ask(desk.office.engine, "find_by_addresses", jane)[jane[0]].holdings
    desk.change("UPDATE assertion SET state = 'revoked'")
    assert not ask(desk.office.engine, "find_by_addresses", jane)[jane[0]].holdings


def test_whoever_writes_a_name_writes_its_key(either_database, desk) -> None:
    assert by_name(desk, "SMITH, Jane") == ["j.smith@corp.example"]  # by the programme
    desk.issue("email,name\nnew@mail.example,Zoë Ó Briain\n")
    assert by_name(desk, "zoe o'briain") == []
    assert by_name(desk, "O Briain, Zoe") == ["new@mail.example"]
    [earner] = ask(desk.office.engine, "find_by_addresses", ["new@mail.example"]).values()
    assert isinstance(rename_earner(desk.office, earner.earner_id, "Zoë Banks", NOW), Renamed)
    assert by_name(desk, "O Briain, Zoe") == []
    assert by_name(desk, "Zoe Banks") == ["new@mail.example"]
    keys = {row.name: row.name_key for row in desk.rows("SELECT name, name_key FROM earner")}
    assert keys == {name: make_name_key(name) for name in keys}
    again = {**PROGRAMME, "earners": [{**PROGRAMME["earners"][0], "name": "Jane Okafor"}]}
    assert isinstance(import_programme(desk.office.engine, again, Path(), NOW), ProgrammeImported)
    assert by_name(desk, "Jane Okafor") == ["j.smith@corp.example"]


def test_contacts_and_badges(desk) -> None:
    [contact] = ask(desk.office.engine, "find_contacts", ["dana.reyes@asee.example", "jane@home.example"])
    assert (contact.name, contact.issuer.slug, contact.issuer.offers_pdf) == ("Dana Reyes", "asee", False)
    badges = ask(desk.office.engine, "list_badges", contact.issuer.issuer_id)
    assert [name for _, name in badges] == ["Bridge Inspector", "Mentor"]


def test_a_name_of_many_bearers_is_cut(desk) -> None:
    rows = "".join(f"lee{number}@mail.example,Sam Lee\n" for number in range(MOST_BEARERS + 5))
    desk.issue("email,name\n" + rows)
    assert len(by_name(desk, "Lee Sam")) == MOST_BEARERS


def test_no_question_asks_nothing(desk) -> None:
    assert ask(desk.office.engine, "find_by_addresses", []) == {}
    assert ask(desk.office.engine, "find_by_names", [""]) == {}
    assert ask(desk.office.engine, "find_contacts", []) == ()


def test_a_long_list_takes_few_statements(desk) -> None:
    statements = []
    event.listen(desk.office.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    names = [make_name_key(f"Person {number}") for number in range(400)]
    ask(desk.office.engine, "find_by_names", [*names, make_name_key("Jane Smith")])
    assert len(statements) <= 7


@pytest.mark.sqlite_only("how PostgreSQL plans depends on how many rows there are")
def test_fifty_thousand_earners_are_searched_by_index(desk) -> None:
    plan = desk.rows("EXPLAIN QUERY PLAN SELECT id FROM earner WHERE name_key IN ('a', 'b')")
    assert "ix_earner_name_key" in str(plan)
