"""docs/doctor.md names every check and option there is, and which of them keep a batch."""

import re
from pathlib import Path

import typer

from badgepost.cli.doctor import app
from badgepost.doctor.checks import CHECKS
from badgepost.doctor.gate import ALWAYS, FILE, FOR_MANY, KEPT, MANY

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "doctor.md").read_text(encoding="utf-8")


def test_every_check_stands_in_its_group_and_no_other() -> None:
    told: dict[str, list[str]] = {}
    for title, section in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL):
        if names := re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE):
            told[title] = names
    groups = dict.fromkeys(check.group for check in CHECKS.values())
    assert told == {group: [name for name, one in CHECKS.items() if one.group == group] for group in groups}


def test_every_option_is_explained() -> None:
    options = {option for parameter in typer.main.get_command(app).params for option in parameter.opts}
    ours = {option for option in options if not option.endswith("-completion")} - {"--strict"}
    assert {option for option in ours if f"| `{option}" not in TEXT} == set()


def test_what_keeps_a_batch_is_told() -> None:
    [told] = re.findall(r"refuse if (.*?) fails, and for\n([\d,]+) mails or more also if (.*?) does\.", TEXT, re.DOTALL)
    assert re.findall(r"`([a-z-]+)`", told[0]) == list(ALWAYS)
    assert re.findall(r"`([a-z-]+)`", told[2]) == list(FOR_MANY)
    assert told[1] == f"{MANY:,}"
    assert (f"data_dir/{FILE}" in TEXT, KEPT.total_seconds()) == (True, 600)
