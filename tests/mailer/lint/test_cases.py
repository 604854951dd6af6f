"""Each HTML file in tests/data/lint, as part of a mail that is sound otherwise, has just the findings beside it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.lint.findings import CODES
from mailer.lint.linting import lint_mail
from mailer.lint.mail import RenderedMail

CASES = sorted((Path(__file__).parents[2] / "data" / "lint").glob("*.html"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_case_has_just_its_findings(case: Path, make_mail: Callable[..., RenderedMail], update_golden: bool) -> None:
    findings = lint_mail(make_mail(case.read_text(encoding="utf-8")))
    found = [{"code": one.code, "message": one.message, "where": one.where} for one in findings]
    expected = case.with_suffix(".expect.json")
    if update_golden:
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_the_cases_come_with_both_files() -> None:
    assert {case.with_suffix(".expect.json") for case in CASES} == set(CASES[0].parent.glob("*.expect.json"))


def test_every_code_is_explained_in_the_docs() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "lint.md").read_text(encoding="utf-8")
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip()
        for line in docs.splitlines()
        if line.startswith("| `")
    }
    assert rows == {code: str(level) for code, level in CODES.items()}
