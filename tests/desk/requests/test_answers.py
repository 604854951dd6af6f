"""Who is answered, with what, and when nobody is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.requests.answering import sweep_answers
from desk.requests.carrying_out import OUTCOMES
from desk.requests.orders import Change, MailThread
from desk.requests.replies import ANSWERS
from desk.requests.staff_decisions import decline
from desk.words import Intent, Outcome, Role
from mailer.notices import NOTICES
from tests.desk.requests.conftest import DANA, JANE, ROBIN, STRANGER, Counter

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("intent", ANSWERS)
@pytest.mark.parametrize("role", Role)
def test_every_question_has_an_answer_for_everybody(counter: Counter, intent: Intent, role: Role) -> None:
    done = counter.do(Outcome.ANSWER, intent, role)
    assert done.is_answered
    assert counter.written() == [(ANSWERS[intent], counter.asker(role).address)]
    [facts] = counter.desk.facts(ANSWERS[intent])
    assert facts["badge"] == ("Bridge Inspector" if role is Role.EARNER else None)
    assert facts["re_subject"] == (None if role is Role.UNKNOWN else "A question about a badge")
    assert counter.ticket(done).state == "closed"


@pytest.mark.parametrize("verdict", ["fail", "none", "unclear"])
def test_the_subject_is_repeated_to_nobody_whose_address_may_be_forged(counter: Counter, verdict: str) -> None:
    counter.do(Outcome.ANSWER, Intent.LINKEDIN_ADD, Role.EARNER, evidence={"authentication": {"verdict": verdict}})
    [facts] = counter.desk.facts("answer_linkedin_add")
    assert facts["re_subject"] is None


def test_answers_are_answers() -> None:
    assert all(NOTICES[kind].answers for kind in ANSWERS.values())
    assert set(OUTCOMES) == set(Outcome) - {Outcome.DROP, Outcome.BOUNCE}


def test_a_rule_may_name_another_guide(counter: Counter) -> None:
    counter.do(Outcome.ANSWER, Intent.OTHER, Role.EARNER, guide=Intent.LINKEDIN_ADD)
    assert counter.written() == [("answer_linkedin_add", JANE)]


def test_what_no_guide_answers_is_for_a_person(counter: Counter) -> None:
    done = counter.do(Outcome.ANSWER, Intent.PRIVACY, Role.EARNER)
    assert counter.written() == [("ticket_received", JANE)]
    assert counter.ticket(done).state == "open"


@pytest.mark.parametrize("outcome", [Outcome.DROP, Outcome.BOUNCE])
def test_what_nobody_asked_leaves_no_trace(counter: Counter, outcome: Outcome) -> None:
    before = counter.desk.dump()
    assert counter.do(outcome, Intent.OTHER, Role.UNKNOWN).ticket_id is None
    assert counter.desk.dump() == before


@pytest.mark.parametrize(
    ("role", "intent", "is_told"),
    [
        (Role.ISSUER, Intent.OTHER, True),
        (Role.CLAIMED_ISSUER, Intent.ABUSE, True),
        (Role.EARNER, Intent.OTHER, True),
        (Role.UNKNOWN, Intent.PRIVACY, True),
        (Role.UNKNOWN, Intent.OTHER, False),
        (Role.UNKNOWN, Intent.ABUSE, False),
    ],
)
def test_who_is_told_that_a_person_reads_it(counter: Counter, role: Role, intent: Intent, is_told: bool) -> None:
    done = counter.do(Outcome.TICKET, intent, role, queue="privacy", priority=2, note="Look at once.")
    assert [kind for kind, _ in counter.written()] == ["ticket_received"] * is_told
    ticket = counter.ticket(done)
    assert (ticket.state, ticket.queue, ticket.priority) == ("open", "privacy", 2)
    assert "Look at once." in counter.notes(done)


def test_one_answer_about_the_same_a_day_and_five_in_all(counter: Counter) -> None:
    def ask(intent: Intent, after: timedelta) -> str | None:
        return counter.carry_out(counter.order(Outcome.ANSWER, intent, Role.UNKNOWN), after).silence

    intents = list(ANSWERS)
    assert ask(intents[0], HOUR) is None
    assert "about the same" in str(ask(intents[0], 2 * HOUR))
    assert [ask(intent, 3 * HOUR) for intent in intents[1:5]] == [None] * 4
    assert "5 answers" in str(ask(intents[5], 4 * HOUR))
    assert "about the same" in str(ask(intents[0], 25 * HOUR - timedelta(seconds=1)))
    assert ask(intents[0], 25 * HOUR + timedelta(seconds=1)) is None
    assert len(counter.written()) == 6
    assert len(counter.desk.rows("SELECT * FROM ticket")) == 9, "what is not answered is kept all the same"


def test_what_no_limit_counts_any_more_is_forgotten(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    counter.do(Outcome.ANSWER, Intent.LINKEDIN_ADD, Role.UNKNOWN)
    counter.carry_out(counter.order(Outcome.ANSWER, Intent.LINKEDIN_ADD, Role.EARNER), HOUR)
    assert sweep_answers(office, now + timedelta(days=1) - timedelta(microseconds=1)) == 0
    assert sweep_answers(office, now + timedelta(days=1)) == 1
    again = counter.carry_out(counter.order(Outcome.ANSWER, Intent.LINKEDIN_ADD, Role.EARNER), 24 * HOUR)
    assert "about the same" in str(again.silence), "what still counts is kept"
    assert sweep_answers(office, now + timedelta(days=2)) == 1
    assert counter.desk.rows("SELECT * FROM automatic_answer") == []


def test_what_is_over_the_limit_is_done_and_not_answered(counter: Counter) -> None:
    counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Doe"),))
    later = counter.order(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Roe"),))
    done = counter.carry_out(later, HOUR)
    assert counter.name_of() == "Jane Roe"
    assert len(counter.desk.mails("change_receipt")) == 1
    assert len(counter.desk.mails("name_changed")) == 2
    assert "not answered" in counter.notes(done)


def test_nobody_gets_two_answers_to_one_mail(counter: Counter) -> None:
    order = counter.order(Outcome.ANSWER, Intent.UNLOCK, Role.UNKNOWN)
    counter.carry_out(order)
    again = counter.carry_out(replace(order, intent=Intent.REGISTRATION))
    assert again.silence == "this mail was answered before"
    assert len(counter.written()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no address",
        "support@badges.example",
        "badges@badges.example",
        "notices@badges.example",
        "reply+abc@mail.badges.example",
        "bounce+abc@mail.badges.example",
    ],
)
def test_no_address_of_ours_is_answered(counter: Counter, address: str) -> None:
    done = counter.do(Outcome.ANSWER, Intent.UNLOCK, Role.UNKNOWN, asker=counter.asker(Role.UNKNOWN, address))
    assert not done.is_answered
    assert counter.written() == []


@pytest.mark.parametrize(("stream", "is_answered"), [("", False), ("account", False), ("notices", True)])
def test_suppressed_addresses_are_not_answered(counter: Counter, stream: str, is_answered: bool) -> None:
    counter.desk.change(
        "INSERT INTO suppression (address, issuer_id, stream, reason, created_at) VALUES (:a, '', :s, 'x', 0)",
        a=STRANGER,
        s=stream,
    )
    assert counter.do(Outcome.ANSWER, Intent.UNLOCK, Role.UNKNOWN).is_answered is is_answered


def test_hostile_words_do_no_harm(counter: Counter) -> None:
    nasty = "\x00\ud800\r\nBcc: all@example.example\u202e<script>" + "x" * 100_000
    thread = MailThread("raw-nasty", nasty, (nasty, "a b", "<c@d.example>", "e@f.example"), nasty)
    asker = replace(counter.asker(Role.EARNER), name=nasty)
    done = counter.do(
        Outcome.REDIRECT, Intent.UNLOCK, Role.EARNER, thread=thread, asker=asker, text=nasty, reason=nasty, note=nasty
    )
    assert done.is_answered
    [facts] = counter.desk.facts("request_relayed")
    assert (facts["in_reply_to"], facts["references"]) == ("", "e@f.example")
    assert len(facts["name"]) <= 300
    assert "\n" not in facts["re_subject"] + facts["name"]
    assert len(counter.ticket(done).subject) <= 300


def test_a_password_link_goes_to_the_address_on_record(counter: Counter) -> None:
    asker = counter.asker(Role.EARNER, "jane@home.example")
    done = counter.do(Outcome.SEND_LINK, Intent.PASSWORD_RESET, Role.EARNER, asker=asker)
    assert counter.written() == [("password_link", JANE)]
    assert counter.ticket(done).state == "closed"


def test_an_issuer_is_told_for_whom_a_link_was_sent(counter: Counter) -> None:
    anna = counter.earner("anna@mail.example")
    changes = (Change(Intent.PASSWORD_RESET, counter.jane), Change(Intent.PASSWORD_RESET, anna))
    done = counter.do(Outcome.SEND_LINK, Intent.PASSWORD_RESET, Role.CLAIMED_ISSUER, changes=changes)
    assert counter.written() == [("link_sent", DANA), ("password_link", JANE)], "Anna holds nothing of this issuer"
    assert [change["address"] for change in counter.desk.facts("link_sent")[0]["changes"]] == [JANE]
    assert counter.ticket(done).state == "open"


@pytest.mark.parametrize("role", [Role.ISSUER, Role.EARNER])
@pytest.mark.parametrize(
    ("outcome", "intent"), [(Outcome.SEND_LINK, Intent.PASSWORD_RESET), (Outcome.RESEND, Intent.RESEND)]
)
def test_mails_that_void_links_have_the_limits_of_the_web_form(
    counter: Counter, role: Role, outcome: Outcome, intent: Intent
) -> None:
    kind = "password_link" if outcome is Outcome.SEND_LINK else "issuance"
    for _ in range(5):
        counter.do(outcome, intent, role, changes=(Change(intent, counter.jane),))
        counter.desk.change("UPDATE message SET state = 'sent'")
    assert len(counter.desk.mails(kind)) == 3


def test_strangers_are_sent_nothing_of_anybodys(counter: Counter) -> None:
    for outcome, intent in ((Outcome.SEND_LINK, Intent.PASSWORD_RESET), (Outcome.RESEND, Intent.RESEND)):
        counter.do(outcome, intent, Role.UNKNOWN, changes=(Change(intent, counter.jane),))
    assert {address for _, address in counter.written()} == {STRANGER}


def test_an_earner_gets_nothing_of_another_earner(counter: Counter) -> None:
    counter.give_badge("anna@mail.example", "mentor")
    anna = counter.earner("anna@mail.example")
    before = len(counter.written())
    counter.do(Outcome.SEND_LINK, Intent.PASSWORD_RESET, Role.EARNER, changes=(Change(Intent.PASSWORD_RESET, anna),))
    assert len(counter.written()) == before + 1
    assert counter.desk.mails("password_link")[0].rcpt_to == JANE


def test_an_issuer_has_its_own_mails_sent_again(counter: Counter) -> None:
    counter.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="taller")
    counter.desk.mark_sent()
    counter.do(Outcome.RESEND, Intent.RESEND, changes=(Change(Intent.RESEND, counter.jane),))
    again = [mail for mail in counter.desk.mails("issuance") if mail.state == "queued"]
    assert [(mail.rcpt_to, mail.issuer_id) for mail in again] == [(JANE, counter.issuer_id)]
    assert ("mail_resent", DANA) in counter.written()


def test_revoked_badges_are_not_announced_again(counter: Counter) -> None:
    counter.desk.change("UPDATE assertion SET state = 'revoked'")
    done = counter.do(Outcome.RESEND, Intent.RESEND, Role.EARNER)
    assert counter.written() == [("ticket_received", JANE)]
    assert counter.ticket(done).state == "open"


def test_an_issuer_learns_nothing_of_others_earners(counter: Counter) -> None:
    """Neither by asking for half a change, nor by having one declined: not even whether somebody is on record."""
    anna = counter.earner("anna@mail.example")
    for earner_id in (anna, ""):
        change = Change(Intent.NAME_CHANGE, earner_id, new_name="Anna Meyer")
        counter.do(Outcome.ASK, Intent.NAME_CHANGE, Role.ISSUER, changes=(change,), lacks=("new_name",))
        asked = counter.do(Outcome.APPROVE, Intent.UNLOCK, Role.ISSUER, changes=(replace(change, kind=Intent.UNLOCK),))
        decline(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
        counter.desk.change("DELETE FROM automatic_answer")
    for kind in ("question", "request_declined"):
        of_another, of_nobody = [facts["changes"] for facts in counter.desk.facts(kind)]
        assert of_another == of_nobody
        assert of_another[0]["name"] is None
