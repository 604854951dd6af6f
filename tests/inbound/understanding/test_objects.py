"""What is to be unlocked, in four languages: accounts and people, or something else."""

import time
from importlib import resources

import pytest
import yaml

from inbound.understanding.languages import LANGUAGES
from inbound.understanding.objects import unlocks_something_else
from tests.inbound.understanding.test_hesitation import UNBOUNDED


@pytest.mark.parametrize(
    "text",
    [
        "Please unlock the meeting room for Jane Roe.",
        "Please unlock Jane Roe's bicycle.",
        "The gate is locked. Please unlock it for Jane Roe.",
        "PLEASE UNLOCK THE DOOR FOR JANE ROE",
        "Por favor, desbloqueen la sala para Juana Roe.",
        "Veuillez débloquer le téléphone de Jeanne Roe.",
        "Bitte schalten Sie den Raum für Jana Roe frei.",
        "Bitte das Handy von Jana Roe entsperren.",
    ],
)
def test_a_thing_is_told(text: str) -> None:
    assert unlocks_something_else(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please unlock Jane Roe.",
        "Please unlock the account of Jane Roe.",
        "Unlock jane@roe.example, she's got an exam at two.",
        "Please unlock our student Jane Roe for the exam in the big room.",
        "Her account is locked. Please unlock it.",
        "Por favor, desbloqueen la cuenta de Juana Roe.",
        "Veuillez débloquer l'accès de Jeanne Roe.",
        "Bitte schalten Sie das Konto von Jana Roe frei.",
        "Bitte entsperren Sie Jana Roe.",
    ],
)
def test_accounts_and_people_are_none(text: str) -> None:
    assert not unlocks_something_else(text)


def test_every_language_has_words_and_no_repeat_is_unbounded() -> None:
    listed = yaml.safe_load(resources.files("inbound.understanding").joinpath("objects.yaml").read_text("utf-8"))
    assert set(listed) == set(LANGUAGES)
    patterns = [each for language in listed.values() for each in (*language["said"], language["known"])]
    assert [each for each in patterns if UNBOUNDED.search(each)] == []


@pytest.mark.parametrize(
    "repeated", ["unlock the ", "the a is ", "den Raum ", "a's ", "unlock a a a a a ", "le a est "]
)
def test_hostile_text_takes_no_longer_than_its_length(repeated: str) -> None:
    began = time.process_time()
    unlocks_something_else(repeated * 40_000)
    assert time.process_time() - began < 1.0
