"""The shipped rules against the support policy: every role, intent and check, written down once more and by hand."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from desk.words import Intent, Outcome, Role
from inbound.facts import Doubt, Facts, Lack, Problem
from inbound.rules.deciding import RuleSet, decide
from inbound.rules.loading import load_rules
from inbound.understanding.wish import Confidence

SHIPPED = Path(__file__).resolve().parents[3] / "rules" / "support.yaml"

ROLES = (Role.ISSUER, Role.CLAIMED_ISSUER, Role.EARNER, Role.UNKNOWN)
TABLE = """
name_change        apply*     confirm*   redirect  answer
unlock             apply*     confirm*   redirect  answer
email_change       approve*   approve*   answer    answer
profile_change     answer     answer     answer    answer
password_reset     send_link* send_link* send_link answer
resend             resend*    resend*    resend    answer
revoke             approve*   approve*   ticket    ticket
pdf_certificate    answer     answer     answer    answer
login_trouble      answer     answer     answer    answer
registration       answer     answer     answer    answer
linkedin_add       answer     answer     answer    answer
linkedin_image     answer     answer     answer    answer
resume_or_website  answer     answer     answer    answer
email_signature    answer     answer     answer    answer
unsubscribe        ticket     ticket     apply     apply
privacy            ticket     ticket     ticket    ticket
abuse              ticket     ticket     ticket    ticket
other              ticket     ticket     ticket    ticket
"""
"""The columns are those of ROLES; a star: the mail must name its earner, and is checked. The certificate's row is for
writers whose issuers offer one."""

CELLS = {
    (role, Intent(intent)): (Outcome(cell.rstrip("*")), cell.endswith("*"))
    for intent, *cells in (line.split() for line in TABLE.strip().splitlines())
    for role, cell in zip(ROLES, cells, strict=True)
}
CHECKED = [cell for cell, (_, is_checked) in CELLS.items() if is_checked]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    loaded = load_rules(SHIPPED.read_bytes())
    assert isinstance(loaded, RuleSet), loaded
    return loaded


def mail(role: Role, intent: Intent) -> Facts:
    """A mail that lacks nothing and about which nothing is in doubt."""
    facts = Facts(role=role, intent=intent, confidence=Confidence.SURE, sender="dana@mail.example", offers_pdf=True)
    if role in (Role.ISSUER, Role.CLAIMED_ISSUER):
        facts = replace(facts, issuer="college", people=1)
    return replace(facts, authentication="pass") if role is Role.ISSUER else facts


def outcome(facts: Facts, rules: RuleSet) -> Outcome:
    decided = decide(facts, rules)
    assert decided.fault is None
    return decided.outcome


def test_the_table_is_whole() -> None:
    assert CELLS.keys() == set(product(Role, Intent))


def test_each_cell(rules: RuleSet) -> None:
    assert {cell: outcome(mail(*cell), rules) for cell in CELLS} == {cell: said for cell, (said, _) in CELLS.items()}


@pytest.mark.parametrize("cell", CHECKED)
def test_the_checks_come_in_the_order_of_the_policy(cell: tuple[Role, Intent], rules: RuleSet) -> None:
    sound = mail(*cell)
    lacking = {"lacks": frozenset({Lack.EARNER})}
    problem = {"problems": frozenset({Problem.NOT_THEIRS})}
    doubt = {"doubts": frozenset({Doubt.SHARED_EARNER})}
    for lacks, problems, doubts in product((lacking, {}), (problem, {}), (doubt, {})):
        expected = next(
            (said for found, said in ((lacks, "ask"), (problems, "ticket"), (doubts, "approve")) if found),
            CELLS[cell][0],
        )
        assert outcome(replace(sound, **lacks, **problems, **doubts), rules) == expected


@pytest.mark.parametrize(
    ("fact", "word", "expected"),
    [
        *(("lacks", lack, "ask") for lack in Lack),
        *(("problems", problem, "ticket") for problem in Problem),
        *(("doubts", doubt, "approve") for doubt in Doubt),
    ],
)
def test_each_word_of_the_checks(fact: str, word: Lack | Problem | Doubt, expected: str, rules: RuleSet) -> None:
    for cell in CHECKED:
        assert outcome(replace(mail(*cell), **{fact: frozenset({word})}), rules) == expected, cell


@pytest.mark.parametrize("cell", CHECKED)
def test_of_several_people_one_that_fails_makes_the_whole_mail_wait_for_staff(
    cell: tuple[Role, Intent], rules: RuleSet
) -> None:
    several = replace(mail(*cell), people=3, doubts=frozenset({Doubt.ONE_OF_SEVERAL}))
    assert outcome(several, rules) is Outcome.APPROVE
    assert outcome(replace(several, problems=frozenset({Problem.NOT_FOUND})), rules) is Outcome.APPROVE
    assert outcome(replace(mail(*cell), people=3), rules) is CELLS[cell][0]


def test_unsure_is_for_a_person(rules: RuleSet) -> None:
    for cell in CELLS:
        assert outcome(replace(mail(*cell), confidence=Confidence.UNSURE), rules) is Outcome.TICKET, cell


def test_what_is_likely_changes_no_record(rules: RuleSet) -> None:
    for cell, (expected, _) in CELLS.items():
        if expected is Outcome.APPLY and cell[1] is not Intent.UNSUBSCRIBE:
            expected = Outcome.TICKET  # noqa: PLW2901
        assert outcome(replace(mail(*cell), confidence=Confidence.LIKELY), rules) is expected, cell


def test_what_is_guessed_may_be_answered_and_nothing_is_done_on_it(rules: RuleSet) -> None:
    for cell, (expected, _) in CELLS.items():
        if expected in (Outcome.APPLY, Outcome.CONFIRM, Outcome.SEND_LINK, Outcome.RESEND):
            expected = Outcome.TICKET  # noqa: PLW2901
        assert outcome(replace(mail(*cell), confidence=Confidence.GUESSED), rules) is expected, cell


def test_the_guards_come_before_everything(rules: RuleSet) -> None:
    for cell in CELLS:
        facts = replace(mail(*cell), lacks=frozenset({Lack.EARNER}))
        for report in ("failed", "delayed", "relayed", "complaint"):
            reported = replace(facts, report=report, automatic="bulk", is_repeat=True)
            assert outcome(reported, rules) is Outcome.BOUNCE, cell
        assert outcome(replace(facts, automatic="absence", is_repeat=True), rules) is Outcome.DROP, cell
        assert outcome(replace(facts, is_repeat=True), rules) is Outcome.DROP, cell


def test_what_is_so_already_is_answered_so_by_the_table(rules: RuleSet) -> None:
    for intent in (Intent.NAME_CHANGE, Intent.UNLOCK):
        assert outcome(replace(mail(Role.ISSUER, intent), is_done_already=True), rules) is Outcome.APPLY


def test_a_certificate_that_no_issuer_offers_is_the_issuers_to_give(rules: RuleSet) -> None:
    for role, expected in zip(ROLES, ("answer", "answer", "redirect", "answer"), strict=True):
        assert outcome(replace(mail(role, Intent.PDF_CERTIFICATE), offers_pdf=False), rules) == expected


@pytest.mark.parametrize("intent", [Intent.NAME_CHANGE, Intent.UNLOCK, Intent.PASSWORD_RESET, Intent.RESEND])
def test_an_earner_who_asks_for_another_is_for_a_person(intent: Intent, rules: RuleSet) -> None:
    other = frozenset({Problem.OTHER_EARNER})
    assert outcome(replace(mail(Role.EARNER, intent), problems=other), rules) is Outcome.TICKET


def test_an_earner_who_asks_to_be_unsubscribed_later_is_for_a_person(rules: RuleSet) -> None:
    later = replace(mail(Role.EARNER, Intent.UNSUBSCRIBE), doubts=frozenset({Doubt.DEFERRED}))
    assert outcome(later, rules) is Outcome.TICKET
