"""From a decision to an order."""

from dataclasses import replace

from desk.requests.orders import Change, MailThread
from desk.words import Intent, Outcome, Role
from inbound.deciding.checking import Checked
from inbound.deciding.ordering import demand_change, describe_asker, make_order
from inbound.facts import Facts, Lack
from inbound.rules.rule import Decided
from tests.inbound.deciding.people import ASEE, STRANGER, make_contact, make_earner, make_self

APPLY = Decided(Outcome.APPLY, Intent.UNLOCK, "issuer-decides", "because", Intent.UNLOCK)
CHANGE = Change(Intent.UNLOCK, "jane")


def test_what_would_be_done_needs_something_to_do() -> None:
    facts = Facts(role=Role.ISSUER, intent=Intent.UNLOCK)
    ticket = demand_change(APPLY, facts, Checked())
    assert (ticket.outcome, ticket.rule) == (Outcome.TICKET, "issuer-decides")
    assert ticket.reason == "because; but nothing says what would be changed"
    assert demand_change(APPLY, facts, Checked(changes=(CHANGE,))) is APPLY
    assert demand_change(APPLY, replace(facts, is_done_already=True), Checked()) is APPLY


def test_a_stranger_may_stop_mail_to_the_own_address() -> None:
    stop = replace(APPLY, intent=Intent.UNSUBSCRIBE)
    stranger = Facts(role=Role.UNKNOWN, intent=Intent.UNSUBSCRIBE)
    assert demand_change(stop, stranger, Checked()) is stop


def test_an_answer_changes_nothing_and_needs_nothing() -> None:
    answer = replace(APPLY, outcome=Outcome.ANSWER)
    assert demand_change(answer, Facts(), Checked()) is answer


def test_an_asker_speaks_for_the_issuer_that_was_found_and_for_no_other() -> None:
    earner = make_earner()
    contact = describe_asker(make_contact(), ASEE, "Dana", "es")
    assert (contact.role, contact.issuer_id, contact.earner_id, contact.language) == (Role.ISSUER, "asee", None, "es")
    assert describe_asker(make_self(earner), None, "", "en").earner_id == earner.earner_id
    assert describe_asker(STRANGER, None, "", "en").issuer_id is None


def test_an_order_says_what_why_and_what_is_missing() -> None:
    asker = describe_asker(make_contact(), ASEE, "Dana", "en")
    thread = MailThread("raw", "one@asee.example", (), "A name")
    checked = Checked(changes=(CHANGE,), lacks=frozenset({Lack.NEW_NAME, Lack.EARNER}), faults=("Jane: no name",))
    decided = replace(APPLY, outcome=Outcome.ASK, reply=Intent.RESEND, queue="names", priority=1, note="look")
    order = make_order(decided, Facts(text="Please."), asker, checked, thread, {"from": "x"}, "ticket")
    assert (order.outcome, order.changes, order.lacks) == (Outcome.ASK, (CHANGE,), ("earner", "new_name"))
    assert (order.reason, order.text, order.ticket_id) == ("because; Jane: no name", "Please.", "ticket")
    assert (order.guide, order.queue, order.priority, order.note) == (Intent.RESEND, "names", 1, "look")
    assert not order.done_already


def test_what_is_so_already_is_told_and_not_done() -> None:
    asker = describe_asker(make_contact(), ASEE, "", "en")
    thread = MailThread("raw", "", (), "")
    order = make_order(APPLY, Facts(), asker, Checked(is_done_already=True), thread, {})
    assert order.done_already
    assert order.guide is None
