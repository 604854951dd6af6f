"""What a mail asks for: every labelled mail, and what no mail may do to the telling of it."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.words import Intent
from inbound.understanding.telling import tell_wish
from inbound.understanding.wish import Confidence, Wish, Written
from tests.inbound.understanding.labelled import read_examples, read_support_mails, read_tables

TABLES = list(read_tables())
PIECES = (
    'unlock account change name please not password " ( ) , . ? ! \n - -> @ a@b.example Müller é 1. schalten Sie frei '
    "don't l'adresse no me llega ne pas wenn if thanks \ue000 0 \ue001 « » „ “ : ; http://x.example"
)
WORDS = st.sampled_from(PIECES.split(" "))


@pytest.mark.parametrize("part", range(4))
def test_tables(part: int) -> None:
    """Some 1,400 mails: in few tests, since a test of its own costs more than most of them."""
    mistakes = {mail.name: mail.find_mistakes() for mail in TABLES[part::4]}
    assert {name: found for name, found in mistakes.items() if found} == {}


def test_examples(shared: Path) -> None:
    mails = list(read_examples(shared))
    wrong = [mail.name for mail in mails if mail.tell().intent is not mail.intent]
    assert len(wrong) <= 0.02 * len(mails), wrong


def test_our_support_mails() -> None:
    mails = list(read_support_mails())
    wrong = [mail.name for mail in mails if mail.tell().intent is not mail.intent]
    assert len(wrong) <= 0.1 * len(mails), wrong


def test_record_is_changed_only_on_what_is_sure() -> None:
    """What is told to change a record although the mail asks for something else must at least be doubted."""
    acts = {Intent.NAME_CHANGE, Intent.UNLOCK, Intent.PASSWORD_RESET, Intent.RESEND}
    mails = [mail for mail in [*read_support_mails(), *TABLES] if mail.intent is Intent.OTHER]
    wishes = [(mail.name, mail.tell()) for mail in mails]
    wrong = [name for name, wish in wishes if wish.intent in acts and wish.confidence is Confidence.SURE]
    assert len(wrong) <= 0.04 * len(mails), wrong


@given(st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=8).map(" ".join))
def test_anything_that_is_written(text: str, subject: str) -> None:
    wish = tell_wish(Written(subject, text, quoted=text))
    assert wish.language in {"en", "es", "fr", "de"}
    assert all("\n" not in words and len(words) <= 200 for words in wish.because)


@given(st.text(max_size=400), st.text(max_size=80))
def test_any_text(text: str, subject: str) -> None:
    assert isinstance(tell_wish(Written(subject, text)), Wish)


HOSTILE = (
    '"', "«", "'", " '", "a.", "a@", "@", "<", "(", ". ", "\n", "- \n", "x", "x" * 50 + " ", "unlock account ", "not ",
    "put put ", "and change ", "and ", ", unlock", "to Aa ", "Aa ", "A. ", "Aa-", "a: b\n", "schalten ", "?", "! ",
    "->", "http://", "please send it again to a@b.example. ",
    "\ue000", "é", "don't ", "can you not open the page ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_text_takes_no_longer_than_it_is_long(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    start = time.process_time()
    tell_wish(Written(text, text, quoted=text))
    assert time.process_time() - start < 3


def test_empty_mail() -> None:
    wish = tell_wish(Written("", ""))
    assert (wish.intent, wish.confidence, wish.asked) == (Intent.OTHER, Confidence.UNSURE, ())


def test_the_words_that_tell_are_the_writers() -> None:
    wish = tell_wish(Written("", 'Hello,\n\nthe page says "account\nlocked" for tim@post.example. Why?'))
    assert wish.because == ('the page says "account locked" for tim@post.example',)


def test_the_language_of_the_text_outweighs_the_subject() -> None:
    assert (
        tell_wish(Written("Re: You have been issued a digital badge", "Wie komme ich an mein Badge?")).language == "de"
    )


def test_below_an_answer_may_stand_our_own_words() -> None:
    quoted = "> My account is locked, please unlock it."
    assert tell_wish(Written("Fwd: account", "Please do this.", quoted)).confidence is Confidence.SURE
    assert tell_wish(Written("Re: account", "Please do this.", quoted)).confidence is Confidence.LIKELY


def test_what_stands_below_may_be_put_off_or_taken_back() -> None:
    own, asks = "Please do as she asks below.", "My account is locked, please unlock it"
    assert not tell_wish(Written("Fwd: account", own, f"{asks}.")).is_deferred
    assert tell_wish(Written("Fwd: account", own, f"Once I have paid, {asks}.")).is_deferred
    assert tell_wish(Written("Fwd: account", own, f"{asks}. This is a test.")).confidence is not Confidence.SURE


def test_subject_of_an_old_thread_asks_nothing() -> None:
    assert tell_wish(Written("Re: name change", "Hello, are you there?")).intent is Intent.OTHER
    assert tell_wish(Written("name change", "")).intent is Intent.NAME_CHANGE
