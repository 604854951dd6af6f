"""An answer to our question: what it adds, and what it must not."""

import pytest

from desk.requests.asking import OpenRequest
from desk.requests.orders import Change
from desk.words import Intent
from inbound.deciding.merging import continue_wish, doubt_reply, merge_particulars
from inbound.facts import Lack
from inbound.understanding.wish import Confidence
from tests.inbound.deciding.people import find, lose, make_earner, make_holding, name, wish

JANE = make_earner()
TWICE = make_earner("Bob Neill", make_holding(), make_holding(badge="mentor"))
KNOWN = {JANE.earner_id: JANE, TWICE.earner_id: TWICE}


def ask(intent: Intent, *lacks: str, **change: object) -> OpenRequest:
    known = (Change(intent, **change),) if change else ()  # type: ignore[arg-type]
    return OpenRequest(intent, known, lacks)


def test_a_short_reply_goes_on_with_the_request() -> None:
    request = ask(Intent.UNLOCK, "earner")
    continued = continue_wish(request, wish(Intent.OTHER, confidence=Confidence.UNSURE), "Jane Smith")
    assert continued is not None
    assert (continued.intent, continued.confidence) == (Intent.UNLOCK, Confidence.SURE)


def test_a_reply_that_plainly_asks_for_something_else_is_a_request_of_its_own() -> None:
    assert continue_wish(ask(Intent.UNLOCK, "earner"), wish(Intent.REVOKE), "Revoke it.") is None


@pytest.mark.parametrize(
    "reply", [name(loose_name="Jane Okafor"), name(lose("Jane Okafor")), name(find(JANE, new_name="Jane Okafor"))]
)
def test_a_name_alone_is_the_new_name_of_whom_the_question_was_about(reply) -> None:
    request = ask(Intent.NAME_CHANGE, "new_name", earner_id=JANE.earner_id)
    [person] = merge_particulars(request, KNOWN, reply, "It is Jane Okafor.").people
    assert (person.earner, person.new_name) == (JANE, "Jane Okafor")


def test_a_new_name_that_was_given_is_for_whom_the_reply_names() -> None:
    request = ask(Intent.NAME_CHANGE, "earner", earner_id="", new_name="Jane Okafor")
    [person] = merge_particulars(request, {}, name(find(JANE)), "").people
    assert (person.earner, person.new_name) == (JANE, "Jane Okafor")


def test_an_address_alone_is_the_new_address() -> None:
    request = ask(Intent.EMAIL_CHANGE, "new_address", earner_id=JANE.earner_id)
    [person] = merge_particulars(request, KNOWN, name(lose("jane@new.example")), "").people
    assert person.new_address == "jane@new.example"


def test_the_badge_is_told_by_its_name_in_the_reply() -> None:
    request = ask(Intent.REVOKE, "badge", earner_id=TWICE.earner_id)
    [person] = merge_particulars(request, KNOWN, name(), "The Mentor one, please.").people
    assert person.holding is not None
    assert person.holding.badge_slug == "mentor"
    [unclear] = merge_particulars(request, KNOWN, name(), "Both, Bridge and Mentor.").people
    assert unclear.holding is None


def test_a_reply_without_what_was_asked_for_leaves_it_missing() -> None:
    request = ask(Intent.NAME_CHANGE, "new_name", earner_id=JANE.earner_id)
    [person] = merge_particulars(request, KNOWN, name(), "Will do!").people
    assert (person.earner, person.new_name) == (JANE, None)


def test_somebody_else_in_the_reply_does_not_replace_the_first() -> None:
    request = ask(Intent.UNLOCK, "earner", earner_id=JANE.earner_id)
    people = merge_particulars(request, KNOWN, name(find(TWICE)), "").people
    assert [person.earner for person in people] == [JANE, TWICE]


@pytest.mark.parametrize(
    "text", ["John Smith will tell you.", "Ask John Smith", "I spoke to John Smith.", "John Smith?"]
)
def test_a_name_in_passing_is_no_new_name(text: str) -> None:
    request = ask(Intent.NAME_CHANGE, "new_name", earner_id=JANE.earner_id)
    [person] = merge_particulars(request, KNOWN, name(lose("John Smith")), text).people
    assert person.new_name is None


@pytest.mark.parametrize(
    "text",
    ["Not her, please.", "Jane Smith, but only once she has paid.", "Jane Smith, is that allowed?", "It is fine now."],
)
def test_a_reply_with_a_but_is_not_sure(text: str) -> None:
    continued = continue_wish(ask(Intent.UNLOCK, "earner"), wish(Intent.OTHER, confidence=Confidence.UNSURE), text)
    assert continued is not None
    assert continued.confidence is Confidence.LIKELY


def test_a_reply_that_brings_nothing_is_for_a_person() -> None:
    request = ask(Intent.NAME_CHANGE, "new_name")
    assert doubt_reply(wish(Intent.NAME_CHANGE), request, {Lack.NEW_NAME}).confidence is Confidence.UNSURE
    assert doubt_reply(wish(Intent.NAME_CHANGE), request, {Lack.EARNER}).confidence is Confidence.SURE
