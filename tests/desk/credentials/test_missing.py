"""Awards of a database from before there were credentials."""

import pytest

from desk.credentials import missing
from desk.credentials.missing import attest_missing
from desk.resending import Resent, resend_to
from tests.desk.conftest import Desk
from tests.desk.requests.conftest import JANE


@pytest.fixture
def older(desk: Desk) -> Desk:
    """A desk whose awards have no credentials yet."""
    desk.issue("email,name\n" + "".join(f"e{number}@mail.example,Earner No {number}\n" for number in range(7)))
    desk.issue("email,name\ne1@mail.example,Earner No 1\n", badge="taller")
    desk.change("DELETE FROM credential")
    desk.change("DELETE FROM achievement")
    return desk


def test_each_gets_one_page_by_page(older: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "PAGE", 3)
    assert attest_missing(older.office.engine, older.now) == 9
    rows = older.rows(
        "SELECT c.*, a.id AS award, e.name, b.issuer_id AS awarded_by FROM assertion a"
        " JOIN earner e ON e.id = a.earner_id JOIN badge_class b ON b.id = a.badge_class_id"
        " LEFT JOIN credential c ON c.assertion_id = a.id"
    )
    assert all((row.id, row.earner_name, row.issuer_id) == (row.award, row.name, row.awarded_by) for row in rows)
    by_issuer: dict[str, list[int]] = {}
    for row in rows:
        by_issuer.setdefault(row.issuer_id, []).append(row.status_index)
    assert sorted(sorted(bits) for bits in by_issuer.values()) == [[0], list(range(8))]
    before = older.dump()
    assert attest_missing(older.office.engine, older.now) == 0
    assert older.dump() == before


def test_mails_before_that_name_the_credential_that_will_be(older: Desk) -> None:
    older.mark_sent()
    assert resend_to(older.office, JANE, older.now) == Resent(1, 0)
    [facts] = [facts for facts in older.facts("issuance") if facts["address"] == JANE]
    attest_missing(older.office.engine, older.now)
    assert older.one("SELECT earner_name FROM credential WHERE id = :id", id=facts["credential"]) == "Jane Smith"
