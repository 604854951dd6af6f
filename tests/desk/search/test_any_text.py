"""Names of any letters are issued to, and whatever staff type is searched for: in SQLite and in PostgreSQL."""

import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from badges.transactions import reading
from desk.issuing.order import Issued
from desk.roster.names import MAX_NAME, read_name
from desk.search.asking import LONGEST, read_query
from desk.search.finding import find_written
from desk.search.people import find_people

pytestmark = pytest.mark.usefixtures("either_database")

LETTERS = st.characters(codec="utf-8") | st.sampled_from(" '-.,()æÆ\ufdfa\u0345ßİ中あ𠀀")
NAMES = st.text(LETTERS, min_size=1, max_size=MAX_NAME).filter(lambda name: isinstance(read_name(name), str))
TYPED = st.text(st.characters(codec=None) | st.sampled_from("\0'\"\\:*&|!()<-> @.中あ"), max_size=60)
CUT_AFTER_A_PART = " ".join(["Æ" * 74 + "a"] * 2 + ["z"])
"""Folded it is as long as a key may be where a part ends."""
ODD = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ODD
@example([CUT_AFTER_A_PART, "a" * 99 + " " + "b" * 100])
@given(st.lists(NAMES, min_size=1, max_size=6))
def test_any_name_is_issued_to(desk, names: list[str]) -> None:  # type: ignore[no-untyped-def]
    known = int(desk.one("SELECT count(*) FROM earner"))
    roster = io.StringIO()
    rows = [("email", "name"), *((f"p{known + number}@x.example", name) for number, name in enumerate(names))]
    csv.writer(roster).writerows(rows)
    outcome = desk.issue(roster.getvalue())
    assert isinstance(outcome, Issued), outcome
    assert outcome.summary.mails == len(names)
    assert {read_name(name) for name in names} <= {row.name for row in desk.rows("SELECT name FROM earner")}


@ODD
@example("\0")
@example("'" * LONGEST)
@example("𠀀" * LONGEST)
@example("from:'a b' is:open ref:x issuer:\ud800")
@given(TYPED)
def test_nothing_that_is_typed_is_an_error(desk, typed: str) -> None:  # type: ignore[no-untyped-def]
    asked = read_query(typed)
    with reading(desk.office.engine).connect() as connection:
        find_written(connection, asked, "me")
        find_people(connection, asked)
