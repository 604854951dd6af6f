"""The words for what people ask: complete in every language, and for every word of the policy."""

from string import Formatter

import pytest

from desk.roster.languages import LANGUAGES
from desk.words import Intent
from inbound.facts import Lack
from mailer.request_words import CHANGES, LACKS, NOT_SAID, WISHES, name_wish, say_changes, say_lacks

WHO = {"name": "Ann Lee", "address": "ann@mail.example"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_word_for_everything(language: str) -> None:
    assert set(WISHES[language]) == set(Intent)
    assert set(LACKS[language]) == set(Lack)
    assert set(WISHES) == set(CHANGES) == set(LACKS) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_names_the_same_in_every_language(language: str) -> None:
    def values(words: dict[str, str]) -> dict[str, set[str]]:
        return {kind: {name for _, name, _, _ in Formatter().parse(said) if name} for kind, said in words.items()}

    assert values(dict(CHANGES[language])) == values(dict(CHANGES["en"]))


def test_a_change_is_said_in_a_line() -> None:
    change = {"kind": "name_change", **WHO, "new_name": "Ann\nMarie {who} Lee"}
    assert say_changes([change], "en") == "Change the name of Ann Lee (ann@mail.example) to Ann Marie {who} Lee"
    assert say_changes([change, {"kind": "unlock", **WHO}], "de").split("\n") == [
        "– Namen ändern: Ann Lee (ann@mail.example) heißt künftig Ann Marie {who} Lee",
        "– Konto entsperren: Ann Lee (ann@mail.example)",
    ]


def test_what_is_not_known_yet_is_left_open() -> None:
    assert say_changes([{"kind": "name_change", "name": "", "address": ""}], "en") == (
        f"Change the name of {NOT_SAID} to {NOT_SAID}"
    )
    assert say_changes([{"kind": "unlock", "address": "ann@mail.example"}], "en") == (
        "Unlock the account of ann@mail.example"
    )


def test_what_is_missing_and_what_is_wished() -> None:
    assert say_lacks(["new_address", "badge"], "en") == "– The new email address\n– Which badge is meant"
    assert name_wish("unlock", "fr") == "déverrouillage d’un compte"
    with pytest.raises(KeyError):
        name_wish("dance", "en")
