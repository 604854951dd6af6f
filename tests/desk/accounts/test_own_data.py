"""The download: everything about the person, nothing secret, nobody else; and no table that was forgotten."""

import json
from base64 import b64decode

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

from badges.photos import Photo
from desk.access.tables import ApiToken
from desk.accounts.asking_name import ask_for_name
from desk.accounts.details import Details
from desk.accounts.own_data import _PARTS, LEFT_OUT, take_own_data
from desk.accounts.profile import change_details, put_photo
from desk.accounts.showing import ShareKind, count_share
from desk.drafts.tables import RosterDraft
from desk.hooks.tables import HookEvent
from desk.members.tables import Member
from desk.requests.records import stop_notices
from inbound.tables import Decision
from tests.desk.accounts.door import ANNA, JANE, JANES_OTHER, PASSWORD, Door
from tests.desk.accounts.resident import SOURCE, Resident

PEOPLE = {"earner", "account", "assertion", "message", "ticket", "decision", "raw_mail"}
"""Tables whose rows are, or are of, one person each: whatever names one of these is about a person, too."""
assert all((ApiToken, Decision, HookEvent, Member, RosterDraft))  # so that all tables are known to SQLModel.metadata


def _is_about_people(table: Table) -> bool:
    named = {key.column.table.name for column in table.columns for key in column.foreign_keys}
    by_address = any("address" in column.name and column.name != "peer_address" for column in table.columns)
    return bool(named & PEOPLE) or by_address or table.name in PEOPLE


def test_every_table_about_people_is_in_it_or_left_out_for_a_reason() -> None:
    tables = {name for name, table in SQLModel.metadata.tables.items() if _is_about_people(table)}
    assert tables | {"delivery", "mail_mark"} == _PARTS.keys() | LEFT_OUT.keys()
    assert _PARTS.keys().isdisjoint(LEFT_OUT)
    assert all(LEFT_OUT.values())


@pytest.fixture
def jane(door: Door) -> Resident:
    resident = Resident(door)
    desk, owner = door.desk, resident.owner()
    change_details(
        desk.office.engine,
        owner.earner_id,
        Details("Corp", "Engineer", "+1 555", "https://x.example"),
        "de",
        "",
        desk.now,
    )
    put_photo(desk.office.engine, owner.earner_id, Photo(b"a jpeg"), SOURCE, desk.now)
    resident.name(owner, "jane@new.example")
    ask_for_name(desk.office, resident.owner(), "Jane Smith-Doe", "", SOURCE, desk.now)
    count_share(desk.office.engine, owner.earner_id, desk.assertion_of(JANE), ShareKind.ADD_TO_STREAM, desk.now)
    with desk.office.engine.begin() as connection:
        stop_notices(connection, JANES_OTHER, desk.now)
    return resident


def _take(jane: Resident) -> bytes:
    return take_own_data(jane.desk.office, jane.owner(), SOURCE, jane.desk.now)


def test_everything_is_in_it(jane: Resident) -> None:
    data = json.loads(_take(jane))
    assert data["earner"] == [
        {
            "id": jane.owner().earner_id,
            "name": "Jane Smith",
            "language": "de",
            "created_at": "2026-11-23T12:00:00+00:00",
        }
    ]
    assert [each["address"] for each in data["earner_address"]] == [JANE, JANES_OTHER]
    assert data["pending_address"][0]["address"] == "jane@new.example"
    assert data["profile"][0]["employer"] == "Corp"
    assert b64decode(data["profile"][0]["photo"]) == b"a jpeg"
    [badge] = data["assertion"]
    assert (badge["badge"], badge["state"], badge["issued_on"]) == ("Bridge Inspector", "issued", "2026-05-02")
    assert data["share_click"][0]["kind"] == "add_to_stream"
    assert {mail["kind"] for mail in data["message"]} >= {"address_named", "relayed_request"}
    assert data["ticket"][0]["intent"] == "name_change"
    assert data["ticket_entry"][0]["text"] == "Bitte ändern Sie meinen Namen in: Jane Smith-Doe"
    assert data["suppression"][0]["address"] == JANES_OTHER
    assert [event["kind"] for event in data["account_event"]][-1] == "data_downloaded"
    assert len(data["session"]) == 3
    assert data.keys() - {"made_at"} == _PARTS.keys()


def test_evidence_of_an_award_is_in_it(jane: Resident) -> None:
    jane.desk.change("UPDATE assertion SET evidence_url = 'https://w.example/j', narrative = 'At night.'")
    [badge] = json.loads(_take(jane))["assertion"]
    assert (badge["evidence_url"], badge["narrative"]) == ("https://w.example/j", "At night.")


def test_no_secret_and_nobody_else_is_in_it(jane: Resident) -> None:
    text = _take(jane).decode()
    account, session = jane.door.account(), jane.desk.one("SELECT id FROM session LIMIT 1")
    for secret in (account.password_hash, session, PASSWORD, "argon2", ANNA, "Müller"):
        assert secret not in text
    for column in ("password_hash", "link_serial", "facts", "salt"):
        assert f'"{column}"' not in text


def test_what_an_issuer_wrote_of_several_people_is_not_in_it(jane: Resident) -> None:
    ticket = jane.desk.one("SELECT id FROM ticket")
    jane.desk.change(
        "INSERT INTO ticket_entry (id, ticket_id, kind, author, text, created_at)"
        " VALUES ('x', :t, 'mail_in', 'dana.reyes@asee.example', 'Rename Jane and Bob.', 1)",
        t=ticket,
    )
    assert "Bob" not in _take(jane).decode()


def test_what_became_of_a_mail_to_an_address_that_was_only_named_is_not_in_it(jane: Resident) -> None:
    """`suppressed` would tell that we have written there before: whose address it is, is told to nobody."""
    jane.desk.change("UPDATE message SET state = 'suppressed' WHERE kind = 'confirm_address'")
    document = json.loads(_take(jane))
    assert "suppressed" not in {mail["state"] for mail in document["message"]}
    assert [each["address"] for each in document["pending_address"]] == ["jane@new.example"]
    jane.desk.change("UPDATE earner_address SET address = 'jane@new.example' WHERE address = :a", a=JANES_OTHER)
    assert "suppressed" in {mail["state"] for mail in json.loads(_take(jane))["message"]}
