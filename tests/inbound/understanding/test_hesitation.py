"""What takes certainty away, in four languages, and what does not."""

import re
import time
from importlib import resources

import pytest
import yaml

from inbound.understanding.hesitation import (
    announces_more,
    is_hesitant,
    is_refused_in,
    is_taken_back,
    load_patterns,
    merely_inquires,
)
from inbound.understanding.languages import LANGUAGES

UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d+,\}")


@pytest.mark.parametrize(
    "text",
    [
        "Jane Roe wants to be called Jane Poe. Should we change it?",
        "Please undo the change of her name.",
        "Please unlock everybody except Tim.",
        "She asks for another name, but we do not agree.",
        "Wait, not yet: leave her name as it is.",
        "Who asked you to rename her?",
        "She gave her badge to Paula Roe, please put that name on it.",
        "The badge should be transferred to her sister.",
        "Please put Tom Roe on it instead of her.",
        "Sollen wir den Namen ändern?",
        "Halt, noch nicht ändern!",
        "Wer hat die Änderung veranlasst? Wir kennen ihn nicht.",
        "Devons-nous changer son nom ?",
        "Attendez, pas encore.",
        "¿Debemos cambiar su nombre?",
        "Todos menos Ana.",
    ],
)
def test_who_hesitates_is_heard(text: str) -> None:
    assert is_hesitant(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Could you please change the name of Jane Roe to Jane Poe? She has married.",
        "Please correct her name; it was misspelt on her badge.",
        "Bitte ändern Sie den Namen von Jana Roe in Jana Poe. Vielen Dank!",
        "Merci de corriger le nom de Jeanne Roe : elle s’appelle Jeanne Poe.",
        "Por favor, cambien el nombre de Juana Roe por Juana Poe.",
    ],
)
def test_a_plain_request_is_left_alone(text: str) -> None:
    assert not is_hesitant(text)


@pytest.mark.parametrize(
    "text", ["This is a test.", "Sorry, forget it.", "Testmail", "Laissez tomber.", "Olviden esto."]
)
def test_what_takes_back_any_wish(text: str) -> None:
    assert is_taken_back(text)


@pytest.mark.parametrize(
    "text", ["Was a link sent to Jane?", "Wann wurde die Mail verschickt?", "¿Ya le enviaron otra?"]
)
def test_who_only_inquires(text: str) -> None:
    assert merely_inquires(text)


def test_what_announces_a_second_wish() -> None:
    assert announces_more("One more thing: her name.")
    assert not announces_more("Please change one letter of her name.")


def test_a_question_takes_back_nothing() -> None:
    assert not is_taken_back("Should we change her name?")


@pytest.mark.parametrize("name", ["hesitation", "retraction", "second_wish", "inquiry", "later"])
def test_every_language_has_words_and_no_repeat_is_unbounded(name: str) -> None:
    source = resources.files("inbound.understanding").joinpath(f"{name}.yaml").read_text("utf-8")
    listed = yaml.safe_load(source)
    assert set(listed) == set(LANGUAGES) == set(load_patterns(name))
    assert [each for patterns in listed.values() for each in patterns if UNBOUNDED.search(each)] == []


@pytest.mark.parametrize(
    "repeated",
    [
        "sollen wir a b ",
        "let me ",
        "but we ",
        "haben sie a b c ",
        "x",
        "should we ",
        "was a ",
        "is a locked ",
        "tell me if a ",
        "a-t-il ",
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(repeated: str) -> None:
    began = time.process_time()
    for each in (is_hesitant, announces_more, merely_inquires):
        each(repeated * 40_000)
    assert time.process_time() - began < 1.0


def test_a_refusal_beside_a_name_is_seen_below_the_head_alone() -> None:
    head = ("No", "Name", "approved")
    assert is_refused_in([head, ("1", "Jane Roe", "yes"), ("2", "Tim Roe", "No")])
    assert is_refused_in([head, ("1", "Jane Roe", "keep locked")])
    assert not is_refused_in([head, ("1", "Jane Roe", "yes"), ("2", "Noah Roe", "yes")])
