"""What the engine makes of rules: phases, first match, what a rule may not do, what becomes of a rule that breaks."""

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.words import Intent, Outcome, Role
from inbound.facts import Doubt, Facts, Lack, Problem
from inbound.rules.assurance import GRANTS, find_shortfall
from inbound.rules.deciding import decide, decide_plainly
from inbound.rules.document import read_document
from inbound.rules.reading import ConditionReader
from inbound.rules.view import LOOKED_AT, View
from inbound.understanding.wish import Confidence
from tests.inbound.rules.files import load, rule, rules

MAIL = Facts(
    role=Role.EARNER,
    intent=Intent.LINKEDIN_ADD,
    confidence=Confidence.SURE,
    sender="dana@mail.example",
    subject="My badge",
)
ASKED = replace(
    MAIL, role=Role.ISSUER, intent=Intent.NAME_CHANGE, issuer="college", people=1, authentication="pass"
)  # fmt: skip
ISSUERS = "{role: issuer, intent: [name_change, unlock]}"
APPLIES = rule(ISSUERS, "apply", id="applies", given="{role: issuer, intent: unlock}")
ANSWERS = rule("{intent: [linkedin_add, linkedin_image]}", "answer", id="answers", given="{intent: linkedin_add}")


def test_the_first_rule_that_matches_counts() -> None:
    loaded = load(
        rules(
            rule("{role: issuer}", id="issuers"),
            rule("{subject: {contains: badge}}", id="badges", given="{subject: my badge}"),
            rule("{role: earner}", id="earners"),
        )
    )
    decided = decide(MAIL, loaded)
    assert (decided.rule, decided.matched) == ("badges", ("badges",))
    assert decided.reason == "rule badges: subject contains “badge”"


def test_a_guard_ends_the_deciding_and_routing_still_counts() -> None:
    loaded = load(
        rules(
            ANSWERS,
            rule("{sender_domain: mail.example}", "drop", id="shut", phase="guard", given="{intent: unlock}"),
            rule("{outcome: drop}", "", id="kept", phase="route", given="{}", more="  queue: kept\n", comes_to="drop"),
        ).replace("given: {intent: linkedin_add}", "given: {intent: linkedin_add, sender: a@other.example}")
    )
    decided = decide(MAIL, loaded)
    assert (decided.outcome, decided.rule, decided.queue, decided.matched) == (
        Outcome.DROP, "shut", "kept", ("shut", "kept"),
    )  # fmt: skip


def test_no_rule_is_a_ticket_that_says_so() -> None:
    decided = decide(MAIL, load(rules(rule("{role: unknown}"))))
    assert (decided.outcome, decided.rule, decided.fault) == (Outcome.TICKET, "", None)
    assert decided.reason == "no rule matches linkedin_add from earner: a person reads it"


def test_a_rule_that_breaks_is_a_ticket_and_an_alarm_and_never_no_match() -> None:
    loaded = load(rules(rule("{lacks: earner}", id="fragile"), rule("{role: earner}", id="next")))
    unhashable: Any = []
    decided = decide(replace(MAIL, lacks=unhashable), loaded)
    assert (decided.outcome, decided.rule) == (Outcome.TICKET, "fragile")
    assert decided.fault is not None
    assert decided.fault.startswith("rule fragile (line ")


def test_words_that_are_no_text_are_a_ticket_and_an_alarm() -> None:
    nothing: Any = None
    decided = decide(
        replace(MAIL, subject=nothing), load(rules(rule("{subject: {contains: a}}", given="{subject: a}")))
    )
    assert decided.outcome is Outcome.TICKET
    assert decided.fault is not None


CLASSIFIES = rule(
    "{subject: {contains: name}}", "{intent: name_change}", id="names", phase="classify", given="{subject: name}"
)


def test_what_a_rule_says_is_wanted_is_answered_at_most() -> None:
    loaded = load(rules(CLASSIFIES, APPLIES))
    sure = decide(replace(ASKED, subject="A name"), loaded)
    assert (sure.outcome, sure.matched) == (Outcome.APPLY, ("names", "applies"))
    said_by_the_rule = decide(replace(ASKED, subject="A name", intent=Intent.UNLOCK), loaded)
    assert (said_by_the_rule.outcome, said_by_the_rule.intent) == (Outcome.TICKET, Intent.NAME_CHANGE)
    assert said_by_the_rule.reason.startswith("not done what the rule says (apply): what the mail wants is not sure; ")


@pytest.mark.parametrize(("before", "expected"), [(Confidence.SURE, "ticket"), (Confidence.UNSURE, "ticket")])
def test_a_classify_rule_lowers_confidence_and_never_raises_it(before: Confidence, expected: str) -> None:
    lowers = CLASSIFIES.replace("{intent: name_change}", "{intent: name_change, confidence: likely}")
    decided = decide(replace(ASKED, subject="A name", confidence=before), load(rules(lowers, APPLIES)))
    assert decided.outcome == expected


def test_a_rule_finds_guides_for_what_the_program_does_not_understand() -> None:
    classifies = (
        CLASSIFIES.replace("name_change", "linkedin_image")
        .replace("name", "picture")
        .replace("then: ticket}]", "then: answer}]")
    )
    facts = replace(MAIL, subject="No picture", intent=Intent.OTHER, confidence=Confidence.UNSURE)
    decided = decide(facts, load(rules(classifies, ANSWERS)))
    assert (decided.outcome, decided.intent, decided.reply) == (
        Outcome.ANSWER, Intent.LINKEDIN_IMAGE, Intent.LINKEDIN_IMAGE,
    )  # fmt: skip


def test_an_answer_from_another_guide() -> None:
    when = "{intent: other, subject: {contains: door}}"
    other = rule(when, "answer", given="{subject: the door}", more="  reply: login_trouble\n")
    decided = decide(replace(MAIL, intent=Intent.OTHER, subject="Which door"), load(rules(other)))
    assert (decided.outcome, decided.intent, decided.reply) == (Outcome.ANSWER, Intent.OTHER, Intent.LOGIN_TROUBLE)


def test_queue_priority_and_note_of_the_deciding_rule_come_first() -> None:
    acts = rule("{role: earner}", id="acts", more="  queue: first\n  note: one\n")
    more = "  queue: second\n  priority: urgent\n  note: two\n"
    routes = rule("{role: earner}", "", id="routes", phase="route", more=more)
    decided = decide(MAIL, load(rules(acts, routes)))
    assert (decided.queue, decided.priority, decided.note) == ("first", 2, "one\ntwo")


SPOILED = [
    {"confidence": Confidence.LIKELY},
    {"authentication": "none"},
    {"people": 0},
    {"issuer": ""},
    {"lacks": frozenset({Lack.NEW_NAME})},
    {"problems": frozenset({Problem.AMBIGUOUS})},
    {"doubts": frozenset({Doubt.SHARED_EARNER})},
    {"automatic": "absence"},
    {"report": "failed"},
    {"is_repeat": True},
]


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_rule_that_asks_for_more_than_the_facts_warrant_is_a_ticket(spoiled: dict[str, Any]) -> None:
    loaded = load(rules(APPLIES))
    assert decide(ASKED, loaded).outcome is Outcome.APPLY
    decided = decide(replace(ASKED, **spoiled), loaded)
    assert (decided.outcome, decided.rule) == (Outcome.TICKET, "applies")
    assert decided.reason.startswith("not done what the rule says (apply): ")


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.TICKET, Outcome.DROP, Outcome.BOUNCE}))
@pytest.mark.parametrize("sign", [{"automatic": "bulk"}, {"report": "delayed"}, {"is_repeat": True}])
def test_no_rule_can_answer_a_machine(outcome: Outcome, sign: dict[str, Any]) -> None:
    for grant in GRANTS[outcome]:
        for role in grant.roles:
            for intent in grant.intents:
                facts = replace(ASKED, role=role, intent=intent, lacks=frozenset({Lack.EARNER}), **sign)
                assert find_shortfall(outcome, View(facts)) is not None


def test_nothing_is_done_for_strangers_but_stopping_mail_to_their_own_address() -> None:
    given = {
        (outcome, intent)
        for outcome, grants in GRANTS.items()
        for grant in grants
        if Role.UNKNOWN in grant.roles and outcome not in (Outcome.TICKET, Outcome.DROP, Outcome.BOUNCE, Outcome.ANSWER)
        for intent in grant.intents
    }
    assert given == {(Outcome.APPLY, Intent.UNSUBSCRIBE)}


HOLDS = [
    ("{sender: Dana@Mail.Example}", {}, True),
    ("{sender: na@mail.example}", {}, False),
    ("{sender: {ends_with: '@mail.example'}}", {}, True),
    ("{sender: {ends_with: '@mail.example'}}", {"sender": "dana@evil-mail.example"}, False),
    ("{sender_domain: mail.example}", {"sender": "mail.example@evil.example"}, False),
    ("{sender_domain: mail.example}", {"sender": ""}, False),
    ("{sender_domain: {ends_with: .example}}", {}, True),
    ("{subject: {is: MY   badge}}", {}, True),
    ("{subject: {is: badge}}", {}, False),
    ("{subject: {starts_with: my, ends_with: badge}}", {}, True),
    ("{subject: {starts_with: my, ends_with: my}}", {}, False),
    ("{subject: {contains: [parcel, badge]}}", {}, True),
    ("{text: {contains: it's done}}", {"text": "So IT’S\r\n  done!"}, True),
    ("{text: {contains: groesse}}", {"text": "Größe"}, False),
    ("{text: {contains: strasse}}", {"text": "Straße"}, True),
    ("{text: {contains: badge}}", {"text": "ｂａｄｇｅ"}, True),
    ("{text: {contains: badge}}", {"text": "b\u200badge"}, True),
    ("{text: {contains: a}}", {"text": "\ud800a"}, True),
    ("{header X-Note: {contains: a}}", {"headers": (("x-note", "b"), ("x-note", "A"))}, True),
    ("{header X-Note: {contains: a}}", {"headers": (("x-other", "a"),)}, False),
    ("{header X-Note: anything}", {"headers": (("x-note", ""),)}, True),
    ("{header X-Note: nothing}", {}, True),
    ("{attachment: {ends_with: .csv}}", {"attachments": ("a.txt", "names.csv")}, True),
    ("{attachment: anything}", {}, False),
    ("{people: {at_least: 2}}", {"people": 2}, True),
    ("{people: {at_most: 1}}", {"people": 2}, False),
    ("{size: 3}", {"size": 3}, True),
    ("{guess: unlock, guess_percent: {at_least: 80}}", {"guess": "unlock", "guess_confidence": 0.8}, True),
    ("{guess: nothing}", {}, True),
    ("{lacks: [earner, badge]}", {"lacks": frozenset({Lack.BADGE, Lack.NEW_NAME})}, True),
    ("{lacks: [earner, badge]}", {"lacks": frozenset({Lack.NEW_NAME})}, False),
    ("{lacks: nothing}", {"lacks": frozenset({Lack.NEW_NAME})}, False),
    ("{doubts: anything}", {"doubts": frozenset({Doubt.DEFERRED})}, True),
    ("{asked: [unlock, revoke]}", {"asked": (Intent.RESEND, Intent.REVOKE)}, True),
    ("{not: {any: [{role: issuer}, {language: de}]}}", {}, True),
    ("{all: [{role: earner}, {not: {language: en}}]}", {}, False),
    ("{confidence: {at_least: likely}}", {"confidence": Confidence.LIKELY}, True),
    ("{confidence: {at_least: likely}}", {"confidence": Confidence.UNSURE}, False),
    ("{authentication: pass}", {"authentication": "something new"}, False),
    ("{thread: [ours, ticket]}", {"thread": "ticket"}, True),
]


@pytest.mark.parametrize(("when", "more", "expected"), HOLDS)
def test_what_a_condition_says(when: str, more: dict[str, Any], expected: bool) -> None:
    node = read_document(f"when: {when}").entries["when"]
    condition = ConditionReader({}, knows_outcome=False).read(node, "when")
    assert condition.holds(View(replace(MAIL, **more))) is expected


PATTERNS = "patterns:\n  number: '\\bno\\. ?[0-9]{4}\\b'\n  greedy: '(a+)+$'\n"
MATCHES = rules(
    rule("{text: {matches: number}}", id="number", given="{text: See NO. 1234!}"),
    rule("{text: {matches: greedy}}", id="greedy", given="{text: banana a}"),
    patterns=PATTERNS,
)


def _give(place: str) -> str:
    facts = {"sender_domain": "{sender: x@a.ee, subject: x}", "sender": "{sender: e@a.xx}"}
    return facts.get(place, f"{{{place}: e, sender: x@a.xx}}")


PLACES = ("subject", "text", "sender_domain", "sender", "sender_name", "attachment", "header X-Note")
EVERY_PLACE = load(
    rules(
        *(
            rule(f"{{{place}: {{contains: e}}}}", id=f"r{number}", given=_give(place))
            for number, place in enumerate(PLACES)
        ),
        rule(
            "{any: [{subject: {matches: vowel}}, {header X-Note: {matches: vowel}}]}",
            id="vowel",
            given="{subject: a, sender: x@a.xx}",
        ),
        patterns="patterns:\n  vowel: '[aiou]'\n",
    )
)


def test_patterns_make_no_difference_between_small_and_capital_letters() -> None:
    loaded = load(MATCHES)
    assert decide(replace(MAIL, text="it is No.\t4711"), loaded).rule == ""
    assert decide(replace(MAIL, text="it is\nNo. 4711"), loaded).rule == "number"


def test_a_hostile_mail_takes_no_longer() -> None:
    loaded = load(MATCHES)
    for text in (
        "a" * LOOKED_AT + "!",
        "no. " * LOOKED_AT,
        "\ufdfa" * LOOKED_AT,
        "\u0344" * LOOKED_AT,
        "ß’\u00ad" * LOOKED_AT,
    ):
        start = time.process_time()
        assert decide(replace(MAIL, text=text, subject=text), loaded).fault is None
        assert time.process_time() - start < 2


def test_what_stands_beyond_the_limit_is_not_looked_at() -> None:
    far = load(rules(rule("{text: {contains: parcel}}", given="{text: parcel}")))
    assert decide(replace(MAIL, text="x" * (LOOKED_AT - 6) + "parcel"), far).rule == "one"
    assert decide(replace(MAIL, text="x" * LOOKED_AT + "parcel"), far).rule == ""


@given(st.text(st.characters(), max_size=60), st.lists(st.text(st.characters(), max_size=20), max_size=3))
def test_no_text_breaks_a_rule(text: str, names: list[str]) -> None:
    headers = tuple(("x-note", name) for name in names)
    facts = replace(
        MAIL, subject=text, text=text, sender=text, sender_name=text, headers=headers, attachments=tuple(names)
    )
    decided = decide(facts, EVERY_PLACE)
    assert decided.fault is None
    assert decided == decide_plainly(facts, EVERY_PLACE)
