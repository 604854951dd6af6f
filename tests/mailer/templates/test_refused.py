"""Every file in tests/data/templates/refused is a template that must be refused, with the place and the reason."""

from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.faults import PublishFault
from mailer.templates.publishing import publish

TEMPLATES = Path(__file__).resolve().parents[2] / "data" / "templates"
CASES = sorted((TEMPLATES / "refused").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_refused_with_place_and_reason(case: Path, constants: Constants) -> None:
    expected, _, rest = case.read_text(encoding="utf-8").partition("\n=== ")
    name, _, source = rest.partition("\n")
    place, _, reason = expected.partition(": ")
    loader = ChoiceLoader([DictLoader({name: source}), FileSystemLoader(TEMPLATES / "sound")])

    fault = publish("issuance", constants, TemplateSources(loader))

    assert isinstance(fault, PublishFault)
    assert f"{fault.template}:{fault.line}" == place
    assert reason in fault.reason


def test_there_are_cases() -> None:
    assert len(CASES) > 40
