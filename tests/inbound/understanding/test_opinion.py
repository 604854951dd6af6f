"""The learned opinion: right about mails that it was not taught, harmless about everything."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.words import Intent
from inbound.reading.reader import read_mail
from inbound.understanding.opinion import Opinion, list_features, load_model
from inbound.understanding.settling import settle_wish
from inbound.understanding.wish import Confidence, Wish

TAUGHT_NOTHING_OF = 0.8
"""The share of the shared examples, none of which it was taught, that it must be right about."""


def test_it_is_right_about_most_mails_that_it_never_saw(shared: Path) -> None:
    folder = shared / "examples" / "support-mail"
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]
    asked = [label for label in labels if label["intent"]]
    right = 0
    for label in asked:
        reading = read_mail((folder / label["file"]).read_bytes(), None)
        opinion = load_model().judge(f"{reading.subject}\n{reading.sections.new_text}")
        right += opinion is not None and opinion.intent == label["intent"]
    assert right / len(asked) >= TAUGHT_NOTHING_OF


def test_the_shipped_model_knows_every_intent_and_nobody_s_address() -> None:
    model = load_model()
    assert set(model.intents) == set(Intent)
    assert not any("@" in feature or "://" in feature for feature in model.weights)


@given(st.text(max_size=300))
def test_any_text_has_an_opinion_or_none(text: str) -> None:
    opinion = load_model().judge(text)
    assert opinion is None or sum(opinion.every.values()) == pytest.approx(1)


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert sum(1 for _ in list_features("name " * 1_000_000)) < 20_000
    assert sum(1 for _ in list_features("a" * 1_000_000)) < 20_000


def _wish(intent: Intent, confidence: Confidence, *asked: Intent) -> Wish:
    return Wish(intent, confidence, asked or (intent,), (), "en")


def _opinion(intent: Intent, probability: float, **others: float) -> Opinion:
    every = dict.fromkeys(Intent, 0.001) | {Intent(name): value for name, value in others.items()}
    return Opinion(intent, probability, {**every, intent: probability})


CASES = {
    "agreement changes nothing": (
        _wish(Intent.UNLOCK, Confidence.LIKELY),
        _opinion(Intent.UNLOCK, 0.99),
        (Intent.UNLOCK, Confidence.LIKELY),
    ),
    "it puts forward what the words do not tell, and is never sure": (
        _wish(Intent.OTHER, Confidence.UNSURE),
        _opinion(Intent.NAME_CHANGE, 0.99),
        (Intent.NAME_CHANGE, Confidence.GUESSED),
    ),
    "it says nothing where it knows little": (
        _wish(Intent.OTHER, Confidence.UNSURE),
        _opinion(Intent.NAME_CHANGE, 0.2),
        (Intent.OTHER, Confidence.UNSURE),
    ),
    "the words lead": (
        _wish(Intent.UNLOCK, Confidence.SURE),
        _opinion(Intent.PASSWORD_RESET, 0.6, unlock=0.2),
        (Intent.UNLOCK, Confidence.SURE),
    ),
    "what it hardly believes is not sure": (
        _wish(Intent.REVOKE, Confidence.SURE),
        _opinion(Intent.ABUSE, 0.25, revoke=0.04),
        (Intent.REVOKE, Confidence.GUESSED),
    ),
    "what it does not believe at all is another thing": (
        _wish(Intent.UNLOCK, Confidence.SURE),
        _opinion(Intent.ABUSE, 0.7, unlock=0.01),
        (Intent.ABUSE, Confidence.GUESSED),
    ),
    "two changes stay a person's": (
        _wish(Intent.OTHER, Confidence.SURE, Intent.NAME_CHANGE, Intent.EMAIL_CHANGE),
        _opinion(Intent.NAME_CHANGE, 0.7, email_change=0.2),
        (Intent.OTHER, Confidence.SURE),
    ),
    "and if it may be two": (
        _wish(Intent.OTHER, Confidence.SURE, Intent.NAME_CHANGE, Intent.EMAIL_CHANGE),
        _opinion(Intent.NAME_CHANGE, 0.7, other=0.2),
        (Intent.OTHER, Confidence.SURE),
    ),
    "one of two that cannot be is left out": (
        _wish(Intent.OTHER, Confidence.SURE, Intent.UNLOCK, Intent.EMAIL_CHANGE),
        _opinion(Intent.UNLOCK, 0.8, email_change=0.01),
        (Intent.UNLOCK, Confidence.SURE),
    ),
    "but not on the model's word alone": (
        _wish(Intent.OTHER, Confidence.SURE, Intent.UNLOCK, Intent.EMAIL_CHANGE),
        _opinion(Intent.RESEND, 0.8, unlock=0.1, email_change=0.01),
        (Intent.OTHER, Confidence.SURE),
    ),
}


@pytest.mark.parametrize(("wish", "opinion", "settled"), CASES.values(), ids=CASES.keys())
def test_what_both_come_to(wish: Wish, opinion: Opinion, settled: tuple[Intent, Confidence]) -> None:
    result = settle_wish(wish, opinion)
    assert (result.intent, result.confidence) == settled
    assert result.guess is opinion.intent


@pytest.mark.parametrize("intent", list(Intent))
@pytest.mark.parametrize("confidence", list(Confidence))
def test_it_never_makes_anything_sure(intent: Intent, confidence: Confidence) -> None:
    for other in Intent:
        settled = settle_wish(_wish(intent, confidence), _opinion(other, 0.999))
        assert settled.confidence is not Confidence.SURE or (settled.intent is intent and confidence is Confidence.SURE)
