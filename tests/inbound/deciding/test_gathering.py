"""What a mail's reading, its writer and its checks come to as facts."""

from dataclasses import replace

import pytest

from desk.words import Intent, Role
from inbound.deciding.checking import check_request
from inbound.deciding.gathering import gather_facts, gather_first_facts
from inbound.facts import Lack
from inbound.reading.reader import read_mail
from inbound.understanding.wish import Confidence
from tests.inbound.deciding.people import find, make_contact, make_earner, make_self, name, wish

PLAIN = (
    b"From: Dana <dana@asee.example>\r\nTo: support@badges.example\r\nSubject: A name\r\nX-Own: yes\r\n\r\nPlease.\r\n"
)


@pytest.mark.parametrize(
    ("rcpt_to", "recipient"),
    [
        (["support@badges.example"], "support"),
        (["bounce+abcd@badges.example", "support@badges.example"], "bounce"),
        (["Reply+abcd@badges.example"], "reply"),
        (["support@badges.example", "reply+abcd@badges.example"], "reply"),
        (["postmaster@badges.example"], "postmaster"),
        (["abuse"], "abuse"),
        (["abuse@badges.example", "support@badges.example"], "support"),
        ([], "support"),
    ],
)
def test_the_most_telling_recipient_counts(rcpt_to: list[str], recipient: str) -> None:
    assert gather_first_facts(read_mail(PLAIN, None), rcpt_to, 1, is_repeat=False).recipient == recipient


def test_what_a_mail_holds_is_known_before_its_writer_is() -> None:
    facts = gather_first_facts(read_mail(PLAIN, None), ["support@badges.example"], len(PLAIN), is_repeat=True)
    assert (facts.subject, facts.text, facts.size, facts.is_repeat) == ("A name", "Please.", len(PLAIN), True)
    assert ("x-own", "yes") in facts.headers
    assert (facts.report, facts.automatic, facts.role) == (None, None, Role.UNKNOWN)


@pytest.mark.parametrize(("action", "told"), [("failed", "failed"), ("delayed", "delayed"), ("delivered", "relayed")])
def test_a_report_is_told_by_the_worst_that_it_says(action: str, told: str) -> None:
    status = b"Final-Recipient: rfc822; a@mail.example\r\nAction: %s\r\nStatus: 5.1.1\r\n\r\n" % action.encode()
    content = (
        b"From: mailer-daemon@mail.example\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        b"--x\r\n\r\nSorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mail.example\r\n\r\n" + status + b"--x--\r\n"
    )
    assert gather_first_facts(read_mail(content, ""), ["bounce+a@b.example"], 1, is_repeat=False).report == told


def test_facts_tell_who_asks_what_and_what_is_missing() -> None:
    reading = read_mail(PLAIN, None)
    first = gather_first_facts(reading, ["support@badges.example"], 1, is_repeat=False)
    identity, wanted, people = make_contact(), wish(Intent.NAME_CHANGE), name(find(make_earner()))
    facts = gather_facts(first, reading, identity, wanted, people, check_request(identity, wanted, people), "ours")
    assert (facts.role, facts.authentication, facts.sender) == (Role.ISSUER, "pass", "dana@asee.example")
    assert (facts.sender_name, facts.issuer, facts.thread, facts.people) == ("Dana", "asee", "ours", 1)
    assert (facts.intent, facts.confidence, facts.lacks) == (Intent.NAME_CHANGE, Confidence.SURE, {Lack.NEW_NAME})
    assert not facts.offers_pdf


def test_what_an_earner_is_offered_follows_from_their_badges() -> None:
    reading, wanted = read_mail(PLAIN, None), wish(Intent.PDF_CERTIFICATE)
    first = gather_first_facts(reading, [], 1, is_repeat=False)
    earner = make_earner()
    without = replace(earner, holdings=())
    for person, offers in ((earner, True), (without, False)):
        identity = make_self(person)
        checked = check_request(identity, wanted, name())
        assert gather_facts(first, reading, identity, wanted, name(), checked, "none").offers_pdf is offers
