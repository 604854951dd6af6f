"""Changes that wait for somebody's word: contacts by signed link, the issuer by one click, staff by name."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.accounts.sessions import find_session, open_session
from desk.requests.carrying_out import CarriedOut
from desk.requests.expiring import expire_proposals
from desk.requests.orders import Change
from desk.requests.proposal_links import (
    LinkRefused,
    OpenProposal,
    agree_by_link,
    decline_by_link,
    read_proposal_link,
)
from desk.requests.proposals import ProposalState
from desk.requests.staff import TicketDone, TicketRefused
from desk.requests.staff_decisions import approve, decline, undo
from desk.words import Intent, Outcome, Role
from tests.desk.requests.conftest import DANA, JANE, ROBIN, Counter


@pytest.fixture
def asked(counter: Counter) -> CarriedOut:
    """Somebody who may be a contact wants another name for Jane."""
    return counter.do(Outcome.CONFIRM, Intent.NAME_CHANGE, Role.CLAIMED_ISSUER, changes=(counter.rename(),))


def _token(counter: Counter, asked: CarriedOut, at: timedelta = timedelta()) -> str:
    assert asked.proposal_id is not None
    return counter.token(Purpose.CONFIRM, asked.proposal_id, counter.contact_id(), at=at)


def test_contacts_are_asked_and_nobody_else_is_told(counter: Counter, asked: CarriedOut) -> None:
    assert counter.written() == [("confirm_request", DANA)]
    [facts] = counter.desk.facts("confirm_request")
    assert facts["writer"] == DANA
    assert facts["proposal"] == asked.proposal_id
    assert facts["contact"] == counter.contact_id()
    assert facts["expires"] == "2026-12-23"
    assert facts["changes"][0]["new_name"] == "Jane Doe"
    assert counter.name_of() == "Jane Smith"
    assert counter.ticket(asked).state == "waiting"


def test_every_contact_has_a_link_of_their_own(counter: Counter) -> None:
    counter.desk.change(
        "INSERT INTO issuer_contact (id, issuer_id, address) VALUES ('second', :i, 'lee@asee.example')",
        i=counter.issuer_id,
    )
    counter.do(Outcome.CONFIRM, Intent.NAME_CHANGE, Role.CLAIMED_ISSUER, changes=(counter.rename(),))
    assert {facts["contact"] for facts in counter.desk.facts("confirm_request")} == {"second", counter.contact_id()}


def test_looking_changes_nothing(counter: Counter, asked: CarriedOut) -> None:
    before = counter.desk.dump()
    found = read_proposal_link(counter.desk.office, Purpose.CONFIRM, _token(counter, asked), counter.desk.now)
    assert isinstance(found, OpenProposal)
    assert (found.state, found.decider.address, found.proposed.asked_by) == (ProposalState.PENDING, DANA, DANA)
    assert found.changes[0]["name"] == "Jane Smith"
    assert counter.desk.dump() == before


def test_a_contact_confirms_once(counter: Counter, asked: CarriedOut) -> None:
    token = _token(counter, asked)
    found = agree_by_link(counter.desk.office, Purpose.CONFIRM, token, counter.desk.now)
    assert isinstance(found, OpenProposal)
    assert found.state is ProposalState.APPLIED
    assert counter.name_of() == "Jane Doe"
    assert ("change_receipt", DANA) in counter.written()
    assert ("name_changed", JANE) in counter.written()
    assert counter.ticket(asked).state == "closed"
    [change] = counter.desk.rows("SELECT * FROM record_change")
    assert json.loads(change.evidence)["agreed_by"] == DANA
    before = counter.desk.dump()
    again = agree_by_link(counter.desk.office, Purpose.CONFIRM, token, counter.desk.now)
    assert isinstance(again, OpenProposal)
    assert again.state is ProposalState.APPLIED
    assert again.changes[0]["name"] == "Jane Smith", "as it was proposed"
    assert counter.desk.dump() == before


def test_a_contact_declines_and_then_nothing_works(counter: Counter, asked: CarriedOut) -> None:
    token = _token(counter, asked)
    found = decline_by_link(counter.desk.office, Purpose.CONFIRM, token, counter.desk.now)
    assert isinstance(found, OpenProposal)
    assert found.state is ProposalState.DECLINED
    assert counter.ticket(asked).state == "closed"
    after = agree_by_link(counter.desk.office, Purpose.CONFIRM, token, counter.desk.now)
    assert isinstance(after, OpenProposal)
    assert after.state is ProposalState.DECLINED
    assert counter.name_of() == "Jane Smith"
    assert counter.written() == [("confirm_request", DANA)], "who wrote is told nothing"


def test_links_of_others_open_nothing(counter: Counter, asked: CarriedOut) -> None:
    assert asked.proposal_id is not None
    office, now = counter.desk.office, counter.desk.now
    for purpose, token in [
        (Purpose.CONFIRM, "x"),
        (Purpose.CONFIRM, "é" * 50),
        (Purpose.CONFIRM, counter.token(Purpose.CONFIRM)),
        (Purpose.CONFIRM, counter.token(Purpose.CONFIRM, "nosuchproposal", counter.contact_id())),
        (Purpose.CONFIRM, counter.token(Purpose.GRANT, asked.proposal_id, counter.contact_id())),
        (Purpose.GRANT, counter.token(Purpose.GRANT, asked.proposal_id)),
    ]:
        assert agree_by_link(office, purpose, token, now) == LinkRefused(expired=False)
    for payload in ([asked.proposal_id], [asked.proposal_id, "nosuchcontact"]):
        refused = agree_by_link(office, Purpose.CONFIRM, counter.token(Purpose.CONFIRM, *payload), now)
        assert refused == LinkRefused(expired=True)
    assert counter.name_of() == "Jane Smith"


def test_who_is_no_contact_any_more_confirms_nothing(counter: Counter, asked: CarriedOut) -> None:
    token = _token(counter, asked)
    norte = counter.desk.one("SELECT id FROM issuer WHERE slug = 'norte'")
    counter.desk.change("UPDATE issuer_contact SET issuer_id = :n", n=norte)
    refused = agree_by_link(counter.desk.office, Purpose.CONFIRM, token, counter.desk.now)
    assert refused == LinkRefused(expired=True)


def test_after_thirty_days_it_is_too_late(counter: Counter, asked: CarriedOut) -> None:
    late = timedelta(days=30, seconds=1)
    office, now = counter.desk.office, counter.desk.now + late
    assert agree_by_link(office, Purpose.CONFIRM, _token(counter, asked), now) == LinkRefused(expired=True)
    found = agree_by_link(office, Purpose.CONFIRM, _token(counter, asked, at=late), now)
    assert isinstance(found, OpenProposal)
    assert found.state is ProposalState.EXPIRED
    assert counter.name_of() == "Jane Smith"


def test_a_record_that_has_moved_is_for_staff(counter: Counter, asked: CarriedOut) -> None:
    counter.desk.change("UPDATE earner SET name = 'Jane Roe' WHERE id = :id", id=counter.jane)
    found = agree_by_link(counter.desk.office, Purpose.CONFIRM, _token(counter, asked), counter.desk.now)
    assert isinstance(found, OpenProposal)
    assert found.state is ProposalState.FAILED
    assert counter.name_of() == "Jane Roe"
    assert counter.ticket(asked).state == "open"


def test_forged_requests_do_not_flood_the_contacts(counter: Counter) -> None:
    done = [
        counter.do(Outcome.CONFIRM, Intent.NAME_CHANGE, Role.CLAIMED_ISSUER, changes=(counter.rename(f"Jane {name}"),))
        for name in ("Ada", "Bea", "Cea", "Dea", "Eva", "Fay", "Gia")
    ]
    assert len(counter.desk.mails("confirm_request")) == 5
    assert [counter.ticket(one).state for one in done] == ["waiting"] * 5 + ["open"] * 2


def _propose(counter: Counter, *changes: Change, role: Role = Role.CLAIMED_ISSUER) -> CarriedOut:
    return counter.do(Outcome.APPROVE, changes[0].kind, role, changes=changes)


def test_staff_approve_a_new_address(counter: Counter) -> None:
    asked = _propose(counter, Change(Intent.EMAIL_CHANGE, counter.jane, new_address="Jane.Doe@New.example"))
    assert counter.written() == [("ticket_received", DANA)]
    serial = counter.desk.one("SELECT link_serial FROM account WHERE earner_id = :id", id=counter.jane)
    done = approve(counter.desk.office, str(asked.reference).lower(), ROBIN, counter.desk.now)
    assert done == TicketDone(str(asked.reference))
    rows = counter.desk.rows("SELECT address, is_primary FROM earner_address WHERE earner_id = :id", id=counter.jane)
    assert {row.address: bool(row.is_primary) for row in rows} == {
        "jane.doe@new.example": True,
        JANE: False,
        "jane@home.example": False,
    }
    told = {address for kind, address in counter.written() if kind == "address_changed"}
    assert told == {JANE, "jane.doe@new.example"}
    assert counter.desk.one("SELECT link_serial FROM account WHERE earner_id = :id", id=counter.jane) == serial + 1
    [facts] = counter.desk.facts("change_receipt")
    assert facts["in_reply_to"] == "mail1@asee.example"
    assert facts["re_subject"] == "A question about a badge"
    assert counter.ticket(asked).state == "closed"


def test_an_added_address_leaves_the_primary_one(counter: Counter) -> None:
    change = Change(Intent.EMAIL_CHANGE, counter.jane, new_address="new@mail.example", is_alternate=True)
    asked = _propose(counter, change)
    assert isinstance(approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now), TicketDone)
    assert counter.desk.one("SELECT is_primary FROM earner_address WHERE address = 'new@mail.example'") == 0
    assert counter.desk.one("SELECT is_primary FROM earner_address WHERE address = :a", a=JANE) == 1
    assert [(mail.rcpt_to, mail.kind) for mail in counter.desk.mails("address_added")] == [(JANE, "address_added")]
    assert counter.desk.mails("address_changed") == [], "mail goes where it went before"


@pytest.mark.parametrize("is_undone", [False, True])
def test_who_was_in_by_the_former_address_is_in_no_longer(counter: Counter, is_undone: bool) -> None:
    """Perhaps a stranger, whom the first mail had reached; or, when it is taken back, who has asked for it wrongly."""
    desk, new = counter.desk, Change(Intent.EMAIL_CHANGE, counter.jane, new_address="new@mail.example")
    asked = _propose(counter, new)
    if is_undone:
        approve(desk.office, str(asked.reference), ROBIN, desk.now)
    desk.change("UPDATE account SET password_hash = 'x', password_set_at = 1 WHERE earner_id = :id", id=counter.jane)
    account_id = desk.one("SELECT id FROM account WHERE earner_id = :id", id=counter.jane)
    with desk.office.engine.begin() as connection:
        token = open_session(connection, account_id, "192.0.2.1", desk.now)
    desk.change("INSERT INTO pending_address VALUES ('p', :id, 'more@mail.example', 1)", id=counter.jane)
    act = undo if is_undone else approve
    assert isinstance(act(desk.office, str(asked.reference), ROBIN, desk.now), TicketDone)
    with desk.office.engine.connect() as connection:
        assert find_session(connection, token, desk.now) is None
    account = desk.rows("SELECT password_hash, password_set_at FROM account WHERE id = :id", id=account_id)
    assert [tuple(row) for row in account] == [(None, None)]
    assert desk.rows("SELECT * FROM pending_address") == []


def test_nobody_is_given_somebody_elses_address(counter: Counter) -> None:
    asked = _propose(counter, Change(Intent.EMAIL_CHANGE, counter.jane, new_address="anna@mail.example"))
    refused = approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    assert isinstance(refused, TicketRefused)
    assert "another earner" in refused.reason
    assert counter.desk.one("SELECT state FROM proposal") == "pending"
    declined = decline(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now, "It is taken.")
    assert isinstance(declined, TicketDone)
    assert counter.desk.facts("request_declined")[0]["reason"] == "It is taken."
    assert counter.ticket(asked).state == "closed"


def test_staff_approve_a_revocation(counter: Counter) -> None:
    asked = _propose(counter, Change(Intent.REVOKE, counter.jane))
    assert isinstance(approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now), TicketDone)
    assert counter.desk.one("SELECT state FROM assertion WHERE earner_id = :id", id=counter.jane) == "revoked"
    assert counter.desk.facts("badge_revoked")[0]["badge"] == "Bridge Inspector"


def test_which_of_two_badges_must_be_said(counter: Counter) -> None:
    counter.give_badge(JANE, "mentor")
    asked = _propose(counter, Change(Intent.REVOKE, counter.jane))
    refused = approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    assert isinstance(refused, TicketRefused)
    assert "which badge" in refused.reason


def test_another_issuers_badge_is_not_revoked(counter: Counter) -> None:
    counter.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="taller")
    other = counter.desk.one(
        "SELECT a.id FROM assertion a JOIN badge_class b ON b.id = badge_class_id WHERE slug = 'taller'"
    )
    asked = _propose(counter, Change(Intent.REVOKE, counter.jane, assertion_id=other))
    refused = approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    assert isinstance(refused, TicketRefused)
    assert counter.desk.one("SELECT state FROM assertion WHERE id = :id", id=other) == "issued"


def test_staff_may_take_only_what_is_sound(counter: Counter) -> None:
    anna = counter.earner("anna@mail.example")
    asked = _propose(counter, counter.rename(), counter.rename("Anna Meyer", anna), counter.rename("Nobody", ""))
    refused = approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    assert isinstance(refused, TicketRefused)
    assert "number 2" in refused.reason
    assert "number 3" in refused.reason
    assert counter.name_of() == "Jane Smith"
    done = approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now, [counter.rename("Jane Döe")])
    assert isinstance(done, TicketDone)
    assert counter.name_of() == "Jane Döe"


def test_staff_approve_mails_too(counter: Counter) -> None:
    change = Change(Intent.PASSWORD_RESET, counter.jane)
    asked = _propose(counter, change)
    assert isinstance(approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now), TicketDone)
    assert ("password_link", JANE) in counter.written()
    assert ("link_sent", DANA) in counter.written()


def test_an_earners_request_is_relayed_with_a_link(counter: Counter) -> None:
    done = counter.do(Outcome.REDIRECT, Intent.NAME_CHANGE, Role.EARNER, changes=(counter.rename("Jane Doe"),))
    assert counter.written() == [("relayed_request", "credentials@asee.example"), ("request_relayed", JANE)]
    [facts] = counter.desk.facts("relayed_request")
    assert facts["proposal"] == done.proposal_id
    assert (facts["address"], facts["text"]) == (JANE, "Please see to it.")
    assert counter.ticket(done).state == "waiting"
    token = counter.token(Purpose.GRANT, str(done.proposal_id))
    found = agree_by_link(counter.desk.office, Purpose.GRANT, token, counter.desk.now)
    assert isinstance(found, OpenProposal)
    assert counter.name_of() == "Jane Doe"
    assert ("change_receipt", "credentials@asee.example") in counter.written()
    assert ("name_changed", JANE) in counter.written()


def test_an_issuer_that_says_no_is_heard_by_the_earner(counter: Counter) -> None:
    done = counter.do(Outcome.REDIRECT, Intent.UNLOCK, Role.EARNER)
    token = counter.token(Purpose.GRANT, str(done.proposal_id))
    decline_by_link(counter.desk.office, Purpose.GRANT, token, counter.desk.now)
    assert ("request_declined", JANE) in counter.written()
    assert counter.ticket(done).state == "closed"


@pytest.mark.parametrize("why", ["another person", "no name", "somebody else", "shared", "certificate"])
def test_what_one_click_must_not_grant_is_relayed_without_a_link(counter: Counter, why: str) -> None:
    intent = Intent.PDF_CERTIFICATE if why == "certificate" else Intent.NAME_CHANGE
    change = counter.rename("Robert Jones" if why == "another person" else "Jane Doe")
    if why == "no name":
        change = replace(change, new_name=None)
    if why == "somebody else":
        change = replace(change, earner_id=counter.earner("anna@mail.example"))
    if why == "shared":
        counter.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="taller")
        asee = counter.desk.one("SELECT id FROM assertion WHERE issued_on = '2026-05-02'")
        change = replace(change, assertion_id=asee)
    done = counter.do(Outcome.REDIRECT, intent, Role.EARNER, changes=(change,))
    assert done.proposal_id is None
    assert counter.desk.facts("relayed_request")[0]["changes"] is None
    assert counter.desk.mails("relayed_request")[0].rcpt_to == "credentials@asee.example"
    assert counter.ticket(done).state == "closed"


def test_the_newest_badges_issuer_is_asked(counter: Counter) -> None:
    counter.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="taller")
    counter.do(Outcome.REDIRECT, Intent.UNLOCK, Role.EARNER)
    assert [mail.rcpt_to for mail in counter.desk.mails("relayed_request")] == ["hola@norte.example"]


def test_forged_requests_do_not_flood_the_issuer(counter: Counter) -> None:
    done = [counter.do(Outcome.REDIRECT, Intent.PDF_CERTIFICATE, Role.EARNER) for _ in range(7)]
    assert len(counter.desk.mails("relayed_request")) == 5
    assert [counter.ticket(one).state for one in done[-2:]] == ["open", "open"]


def test_who_has_no_badge_has_nobody_to_ask(counter: Counter) -> None:
    anna = counter.earner("anna@mail.example")
    asker = replace(counter.asker(Role.EARNER, "anna@mail.example"), earner_id=anna)
    done = counter.do(Outcome.REDIRECT, Intent.UNLOCK, Role.EARNER, asker=asker)
    assert counter.written() == [("ticket_received", "anna@mail.example")]
    assert counter.ticket(done).state == "open"


def test_what_nobody_answers_in_time_waits_no_more(counter: Counter, asked: CarriedOut) -> None:
    office, late = counter.desk.office, counter.desk.now + timedelta(days=30)
    for_staff = _propose(counter, counter.rename("Jane Roe"))
    other = counter.do(Outcome.CONFIRM, Intent.NAME_CHANGE, Role.CLAIMED_ISSUER, changes=(counter.rename(),))
    counter.desk.change("UPDATE ticket SET state = 'open' WHERE id = :id", id=other.ticket_id)
    assert expire_proposals(office, late - timedelta(seconds=1)) == 0
    assert expire_proposals(office, late) == 2
    assert expire_proposals(office, late) == 0
    states = {done.ticket_id: counter.ticket(done).state for done in (asked, other, for_staff)}
    assert list(states.values()) == ["closed", "open", "open"]
    assert isinstance(approve(office, str(for_staff.reference), ROBIN, late + timedelta(days=300)), TicketDone)
