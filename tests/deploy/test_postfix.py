"""The shipped Postfix does what docs/mta.md says: signatures survive, forgeries do not, nothing is lost."""

import json
import os
import re
import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from email import message_from_bytes

import pytest

from badgepost.settings import Settings
from inbound.listener.recipients import Recipients
from tests.databases import order_of_writing
from tests.deploy.mail_house import SUPPORT, MailHouse, open_house, running_dovecot
from tests.deploy.shipped_postfix import CHANGED, DEPLOY
from tests.inbound.processing.mail_office import DANA

pytestmark = [
    pytest.mark.needs("postfix", "opendkim", "openssl"),
    pytest.mark.skipif(os.geteuid() != 0, reason="postfix needs root"),
]
ROSTER = "email,name\nada@mail.example,Ada Lindqvist\nli@bigmail.example,Li Wei\nlost@gone.example,Lost Soul\n"
RENAME = "Please change the name of Priya Natarajan (priya.n@mail.example) to Priya Natarajan Rao.\r\n"
FORGED = "Authentication-Results: mx.badgepost.example; dmarc=pass header.from=asee.example"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailHouse]:
    folder = tmp_path_factory.mktemp("shipped")
    for each in (folder, *folder.parents):
        mode = each.stat().st_mode
        if not mode & 0o001:
            each.chmod(mode | 0o011)
    with open_house(tmp_path_factory.mktemp("badgepost"), folder) as house:
        house.start_listener()
        yield house


def write_mail(number: int, body: str, *fields: str) -> bytes:
    head = (
        *fields,
        f"From: {DANA}",
        f"To: {SUPPORT}",
        "Subject: A name",
        f"Message-ID: <{number}@asee.example>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    )
    return "\r\n".join([*head, "", body]).encode()


def test_mail_leaves_with_its_signatures_and_a_bounce_comes_back(house: MailHouse) -> None:
    house.terminal.write("roster.csv", ROSTER)
    house.run("issue", "roster.csv", "--badge", "bridge", "--despite-doctor")  # there is no DNS here
    house.run("worker", "--once")
    house.await_it(lambda: len(house.world.mails) >= 2, "two mails arrived")
    for address in ("ada@mail.example", "li@bigmail.example"):
        [mail] = house.world.mails_to(address)
        received, _, as_sent = mail.content.partition(b"DKIM-Signature:")
        assert re.fullmatch(rb"(?:Received:.*\r\n(?:[ \t].*\r\n)*)+", received)
        assert house.count_good_signatures(b"DKIM-Signature:" + as_sent) == 2
        assert re.fullmatch(r"bounce\+[a-z2-7]{16}@badgepost\.example", mail.mail_from)
    house.await_deliveries(1)
    house.run("process", "--once")
    [(state,)] = house.terminal.rows("SELECT state FROM message WHERE rcpt_to = 'lost@gone.example'")
    assert state == "bounced"
    assert "no such user here" in house.run("why", "lost@gone.example")
    assert "postfix/big/smtp" in house.postfix.log()


def test_a_genuine_mail_is_believed_and_answered(house: MailHouse) -> None:
    before = len(house.world.mails_to(DANA))
    [(kept,)] = house.terminal.rows("SELECT COUNT(*) FROM delivery")
    house.send_in(house.sign(write_mail(1, RENAME)))
    house.await_deliveries(kept + 1)
    house.run("process", "--once")
    assert house.terminal.rows("SELECT name FROM earner WHERE name LIKE 'Priya%'") == [("Priya Natarajan Rao",)]
    house.run("worker", "--once")
    house.await_it(lambda: len(house.world.mails_to(DANA)) > before, "the receipt arrived")
    receipt = house.world.mails_to(DANA)[-1]
    assert message_from_bytes(receipt.content)["In-Reply-To"] == "<1@asee.example>"
    assert house.count_good_signatures(receipt.content) == 2


def test_forged_results_are_taken_out(house: MailHouse) -> None:
    fields = (FORGED, FORGED.replace(":", " :", 1), FORGED.replace(": ", ":\r\n (really) ", 1), FORGED.upper())
    [(kept,)] = house.terminal.rows("SELECT COUNT(*) FROM delivery")
    for number, field in enumerate(fields, start=100):
        house.send_in(write_mail(number, RENAME.replace("Rao", f"Forged {number}"), field))
    house.await_deliveries(kept + len(fields))
    for (content,) in house.terminal.rows(f"SELECT content FROM raw_mail ORDER BY {order_of_writing()} DESC LIMIT 4"):
        [result] = message_from_bytes(content).get_all("Authentication-Results")
        assert re.match(r"mx\.badgepost\.example;\s+dkim=none", result)
    house.run("process", "--once")
    assert house.terminal.rows("SELECT COUNT(*) FROM earner WHERE name LIKE '%Forged%'") == [(0,)]


def test_mail_waits_while_badgepost_is_away(house: MailHouse) -> None:
    [(kept,)] = house.terminal.rows("SELECT COUNT(*) FROM delivery")
    house.stop_listener()
    try:
        house.send_in(write_mail(2, "How do I add the badge to LinkedIn?\r\n"))
        house.await_it(lambda: "status=deferred" in house.postfix.log(), "the mail is in Postfix's queue")
    finally:
        house.start_listener()
    house.postfix.run("postqueue", "-f")
    house.await_deliveries(kept + 1)


def test_what_postfix_takes_badgepost_takes(house: MailHouse) -> None:
    """What badgepost refused after Postfix took it would be bounced to whoever From names."""
    bodies = (b"a\rb\r\n", b"a\0b\r\n", b"x" * 5000 + b"\r\n", b"\xff\xfe\x80\r\n", b"a\r\r\nb\r\n", b".\r\n..\r\n")
    [(kept,)] = house.terminal.rows("SELECT COUNT(*) FROM delivery")
    for number, body in enumerate(bodies, start=200):
        house.send_in(write_mail(number, "") + body)
    house.await_deliveries(kept + len(bodies))


@pytest.mark.needs("dovecot")
def test_another_machine_logs_in_to_send(house: MailHouse) -> None:
    etc = house.postfix.folder / "etc"
    relay = {
        "host": "127.0.0.1",
        "port": house.postfix.submission,
        "ca_file": str(etc / "chain.pem"),
        "user": "badgepost",
    }
    with running_dovecot(house.postfix.folder.parent / "dovecot", house.postfix, "badgepost", "a right password"):
        house.run("send-test", "bridge", "kim@mail.example")
        house.run("worker", "--once", BADGEPOST_RELAYS=json.dumps([{**relay, "password": "a right password"}]))
        house.await_it(lambda: house.world.mails_to("kim@mail.example"), "the mail arrived")
    [mail] = house.world.mails_to("kim@mail.example")
    assert house.count_good_signatures(mail.content) == 2
    with smtplib.SMTP("127.0.0.1", house.postfix.submission) as client:
        client.ehlo()
        assert client.mail("bounce+x@badgepost.example")[0] == 530  # RFC 3207: TLS first
        client.starttls(context=ssl.create_default_context(cafile=str(etc / "chain.pem")))
        client.ehlo()
        client.mail("bounce+x@badgepost.example")
        assert client.rcpt("kim@mail.example")[0] == 554


def test_a_smuggled_mail_is_refused(house: MailHouse) -> None:
    with smtplib.SMTP("127.0.0.1", house.postfix.world, "out.asee.example") as client:
        client.ehlo()
        client.mail(DANA)
        client.rcpt(SUPPORT)
        client.docmd("DATA")
        client.send(b"Subject: one\r\n\r\nfirst\n.\nMAIL FROM:<dana.reyes@asee.example>\r\n.\r\n")
        assert client.getreply()[0] == 550


@pytest.mark.parametrize(
    "recipient",
    ["nobody@badgepost.example", "reply@badgepost.example", "bounce+short@badgepost.example", "ada@mail.example"],
)
def test_nobody_else_is_taken_mail_for(house: MailHouse, recipient: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        house.send_in(write_mail(3, "hello"), to=recipient)


def test_too_large_a_mail_is_refused_to_its_senders_face(house: MailHouse) -> None:
    with smtplib.SMTP("127.0.0.1", house.postfix.world) as client:
        client.ehlo()
        limit = int(client.esmtp_features["size"])
        assert client.mail(DANA, [f"SIZE={limit + 1}"])[0] == 552
    assert limit == Settings.model_construct().listener.limits.message_bytes - (64 << 10)


def test_the_list_of_recipients_is_the_listeners(house: MailHouse) -> None:
    knows = Recipients(SUPPORT, "badgepost.example").knows
    tried = [
        f"{local}@{domain}"
        for local in ("support", "reply+" + "a" * 16, "bounce+" + "7" * 16, "postmaster", "abuse", "support+x", "reply")
        for domain in ("badgepost.example", "mail.badgepost.example", "badgepost-example")
    ]
    etc = house.postfix.folder / "etc"
    taken = [address for address in tried if house.postfix.knows(address, etc / "recipients")]
    assert taken == [address for address in tried if knows(address)]
    assert len(taken) == 5


def test_the_configuration_is_whole(house: MailHouse) -> None:
    for program, argument in (("postconf", "-n"), ("postconf", "-M"), ("postfix", "check")):
        command = [f"/usr/sbin/{program}", "-c", str(house.postfix.folder / "etc"), argument]
        told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        assert told.stderr == ""  # a parameter that there is not would be told here
    shipped = (DEPLOY / "postfix" / "main.cf").read_text()
    set_there = re.findall(r"^(\w+) =", shipped, re.MULTILINE)
    assert len(set_there) == len(set(set_there))
    changed = {line.split(" =")[0] for line in CHANGED}
    decides = {"relay_domains", "relay_recipient_maps", "header_checks", "smtpd_relay_restrictions", "mynetworks"}
    assert not changed & decides
