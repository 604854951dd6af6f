"""Rules files that must not be loaded: each `broken/NN-name.yaml` with what is said about it beside it.

After a change of words: `pytest tests/inbound/rules/test_broken.py --update-golden`, and read what became of them.
"""

from pathlib import Path

import pytest

from inbound.rules.document import FILE_LIMIT
from inbound.rules.faults import Refused
from inbound.rules.loading import load_rules

CASES = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_it_is_refused_with_line_and_key_and_what_to_do(case: Path, update_golden: bool) -> None:
    refused = load_rules(case.read_bytes())
    assert isinstance(refused, Refused)
    said = "".join(f"{fault}\n" for fault in refused.faults)
    golden = case.with_suffix(".error.txt")
    if update_golden:
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


def test_every_message_belongs_to_a_file() -> None:
    folder = Path(__file__).parent / "broken"
    assert {path.name for path in folder.iterdir()} == {
        name for case in CASES for name in (case.name, case.with_suffix(".error.txt").name)
    }


def test_a_file_beyond_the_limit_is_not_even_read() -> None:
    refused = load_rules(b"#" * (FILE_LIMIT + 1))
    assert isinstance(refused, Refused)
    assert "are the most" in refused.faults[0].message


def test_a_file_of_nothing_but_openings_costs_nothing() -> None:
    assert isinstance(load_rules("[" * 1_000_000), Refused)
    assert isinstance(load_rules("{a: " * 100_000), Refused)
    assert isinstance(load_rules("- " * 100_000), Refused)
