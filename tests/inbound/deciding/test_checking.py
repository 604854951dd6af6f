"""What a request comes to: the support policy's footnote 1 and what its section 4 says of people."""

import pytest

from desk.words import NAMES_ITS_EARNER, Intent
from inbound.deciding.checking import check_request
from inbound.facts import Doubt, Lack, Problem
from inbound.understanding.particulars import Standing
from tests.inbound.deciding.people import (
    ASEE,
    NORTE,
    STRANGER,
    find,
    lose,
    make_contact,
    make_earner,
    make_holding,
    make_self,
    name,
    wish,
)

JANE = make_earner()
PRIYA = make_earner("Priya Natarajan")
SHARED = make_earner("Sam Lee", make_holding(), make_holding(NORTE))
THEIRS = make_earner("Grace Okonkwo", make_holding(NORTE))
TWICE = make_earner("Bob O'Neill", make_holding(), make_holding(badge="mentor"))
RENAME = wish(Intent.NAME_CHANGE)


def test_a_sound_rename_has_its_change_and_nothing_against_it() -> None:
    checked = check_request(make_contact(), RENAME, name(find(JANE, new_name="Jane Okafor")))
    assert (checked.lacks, checked.problems, checked.doubts) == (frozenset(), frozenset(), frozenset())
    [change] = checked.changes
    assert (change.earner_id, change.new_name, change.fault) == (JANE.earner_id, "Jane Okafor", None)
    assert checked.issuer is ASEE


@pytest.mark.parametrize("intent", sorted(NAMES_ITS_EARNER))
def test_nobody_named_is_asked_for(intent: Intent) -> None:
    assert Lack.EARNER in check_request(make_contact(), wish(intent), name()).lacks


def test_a_name_that_was_given_is_not_asked_for_again() -> None:
    checked = check_request(make_contact(), RENAME, name(loose_name="Jane Okafor"))
    assert checked.lacks == {Lack.EARNER}
    assert [change.new_name for change in checked.changes] == ["Jane Okafor"]


@pytest.mark.parametrize(
    ("intent", "person", "lack"),
    [
        (Intent.NAME_CHANGE, find(JANE), Lack.NEW_NAME),
        (Intent.EMAIL_CHANGE, find(JANE), Lack.NEW_ADDRESS),
        (Intent.REVOKE, find(TWICE), Lack.BADGE),
    ],
)
def test_what_is_needed_and_missing_is_asked_for_before_anything_else(intent: Intent, person, lack: Lack) -> None:
    checked = check_request(make_contact(), wish(intent), name(person))
    assert (checked.lacks, checked.problems) == ({lack}, frozenset())
    assert [change.earner_id for change in checked.changes] == [person.earner.earner_id], "what is known so far"


def test_the_one_badge_of_an_earner_need_not_be_named() -> None:
    [change] = check_request(make_contact(), wish(Intent.REVOKE), name(find(JANE))).changes
    assert change.assertion_id == "asee-bridge"


def test_a_badge_that_is_named_is_the_one() -> None:
    person = find(TWICE, holding=make_holding(badge="mentor"))
    [change] = check_request(make_contact(), wish(Intent.REVOKE), name(person)).changes
    assert change.assertion_id == "asee-mentor"


@pytest.mark.parametrize(
    ("person", "problem"),
    [
        (lose(new_name="A B"), Problem.NOT_FOUND),
        (lose(standing=Standing.AMBIGUOUS, new_name="A B"), Problem.AMBIGUOUS),
        (lose(standing=Standing.CONTRADICTORY, new_name="A B"), Problem.CONTRADICTORY),
        (find(THEIRS, new_name="Grace Bell"), Problem.NOT_THEIRS),
    ],
)
def test_who_is_not_told_apart_or_not_theirs_is_a_problem(person, problem: Problem) -> None:
    checked = check_request(make_contact(), RENAME, name(person))
    assert checked.problems == {problem}
    assert not checked.changes


@pytest.mark.parametrize(
    ("person", "doubts"),
    [
        (find(JANE, new_name="Liam Fitzgerald"), {Doubt.ANOTHER_NAME}),
        (find(SHARED, new_name="Samuel Lee"), {Doubt.SHARED_EARNER}),
        (find(SHARED, new_name="Liam Fitzgerald"), {Doubt.ANOTHER_NAME, Doubt.SHARED_EARNER}),
    ],
)
def test_a_rename_that_a_person_should_see_first_is_in_doubt(person, doubts: set[Doubt]) -> None:
    checked = check_request(make_contact(), RENAME, name(person))
    assert checked.doubts == doubts
    assert checked.changes, "it could be made"


def test_only_renames_touch_another_issuers_badge() -> None:
    assert not check_request(make_contact(), wish(Intent.UNLOCK), name(find(SHARED))).doubts


def test_what_is_asked_for_later_is_in_doubt() -> None:
    later = wish(Intent.UNLOCK, is_deferred=True)
    assert check_request(make_contact(), later, name(find(JANE))).doubts == {Doubt.DEFERRED}


def test_what_is_so_already_is_told_and_nothing_speaks_against_it() -> None:
    unlocked = make_earner("Sam Lee", make_holding(), make_holding(NORTE), is_locked=False)
    for intent, person in ((Intent.UNLOCK, find(unlocked)), (Intent.NAME_CHANGE, find(unlocked, new_name="Sam  Lee"))):
        checked = check_request(make_contact(), wish(intent, is_deferred=True), name(person))
        assert checked.is_done_already
        assert not checked.doubts


def test_an_accent_alone_is_a_change() -> None:
    jose = make_earner("Jose Nunez")
    assert not check_request(make_contact(), RENAME, name(find(jose, new_name="José Núñez"))).is_done_already


def test_of_several_people_one_that_fails_puts_all_before_staff_and_is_named() -> None:
    people = name(find(JANE, new_name="Jane Okafor"), lose("Rosa Delgado", new_name="Rosa Diaz"))
    checked = check_request(make_contact(), RENAME, people)
    assert (checked.lacks, checked.problems) == (frozenset(), frozenset())
    assert checked.doubts == {Doubt.ONE_OF_SEVERAL}
    assert [change.fault for change in checked.changes] == [None]
    assert any("Rosa Delgado" in fault for fault in checked.faults)


def test_of_several_people_each_change_bears_its_own_fault() -> None:
    people = name(find(JANE, new_name="Jane Okafor"), find(PRIYA, new_name="Liam Fitzgerald"))
    checked = check_request(make_contact(), RENAME, people)
    assert {Doubt.ONE_OF_SEVERAL, Doubt.ANOTHER_NAME} == checked.doubts
    assert [change.fault is None for change in checked.changes] == [True, False]


def test_one_person_with_two_new_names_is_for_staff() -> None:
    twice = name(find(JANE, new_name="Jane Okafor"), find(JANE, new_name="Jane Okonkwo"))
    checked = check_request(make_contact(), RENAME, twice)
    assert checked.doubts == {Doubt.ONE_OF_SEVERAL}
    assert "two new names" in checked.faults[-1]


def test_what_all_of_several_lack_is_asked_for() -> None:
    assert check_request(make_contact(), RENAME, name(find(JANE), find(PRIYA))).lacks == {Lack.NEW_NAME}


def test_several_people_who_are_all_sound_are_in_no_doubt() -> None:
    checked = check_request(make_contact(), wish(Intent.UNLOCK), name(find(JANE), find(PRIYA)))
    assert not checked.doubts
    assert len(checked.changes) == 2


def test_an_issuer_has_only_its_own_badges_sent_again() -> None:
    changes = check_request(make_contact(), wish(Intent.RESEND), name(find(SHARED))).changes
    assert [change.assertion_id for change in changes] == ["asee-bridge"]


def test_of_a_contact_of_two_issuers_the_one_of_the_named_earner_decides() -> None:
    contact = make_contact(ASEE, NORTE)
    assert check_request(contact, wish(Intent.UNLOCK), name(find(THEIRS))).issuer is NORTE
    assert check_request(contact, wish(Intent.UNLOCK), name(find(JANE))).issuer is ASEE


def test_an_earner_asks_for_themselves() -> None:
    checked = check_request(make_self(JANE), RENAME, name(loose_name="Jane Okafor"))
    assert checked.earners == (JANE,)
    [change] = checked.changes
    assert (change.earner_id, change.new_name) == (JANE.earner_id, "Jane Okafor")


def test_an_earner_who_asks_for_somebody_else_is_read_by_a_person() -> None:
    checked = check_request(make_self(JANE), wish(Intent.UNLOCK), name(find(PRIYA)))
    assert checked.problems == {Problem.OTHER_EARNER}
    assert not checked.changes


def test_an_earner_unsubscribes_nobody_else() -> None:
    checked = check_request(make_self(JANE), wish(Intent.UNSUBSCRIBE), name(find(PRIYA)))
    assert checked.problems == {Problem.OTHER_EARNER}
    own = check_request(make_self(JANE), wish(Intent.UNSUBSCRIBE), name(lose("jane.old@mail.example")))
    assert not own.problems
    assert [change.earner_id for change in own.changes] == [JANE.earner_id]


def test_an_earner_who_asks_for_somebody_unknown_gets_nothing_of_their_own() -> None:
    checked = check_request(make_self(JANE), wish(Intent.PASSWORD_RESET), name(lose("A colleague")))
    assert checked.problems == {Problem.OTHER_EARNER}
    assert not check_request(make_self(JANE), RENAME, name(lose("Jane Okafor"))).problems, "a name of their own"


def test_an_earner_may_speak_of_others_where_nothing_is_done_for_them() -> None:
    assert not check_request(make_self(JANE), wish(Intent.LINKEDIN_ADD), name(find(PRIYA))).problems


def test_a_strangers_word_changes_nothing() -> None:
    for intent in Intent:
        checked = check_request(STRANGER, wish(intent), name(find(JANE, new_name="Jane Okafor")))
        assert not checked.changes
        assert checked.earners == (JANE,)
