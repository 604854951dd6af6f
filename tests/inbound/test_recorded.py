"""Decisions as they are recorded: there and back, whatever the facts."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from inbound.authentication.dns import Answer, Answers, Evidence, NoData, NoSuchName, TemporaryFailure
from inbound.facts import Facts
from inbound.reading.reader import read_mail
from inbound.recorded import read_facts, write_evidence, write_facts

WORDS = {"subject": "", "text": "", "full_text": "", "headers": ()}
ANSWERS: list[Answer] = [
    Answers(("v=spf1 -all", "other"), 60),
    NoSuchName(30),
    NoData(),
    TemporaryFailure("Timeout"),
]


@given(st.from_type(Facts), st.floats(0, 1))
def test_facts_come_back_without_the_words(facts: Facts, confidence: float) -> None:
    facts = replace(facts, guess_confidence=confidence)
    assert read_facts(write_facts(facts)) == replace(facts, **WORDS)


def test_the_words_come_back_from_the_mail() -> None:
    reading = read_mail(b"Subject: My name\r\nX-Y: z\r\n\r\nPlease.\r\n\r\n> quoted\r\n")
    facts = read_facts(write_facts(Facts()), reading)
    assert (facts.subject, facts.text) == ("My name", "Please.")
    assert "quoted" in facts.full_text
    assert ("x-y", "z") in facts.headers


def test_what_an_older_program_did_not_know_is_as_it_would_be_without() -> None:
    assert read_facts("{}") == Facts()
    assert read_facts('{"something_of_later": 1}') == Facts()


def test_dns_answers_are_told_with_their_kind() -> None:
    evidence = [Evidence(f"n{number}.example", "TXT", answer) for number, answer in enumerate(ANSWERS)]
    written = json.loads(write_evidence(evidence))
    assert [(each["name"], each["kind"]) for each in written] == [
        ("n0.example", "Answers"),
        ("n1.example", "NoSuchName"),
        ("n2.example", "NoData"),
        ("n3.example", "TemporaryFailure"),
    ]
    assert written[0]["records"] == ["v=spf1 -all", "other"]
