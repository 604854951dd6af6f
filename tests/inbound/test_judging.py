"""From a mail to its order, by the shipped rules: what is said of a mail must reach whoever reads its ticket."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from desk.words import Outcome, Role
from inbound.authentication.dns import NoSuchName
from inbound.authentication.proof import Trust, prove_author
from inbound.envelope import Envelope
from inbound.judging import Judgement, Mail, Past, judge, sift
from inbound.rules.deciding import RuleSet
from inbound.rules.loading import load_rules
from inbound.understood import understand
from tests.inbound.understanding.memory_register import MemoryRegister

ROOT = Path(__file__).resolve().parents[2]
WORLD = json.loads((ROOT / "tests/data/support/world.json").read_text("utf-8"))
REGISTER = MemoryRegister(WORLD)
TRUST = Trust(frozenset(), frozenset(), ())
LIST = "Please change the names as in the list."


def load_shipped() -> RuleSet:
    rules = load_rules((ROOT / "rules/support.yaml").read_text("utf-8"), 0)
    assert isinstance(rules, RuleSet)
    return rules


def make_mail(text: str, *tables: tuple[str, bytes], **fields: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = WORLD["issuers"][0]["contacts"][0]["email"]
    mail["To"], mail["Subject"], mail["Date"] = "support@badges.example", "Names", "Mon, 23 Nov 2026 12:00:00 +0000"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, content in tables:
        mail.add_attachment(content, "application", "vnd.ms-excel", filename=name)
    return mail


def judge_mail(made: EmailMessage) -> Judgement:
    content = made.as_bytes().replace(b"\n", b"\r\n")
    envelope = Envelope(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "", ("support@badges.example",))
    mail = Mail("raw", content, envelope, understand(content, None))
    rules = load_shipped()
    sifted = sift(mail, Past(), rules)
    if sifted is not None:
        return sifted
    proof = prove_author(content, envelope, TRUST, lambda _name, _type: NoSuchName())
    return judge(mail, proof, Past(), REGISTER, rules)


def test_what_cannot_be_read_of_a_list_is_told_to_staff() -> None:
    judgement = judge_mail(make_mail(LIST, ("names.xls", b"\xd0\xcf\x11\xe0" + bytes(600))))
    assert judgement.order is not None
    assert "names.xls" in judgement.order.reason


def test_a_mail_that_shows_two_texts_is_told_to_staff() -> None:
    mail = make_mail("Please change the name of Jane Roe to Jane Poe.")
    mail.add_alternative("<p>Thank you for the badge. It looks very nice on my wall, have a good day.</p>", "html")
    judgement = judge_mail(mail)
    assert judgement.order is not None
    assert "the plain text and the HTML say different things" in judgement.order.reason


def test_what_is_judged_by_the_shipped_rules_names_rule_and_version() -> None:
    judgement = judge_mail(make_mail("How do I add my badge to LinkedIn?"))
    assert judgement.order is not None
    assert (judgement.decided.outcome, judgement.rules_version) == (Outcome.ANSWER, 0)
    assert judgement.order.evidence["rule"] == judgement.decided.rule != ""
    assert judgement.order.asker.role is Role.CLAIMED_ISSUER


def test_nobody_is_asked_about_a_mail_that_no_person_wrote() -> None:
    judgement = judge_mail(make_mail("I am away.", Auto_Submitted="auto-replied"))
    assert (judgement.decided.outcome, judgement.order, judgement.identity) == (Outcome.DROP, None, None)
