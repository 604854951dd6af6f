"""The peer of the rules' figure gets the same rules: a comparison of two different tasks would say nothing."""

import random
import re
import tempfile
from pathlib import Path

import pytest

from bench.figures.ruling import InventedWords, write_mail, write_sieve
from bench.peers.sieve import Sieve
from inbound.rules.view import View


@pytest.mark.needs("sieve-test", "sievec")
def test_sieve_test_comes_to_the_same() -> None:
    # Not in pytest's folder, which only its owner may enter: sieve-test becomes nobody.
    with tempfile.TemporaryDirectory(prefix="badgepost-sieve-") as folder:
        _compare(Path(folder))


def _compare(folder: Path) -> None:
    words = InventedWords(random.Random(1), share=0.8)
    facts = words.make_facts()
    conditions = [words.make_condition() for _ in range(5_000)]
    script = [write_sieve(condition, f"r{number}") for number, condition in enumerate(conditions)]
    told = set(re.findall(r"\br([0-9]+)\b", Sieve(folder, script, write_mail(facts)).tell()))
    view = View(facts)
    expected = {str(number) for number, condition in enumerate(conditions) if condition.holds(view)}
    assert len(expected) > 20
    assert told == expected
