"""Asking for a name: the issuer gets it with a link that grants it, or staff do; and not all day long."""

import pytest

from badges.links import Purpose
from desk.accounts.asking_name import (
    MOST_A_DAY,
    SHOWN_FOR,
    NameAsked,
    NameRefused,
    ask_for_name,
    find_wish,
    list_askable,
)
from desk.requests.proposal_links import OpenProposal, agree_by_link
from tests.desk.accounts.door import ANNA, JANE, Door
from tests.desk.accounts.resident import SOURCE, Resident

ASEE = "American Society of Example Engineers"
WANTED = "Jane Smith-Doe"


@pytest.fixture
def jane(door: Door) -> Resident:
    return Resident(door)


def _ask(jane: Resident, name: str = WANTED, badge: str = "") -> NameAsked | NameRefused:
    return ask_for_name(jane.desk.office, jane.owner(), name, badge, SOURCE, jane.desk.now)


def _wish(jane: Resident) -> NameAsked | None:
    return find_wish(jane.desk.office, jane.owner(), jane.desk.now)


def test_the_issuer_grants_it_by_one_click(jane: Resident) -> None:
    assert _ask(jane) == NameAsked(WANTED, jane.desk.now, ASEE)
    assert _wish(jane) == NameAsked(WANTED, jane.desk.now, ASEE)
    [relayed] = jane.desk.mails("relayed_request")
    assert relayed.rcpt_to == "credentials@asee.example"
    [facts] = jane.desk.facts("relayed_request")
    assert (facts["name"], facts["text"]) == ("Jane Smith", f"Please change my name to: {WANTED}")
    assert [mail.rcpt_to for mail in jane.desk.mails("request_relayed")] == [JANE]
    assert jane.on_record()[JANE] == "Jane Smith", "asking alone changes nothing"
    grant = jane.desk.office.links.mint(Purpose.GRANT, [facts["proposal"]], jane.desk.now)
    assert isinstance(agree_by_link(jane.desk.office, Purpose.GRANT, grant, jane.desk.now), OpenProposal)
    assert jane.on_record()[JANE] == WANTED
    assert _wish(jane) is None
    assert ("name_asked", "owner") in jane.door.events()


def test_the_earner_chooses_whom_to_ask_and_a_name_that_others_vouch_for_needs_a_person(jane: Resident) -> None:
    jane.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="taller")
    with jane.desk.office.engine.connect() as connection:
        badges = list_askable(connection, jane.owner().earner_id)
    assert {badge.issuer_name for badge in badges} == {ASEE, "Taller Norte"}
    for badge in badges:
        assert _ask(jane, badge=badge.assertion_id) == NameAsked(WANTED, jane.desk.now, badge.issuer_name)
        jane.door.pass_by(minutes=1)
    assert {mail.rcpt_to for mail in jane.desk.mails("relayed_request")} == {
        "credentials@asee.example",
        "hola@norte.example",
    }
    assert all(facts["proposal"] is None for facts in jane.desk.facts("relayed_request"))


def test_another_persons_name_is_not_granted_by_a_click(jane: Resident) -> None:
    assert _ask(jane, "Bob Miller") == NameAsked("Bob Miller", jane.desk.now, ASEE)
    [facts] = jane.desk.facts("relayed_request")
    assert facts["proposal"] is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name"),
        ("Jane\nSmith", "name"),
        ("Jane\r\nBcc: x@y.example", "name"),
        ("Jane \u202eSmith", "name"),
        ("=HYPERLINK(1)", "name"),
        ("visit https://evil.example", "name"),
        ("J" * 201, "name"),
        ("J\u0430ne Smith", "name"),
        ("Jane Smith: call 555 0100", "name"),
        ("<b>Jane Smith</b>", "name"),
        ("Jane Smith", "same"),
        (" Jane  Smith ", "same"),
    ],
)
def test_what_is_no_new_name_is_refused(jane: Resident, name: str, code: str) -> None:
    assert _ask(jane, name) == NameRefused(code)
    assert jane.desk.one("SELECT count(*) FROM ticket") == 0


def test_other_peoples_badges_choose_nobody(jane: Resident) -> None:
    jane.desk.issue(f"email,name\n{ANNA},Anna Müller\n", badge="taller")
    for badge in (jane.desk.assertion_of(ANNA), "unknown"):
        assert _ask(jane, badge=badge) == NameRefused("badge")
    assert jane.desk.one("SELECT count(*) FROM ticket") == 0


def test_nobody_floods_the_issuer_or_our_staff(jane: Resident) -> None:
    for number in range(MOST_A_DAY):
        assert isinstance(_ask(jane, f"Jane Smith-{'abcdefgh'[number] * 3}"), NameAsked)
        jane.door.pass_by(minutes=1)
    assert _ask(jane) == NameRefused("often")
    assert len(jane.desk.mails("relayed_request")) == jane.desk.one("SELECT count(*) FROM ticket") == MOST_A_DAY
    jane.door.pass_by(days=1)
    assert _ask(jane) == NameAsked(WANTED, jane.desk.now, ASEE)


def test_an_issuer_that_we_cannot_write_to_leaves_it_to_staff(jane: Resident) -> None:
    jane.desk.change("UPDATE issuer SET support_email = 'badges@badges.example'")
    assert _ask(jane) == NameAsked(WANTED, jane.desk.now, None)
    assert jane.desk.one("SELECT state FROM ticket") == "open"


def test_a_wish_of_long_ago_is_not_shown(jane: Resident) -> None:
    _ask(jane)
    jane.desk.now += SHOWN_FOR
    assert _wish(jane) is None
