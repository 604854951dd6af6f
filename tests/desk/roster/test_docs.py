"""docs/rosters.md against the code: each column name, each language, each reason."""

import json
import re
from pathlib import Path

import pytest

from desk.roster.columns import SYNONYMS, WEAK_SYNONYMS
from desk.roster.languages import NAMES

ROOT = Path(__file__).parents[3]
DOC = (ROOT / "docs/rosters.md").read_text(encoding="utf-8")
SPANS = set(re.findall(r"`([^`]+)`", DOC))
REASONS = [re.compile(re.escape(span).replace("…", ".*")) for span in SPANS if " " in span]
SPAN_OF_LINES = re.compile(r" \(lines \d+ to \d+ are one row\)")
EXPECTED = sorted((ROOT / "tests/data/rosters").glob("*.expect.json"))


def list_reasons(path: Path) -> list[str]:
    told = json.loads(path.read_text(encoding="utf-8"))
    if "refused" in told:
        return [told["refused"]]
    bad = [row for row in told["rows"] if re.match(r"\d+: (row|address|name|issued_on|expires_on|language) ", row)]
    return [SPAN_OF_LINES.sub("", re.sub(r" \[.*\]$", "", row).split(" ", 2)[2]) for row in bad]


@pytest.mark.parametrize("names", [*SYNONYMS.values(), *WEAK_SYNONYMS.values(), *NAMES.values()])
def test_every_name_is_listed(names: tuple[str, ...]) -> None:
    assert set(names) <= SPANS


@pytest.mark.parametrize("path", EXPECTED, ids=[path.name for path in EXPECTED])
def test_every_reason_is_explained(path: Path) -> None:
    for reason in list_reasons(path):
        assert any(pattern.fullmatch(reason) for pattern in REASONS), reason
