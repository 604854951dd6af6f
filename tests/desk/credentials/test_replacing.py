"""Credentials in a line: written with the award, replaced when name or address are put right, also on the way back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row

from badges.links import Purpose
from badges.transactions import reading
from desk.correcting import Corrected, correct_address
from desk.credentials.replacing import replace_credentials
from desk.credentials.status_bits import find_set_bits
from desk.programme import ProgrammeImported, import_programme
from desk.reminders import remind
from desk.renaming import Renamed, rename_earner
from desk.requests.orders import Change
from desk.requests.undoing import Undo, undo_by_link
from desk.resending import Resent, resend_to
from desk.words import Intent, Outcome
from tests.desk.conftest import PROGRAMME, Desk
from tests.desk.requests.conftest import JANE, Counter

ADA = "ada@mail.example"


def _line(desk: Desk, address: str = JANE) -> list[Row[Any]]:
    """Return the credentials of the one award of `address`, the first one first."""
    query = (
        "SELECT c.* FROM credential c JOIN assertion a ON a.id = c.assertion_id JOIN earner_address e USING (earner_id)"
        " WHERE e.address = :address ORDER BY c.attested_at, c.status_index"
    )
    return desk.rows(query, address=address)


def _set_bits(desk: Desk, issuer_id: str) -> list[int]:
    with reading(desk.office.engine).connect() as connection:
        return find_set_bits(connection, issuer_id, 0)


def test_each_award_is_attested_when_it_is_written(desk: Desk) -> None:
    desk.issue("email,name\n" + "".join(f"e{number}@mail.example,Earner No {number}\n" for number in range(2500)))
    rows = desk.rows(
        "SELECT c.*, a.id AS award, e.name FROM assertion a JOIN earner e ON e.id = a.earner_id"
        " LEFT JOIN credential c ON c.assertion_id = a.id ORDER BY c.status_index"
    )
    assert all(row.id == row.assertion_id == row.award and row.earner_name == row.name for row in rows)
    assert [row.status_index for row in rows] == list(range(len(rows)))
    assert len({row.salt for row in rows}) == len(rows) == 2501
    assert len({row.achievement_digest for row in rows}) == 1
    assert {facts["credential"] for facts in desk.facts("issuance")} < {row.id for row in rows}


def test_a_new_name_makes_a_new_credential_that_the_old_one_names(desk: Desk) -> None:
    desk.issue(f"email,name\n{ADA},Ada Lindqvist\n")
    [before] = _line(desk, ADA)
    earner_id = str(desk.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA))
    assert isinstance(rename_earner(desk.office, earner_id, "Ada Berg", desk.now), Renamed)
    old, new = _line(desk, ADA)
    assert (old.id, old.earner_name, old.salt) == (before.id, "Ada Lindqvist", before.salt)
    assert (old.replaced_by, old.replaced_at is not None) == (new.id, True)
    assert (new.earner_name, new.replaced_by, new.salt == old.salt) == ("Ada Berg", None, False)
    assert new.achievement_digest == old.achievement_digest
    [facts] = desk.facts("issuance")
    assert (facts["name"], facts["credential"], facts["assertion"]) == ("Ada Berg", new.id, old.id)
    assert _set_bits(desk, old.issuer_id) == [old.status_index]


def test_taking_the_name_back_goes_on_with_the_line(counter: Counter) -> None:
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(),))
    later = counter.desk.now + timedelta(hours=1)
    undone = undo_by_link(counter.desk.office, counter.token(Purpose.UNDO, str(done.group_id)), later)
    assert isinstance(undone, Undo)
    first, second, third = _line(counter.desk)
    assert [row.earner_name for row in (first, second, third)] == ["Jane Smith", "Jane Doe", "Jane Smith"]
    assert [row.replaced_by for row in (first, second, third)] == [second.id, third.id, None]
    assert _set_bits(counter.desk, first.issuer_id) == sorted([first.status_index, second.status_index])


def test_an_address_that_the_issuer_changes_is_attested_anew(counter: Counter) -> None:
    change = Change(Intent.EMAIL_CHANGE, counter.jane, new_address="jane@new.example")
    counter.do(Outcome.APPLY, Intent.EMAIL_CHANGE, changes=(change,))
    assert [row.address for row in _line(counter.desk, "jane@new.example")] == [JANE, "jane@new.example"]


def test_an_alternate_address_and_one_that_the_owner_prefers_replace_nothing(counter: Counter) -> None:
    change = Change(Intent.EMAIL_CHANGE, counter.jane, new_address="more@home.example", is_alternate=True)
    counter.do(Outcome.APPLY, Intent.EMAIL_CHANGE, changes=(change,))
    counter.desk.change("UPDATE earner_address SET is_primary = (address = 'more@home.example')")
    assert len(_line(counter.desk)) == 1


def test_a_corrected_address_is_attested_and_mailed_anew(desk: Desk) -> None:
    desk.issue("email,name\nada@mial.example,Ada Lindqvist\n")
    assert isinstance(correct_address(desk.office, "ada@mial.example", ADA, desk.now), Corrected)
    old, new = _line(desk, ADA)
    assert (old.address, new.address, old.replaced_by) == ("ada@mial.example", ADA, new.id)
    assert {facts["credential"] for facts in desk.facts("issuance") if facts["address"] == ADA} == {new.id}


def test_later_mails_bring_the_credential_that_counts(desk: Desk) -> None:
    earner_id = str(desk.one("SELECT earner_id FROM earner_address WHERE address = :a", a=JANE))
    rename_earner(desk.office, earner_id, "Jane Doe", desk.now)
    newest = _line(desk)[-1].id
    assert resend_to(desk.office, JANE, desk.now) == Resent(1, 0)
    desk.mark_sent()
    desk.now += timedelta(days=8)
    assert remind(desk.office, desk.now) == 1
    assert {facts["credential"] for facts in desk.facts("issuance") + desk.facts("reminder")} == {newest}


def test_mails_that_a_worker_has_in_hand_and_mails_from_before_stay_as_they_are(desk: Desk) -> None:
    desk.issue(f"email,name\n{ADA},Ada Lindqvist\nbo@mail.example,Bo Ek\n")
    [old] = [facts for facts in desk.facts("issuance") if facts["address"] == ADA]
    del old["credential"]
    desk.change("UPDATE message SET facts = :facts WHERE rcpt_to = :a", facts=json.dumps(old), a=ADA)
    desk.change("UPDATE message SET worker_id = 'w' WHERE rcpt_to = 'bo@mail.example'")
    for address in (ADA, "bo@mail.example"):
        earner_id = str(desk.one("SELECT earner_id FROM earner_address WHERE address = :a", a=address))
        rename_earner(desk.office, earner_id, "Another Name", desk.now)
    facts = {facts["address"]: facts for facts in desk.facts("issuance")}
    assert facts[ADA] == old | {"name": "Another Name"}
    assert facts["bo@mail.example"]["credential"] == facts["bo@mail.example"]["assertion"]


def test_nothing_is_replaced_that_says_what_stands(desk: Desk) -> None:
    earner_id = str(desk.one("SELECT earner_id FROM earner_address WHERE address = :a", a=JANE))
    with desk.office.engine.begin() as connection:
        assert replace_credentials(connection, earner_id, desk.now) == 0
    assert len(_line(desk)) == 1


def test_an_imported_programme_attests_awards_and_names(desk: Desk, tmp_path) -> None:
    assert [row.earner_name for row in _line(desk)] == ["Jane Smith"]
    renamed = {**PROGRAMME["earners"][0], "name": "Jane Doe"}
    programme = {**PROGRAMME, "earners": [renamed]}
    for _ in range(2):
        assert isinstance(import_programme(desk.office.engine, programme, tmp_path, desk.now), ProgrammeImported)
        assert [row.earner_name for row in _line(desk)] == ["Jane Smith", "Jane Doe"]


@pytest.mark.parametrize("change", ["state = 'revoked'", "held_at = 1"])
def test_bits_follow_the_award(desk: Desk, change: str) -> None:
    [credential] = _line(desk)
    assert _set_bits(desk, credential.issuer_id) == []
    desk.change(f"UPDATE assertion SET {change}")
    assert _set_bits(desk, credential.issuer_id) == [credential.status_index]
    desk.change("UPDATE assertion SET state = 'issued', held_at = NULL")
    assert _set_bits(desk, credential.issuer_id) == []
