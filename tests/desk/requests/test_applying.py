"""An issuer's changes are made at once: all or none, recorded, told to everybody concerned."""

import json
from dataclasses import replace

import pytest

from desk.requests.orders import Change
from desk.words import Intent, Outcome, Role
from tests.desk.requests.conftest import DANA, JANE, STRANGER, Counter


def test_a_name_is_changed_recorded_and_told(counter: Counter) -> None:
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("  Jane  Doe "),))
    assert counter.name_of() == "Jane Doe"
    assert counter.desk.one("SELECT name_key FROM earner WHERE id = :id", id=counter.jane) == "doe jane"
    assert counter.written() == [("change_receipt", DANA), ("name_changed", JANE)]
    [change] = counter.desk.rows("SELECT * FROM record_change")
    assert (json.loads(change.before), json.loads(change.after)) == ({"name": "Jane Smith"}, {"name": "Jane Doe"})
    assert (change.asked_by, change.group_id, change.ticket_id) == (DANA, done.group_id, done.ticket_id)
    assert json.loads(change.evidence) == {"rule": "a-rule", "authentication": {"verdict": "pass"}}
    [facts] = counter.desk.facts("change_receipt")
    assert facts["group"] == done.group_id
    assert facts["undo_until"] == "2026-11-30"
    assert facts["reference"] == done.reference
    assert facts["in_reply_to"] == "mail1@asee.example"
    assert facts["changes"] == [
        {
            "kind": "name_change",
            "name": "Jane Smith",
            "address": JANE,
            "new_name": "Jane Doe",
            "new_address": None,
            "badge": None,
        }
    ]
    assert counter.ticket(done).state == "closed"
    assert counter.entries(done) == ["mail_in", "decision", "change", "mail_out", "state"]


def test_an_account_is_unlocked(counter: Counter) -> None:
    counter.desk.change("UPDATE account SET locked_at = 1, failed_logins = 10 WHERE earner_id = :id", id=counter.jane)
    counter.do(Outcome.APPLY, Intent.UNLOCK, changes=(Change(Intent.UNLOCK, counter.jane),))
    [account] = counter.desk.rows("SELECT * FROM account WHERE earner_id = :id", id=counter.jane)
    assert (account.locked_at, account.failed_logins) == (None, 0)
    assert counter.written() == [("account_unlocked", JANE), ("change_receipt", DANA)]


@pytest.mark.parametrize("kind", ["name", "unlock"])
def test_what_is_so_already_changes_nothing_and_is_answered_so(counter: Counter, kind: str) -> None:
    change = counter.rename("Jane Smith") if kind == "name" else Change(Intent.UNLOCK, counter.jane)
    counter.do(Outcome.APPLY, change.kind, changes=(change,))
    assert counter.written() == [("no_change_receipt", DANA)]
    assert not counter.desk.rows("SELECT * FROM record_change")


def test_an_order_that_knows_it_is_so_already_changes_nothing(counter: Counter) -> None:
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(),), done_already=True)
    assert counter.name_of() == "Jane Smith"
    assert counter.written() == [("no_change_receipt", DANA)]


def test_it_is_so_already_is_told_of_own_earners_only(counter: Counter) -> None:
    anna = counter.earner("anna@mail.example")
    done = counter.do(Outcome.APPLY, Intent.UNLOCK, changes=(Change(Intent.UNLOCK, anna),), done_already=True)
    assert counter.written() == [("ticket_received", DANA)]
    assert counter.ticket(done).state == "open"


def test_several_are_changed_together_or_not_at_all(counter: Counter) -> None:
    anna = counter.earner("anna@mail.example")  # holds no badge
    changes = (counter.rename(), counter.rename("Anna Meyer", anna))
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=changes)
    assert (counter.name_of(), counter.name_of(anna)) == ("Jane Smith", "Anna Müller")
    assert counter.written() == [("ticket_received", DANA)]
    assert counter.ticket(done).state == "open"
    [proposal] = counter.desk.rows("SELECT * FROM proposal")
    assert proposal.needs == "staff"
    assert [change["fault"] for change in json.loads(proposal.changes)] == [
        None,
        "this earner holds no badge of the issuer that asks",
    ]
    counter.give_badge("anna@mail.example", "mentor")
    counter.carry_out(counter.order(Outcome.APPLY, Intent.NAME_CHANGE, changes=changes))
    assert (counter.name_of(), counter.name_of(anna)) == ("Jane Doe", "Anna Meyer")
    assert len({row.group_id for row in counter.desk.rows("SELECT group_id FROM record_change")}) == 1


@pytest.mark.parametrize(
    ("new_name", "fault"),
    [
        ("", "missing"),
        ("x" * 201, "longer than 200"),
        ("Jane\nDoe", "line break"),
        ("=HYPERLINK(1)", "formula"),
        ("Jane www.bait.example", "link"),
        ("Jane \u202eeoD", "control"),
    ],
)
def test_no_name_that_is_none(counter: Counter, new_name: str, fault: str) -> None:
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(new_name),))
    assert counter.name_of() == "Jane Smith"
    assert fault in counter.desk.one("SELECT changes FROM proposal")


def test_one_person_twice_is_for_a_person_to_say(counter: Counter) -> None:
    changes = (counter.rename("Jane Doe"), counter.rename("Jane Roe"))
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=changes)
    assert counter.name_of() == "Jane Smith"
    assert "changed twice" in counter.desk.one("SELECT changes FROM proposal")


@pytest.mark.parametrize("role", [Role.CLAIMED_ISSUER, Role.EARNER, Role.UNKNOWN])
def test_nobody_but_an_issuer_changes_a_record(counter: Counter, role: Role) -> None:
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, role, changes=(counter.rename(),))
    assert counter.name_of() == "Jane Smith"
    assert counter.ticket(done).state == "open"


def test_another_issuers_contact_has_no_say(counter: Counter) -> None:
    norte = str(counter.desk.one("SELECT id FROM issuer WHERE slug = 'norte'"))
    asker = replace(counter.asker(Role.ISSUER), issuer_id=norte)
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, asker=asker, changes=(counter.rename(),))
    assert counter.name_of() == "Jane Smith"


def test_a_revoked_badge_gives_no_say_an_expired_one_does(counter: Counter) -> None:
    counter.desk.change("UPDATE assertion SET expires_on = '2020-01-01', state = 'expired'")
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Doe"),))
    assert counter.name_of() == "Jane Doe"
    counter.desk.change("UPDATE assertion SET state = 'revoked'")
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Roe"),))
    assert counter.name_of() == "Jane Doe"


def test_a_stranger_stops_notices_to_their_own_address(counter: Counter) -> None:
    done = counter.do(Outcome.APPLY, Intent.UNSUBSCRIBE, Role.UNKNOWN)
    [entry] = counter.desk.rows("SELECT * FROM suppression")
    assert (entry.address, entry.issuer_id, entry.stream) == (STRANGER, "", "notices")
    assert counter.written() == [("unsubscribed", STRANGER)]
    assert counter.ticket(done).state == "closed"


def test_an_earner_stops_notices_at_the_address_that_they_go_to(counter: Counter) -> None:
    asker = counter.asker(Role.EARNER, "jane@home.example")
    done = counter.do(Outcome.APPLY, Intent.UNSUBSCRIBE, Role.EARNER, asker=asker)
    stopped = {row.address for row in counter.desk.rows("SELECT address FROM suppression WHERE stream = 'notices'")}
    assert stopped == {JANE, "jane@home.example"}
    assert counter.written() == [("unsubscribed", "jane@home.example")]
    assert len(counter.desk.rows("SELECT * FROM record_change WHERE kind = 'unsubscribe'")) == 2
    assert done.group_id


def test_a_whole_list_is_one_receipt(counter: Counter) -> None:
    rows = "".join(
        f"p{number}@mail.example,Person {chr(97 + number % 26)}{chr(97 + number // 26)}\n" for number in range(300)
    )
    counter.desk.issue(f"email,name\n{rows}")
    changes = tuple(
        counter.rename(f"Changed {chr(97 + number % 26)}", counter.earner(f"p{number}@mail.example"))
        for number in range(300)
    )
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=changes)
    assert len(counter.desk.rows("SELECT * FROM record_change WHERE group_id = :g", g=done.group_id)) == 300
    [facts] = counter.desk.facts("change_receipt")
    assert 100 < len(facts["changes"]) <= 199


def test_a_change_with_a_fault_is_not_made(counter: Counter) -> None:
    change = replace(counter.rename(), fault="the badge may be changing hands")
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(change,))
    assert counter.name_of() == "Jane Smith"
    assert counter.ticket(done).state == "open"


def test_mails_that_wait_bear_the_new_name(counter: Counter) -> None:
    counter.give_badge(JANE, "mentor")
    counter.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="taller")
    taller = "(SELECT id FROM issuer WHERE slug = 'norte')"
    counter.desk.change(f"UPDATE message SET state = 'sent' WHERE issuer_id = {taller}")
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(),))
    assert {facts["name"] for facts in counter.desk.facts("issuance")} == {"Jane Doe", "Jane Smith"}
    assert counter.desk.facts("name_changed")[0]["old_name"] == "Jane Smith"
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Roe"),))
    assert [facts["name"] for facts in counter.desk.facts("name_changed")].count("Jane Doe") == 1, (
        "it tells what was done"
    )
