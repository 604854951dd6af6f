"""One delivery from its bytes to what was done with it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from inbound.authentication.dns import NoSuchName, TemporaryFailure
from inbound.authentication.proof import Trust
from tests.inbound.processing.mail_office import DANA, SUPPORT, UNLOCK, MailOffice, make_mail


def _is_locked(office: MailOffice) -> bool:
    locked = office.value(
        "SELECT a.locked_at FROM account a JOIN earner_address e ON e.earner_id = a.earner_id "
        "WHERE e.address = 'j.smith@corp.example'"
    )
    return locked is not None


def test_a_request_is_carried_out_and_recorded(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    assert any_office.process() == {"apply": 1}
    assert not _is_locked(any_office)
    [decision] = any_office.rows("SELECT * FROM decision")
    assert decision.delivery_id == delivery
    assert (decision.role, decision.intent, decision.outcome) == ("issuer", "unlock", "apply")
    assert decision.ticket_id is not None
    assert json.loads(decision.authentication)["verdict"] == "pass"
    assert json.loads(decision.facts)["issuer"] == "asee"
    [row] = any_office.rows("SELECT state, claimed_by FROM delivery")
    assert tuple(row) == ("done", None)


def test_the_same_mail_delivered_again_changes_nothing(any_office: MailOffice) -> None:
    any_office.deliver(make_mail())
    any_office.process()
    before = any_office.count_everything()
    any_office.deliver(make_mail())
    assert any_office.process() == {"drop": 1}
    assert any_office.count_everything() == before


def test_the_same_mail_by_another_way_changes_nothing(office: MailOffice) -> None:
    """Another envelope and another X- field: other bytes, the same Message-ID and content."""
    office.deliver(make_mail())
    office.process()
    before = office.count_everything()
    office.deliver(make_mail(headers=["X-Relay: two"]), mail_from="bounces+dana@asee.example")
    assert office.process() == {"drop": 1}
    assert office.count_everything() == before
    assert office.value("SELECT COUNT(*) FROM raw_mail") == 2


def test_a_copy_that_proves_nothing_does_not_displace_the_genuine_mail(office: MailOffice) -> None:
    office.deliver(make_mail(authenticated=False), mail_from="spoof@attacker.example")
    assert office.process() == {"confirm": 1}
    office.deliver(make_mail())
    assert office.process() == {"apply": 1}
    assert not _is_locked(office)


def test_other_words_under_the_same_message_id_are_another_mail(office: MailOffice) -> None:
    office.deliver(make_mail())
    office.deliver(make_mail(UNLOCK.replace("Jane Smith (j.smith@corp.example)", "Priya Natarajan")))
    assert office.process() == {"apply": 2}


def test_mails_without_a_message_id_are_told_apart_by_their_bytes(office: MailOffice) -> None:
    office.deliver(make_mail(message_id=""))
    office.deliver(make_mail(message_id="", headers=["X-Other: 1"]))
    assert office.process() == {"apply": 2}


def test_an_automatic_mail_is_kept_and_answered_by_nothing(office: MailOffice) -> None:
    before = office.count_everything()
    office.deliver(make_mail(headers=["Auto-Submitted: auto-replied"]))
    assert office.process() == {"drop": 1}
    assert office.count_everything() == before
    assert office.value("SELECT COUNT(*) FROM raw_mail") == 1
    assert office.rows("SELECT role, intent FROM decision")[0]._asdict() == {"role": None, "intent": None}


def test_an_answer_to_our_question_goes_on_with_the_request(office: MailOffice) -> None:
    office.deliver(make_mail("Hi, please change the name of Priya Natarajan (priya.n@mail.example). Thanks, Dana\n"))
    assert office.process() == {"ask": 1}
    asked = office.value("SELECT message_id FROM message WHERE kind = 'question'")
    reply = make_mail(
        "It is now Priya Natarajan-Rao.\n",
        subject="Re: An account",
        message_id="<2@asee.example>",
        headers=[f"In-Reply-To: <{asked}>", f"References: <1@asee.example> <{asked}>"],
    )
    office.deliver(reply)
    assert office.process() == {"apply": 1}
    assert office.value("SELECT COUNT(*) FROM ticket") == 1
    assert office.value("SELECT name FROM earner WHERE name LIKE 'Priya%'") == "Priya Natarajan-Rao"


def test_an_answer_that_proves_nothing_does_not_go_on_with_an_authenticated_request(office: MailOffice) -> None:
    office.deliver(make_mail("Hi, please change the name of Priya Natarajan (priya.n@mail.example). Thanks, Dana\n"))
    office.process()
    asked = office.value("SELECT message_id FROM message WHERE kind = 'question'")
    forged = make_mail(
        "It is now Priya Natarajan-Rao.\n",
        message_id="<2@asee.example>",
        authenticated=False,
        headers=[f"In-Reply-To: <{asked}>"],
    )
    office.deliver(forged, mail_from="spoof@attacker.example")
    [outcome] = office.process()
    assert outcome not in ("apply", "confirm")
    assert office.value("SELECT name FROM earner WHERE name LIKE 'Priya%'") == "Priya Natarajan"


def test_an_authenticated_answer_completes_nothing_that_was_asked_without_proof(office: MailOffice) -> None:
    """A stranger writes in a contact's name; what the contact answers to our question is their own words alone."""
    forged = make_mail(
        "Please change the name of Priya Natarajan. Jane Smith is to be Jane Evil.\n", authenticated=False
    )
    office.deliver(forged, mail_from="spoof@attacker.example")
    office.process()
    reference = office.value("SELECT reference FROM ticket")
    office.deliver(make_mail("Priya Natarajan-Rao\n", subject=f"Re: [{reference}]", message_id="<2@asee.example>"))
    assert office.process() == {"ticket": 1}
    assert office.value("SELECT COUNT(*) FROM record_change") == 0


@pytest.mark.parametrize("body", ["We did not ask for this.\n", "John Natarajan will tell you.\n", "What name?\n"])
def test_an_answer_that_brings_nothing_is_for_a_person(office: MailOffice, body: str) -> None:
    office.deliver(make_mail("Hi, please change the name of Priya Natarajan (priya.n@mail.example). Thanks, Dana\n"))
    office.process()
    reference = office.value("SELECT reference FROM ticket")
    office.deliver(make_mail(body, subject=f"Re: [{reference}]", message_id="<2@asee.example>"))
    assert office.process() == {"ticket": 1}
    assert office.rows("SELECT state FROM ticket")[0].state == "open"
    assert office.value("SELECT COUNT(*) FROM record_change") == 0


def test_a_question_that_cannot_be_sent_is_for_a_person(office: MailOffice) -> None:
    """One answer a sender and intent a day: a second question would wait for ever, unheard."""
    office.deliver(make_mail("Please change the name of Priya Natarajan (priya.n@mail.example).\n"))
    office.deliver(make_mail("Please change the name of Jane Smith.\n", message_id="<2@asee.example>"))
    assert office.process() == {"ask": 2}
    # Which of the two is first is nobody's choice: they came in one moment.
    assert sorted(row.state for row in office.rows("SELECT state FROM ticket")) == ["open", "waiting"]


class _AwayDns:
    """A DNS that does not answer until it is told to."""

    is_away = True

    def __call__(self, _name: str, _record_type: str) -> TemporaryFailure:
        return TemporaryFailure("away")


def test_a_contact_waits_for_a_dns_that_is_away_but_not_for_ever(office: MailOffice) -> None:
    office.tools = replace(office.tools, trust=Trust(), lookup=_AwayDns())
    office.deliver(make_mail())
    waits = 0
    while office.process() == {"put_off": 1}:
        waits += 1
        assert waits < 10
        due = office.value("SELECT due_at FROM delivery")
        office.now += timedelta(minutes=1)
        assert office.process() == {} or office.value("SELECT due_at FROM delivery") != due
        office.now += timedelta(minutes=15)
    assert waits >= 1
    assert office.value("SELECT outcome FROM decision") == "confirm"
    assert office.value("SELECT tries FROM delivery") == 1, "waiting is no failure"


def test_nobody_else_waits_for_the_dns(office: MailOffice) -> None:
    office.tools = replace(office.tools, trust=Trust(), lookup=_AwayDns())
    office.deliver(make_mail("Where do I log in? The page does not load.\n", sender="li@mail.example"))
    assert "put_off" not in office.process()


def test_what_a_stranger_writes_into_authentication_results_counts_for_nothing(office: MailOffice) -> None:
    """Whoever reaches the listener past the border could write the border's field."""
    office.tools = replace(office.tools, lookup=lambda _name, _type: NoSuchName())
    office.peer = "203.0.113.9"
    office.deliver(make_mail())
    assert office.process() == {"confirm": 1}
    assert json.loads(office.value("SELECT authentication FROM decision"))["by"] == "own checks"


@pytest.mark.parametrize("recipient", [SUPPORT, "postmaster@badgepost.example"])
def test_every_address_of_ours_is_dealt_with(office: MailOffice, recipient: str) -> None:
    office.deliver(make_mail(), DANA, [recipient])
    assert sum(office.process().values()) == 1
    assert office.value("SELECT state FROM delivery") == "done"
