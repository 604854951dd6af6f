"""docs/security.md names tests that there are, and at least one for each way in."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_ROW = re.compile(r"^\| (?!threat |---)(.+) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)
WAYS_IN = (
    "Mail that comes in",
    "Reports",
    "Links in mails",
    "Web pages",
    "Console",
    "API",
    "Webhooks out",
    "Rosters",
    "Templates and branding",
    "Images",
    "Mail that goes out",
    "Backups",
    "Logs and metrics",
    "Keys",
    "Dependencies and packaging",
    "Overload",
)


@cache
def list_tests(path: str) -> frozenset[str]:
    """Return the tests of a file, also those in classes."""
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_"))


def read_section(title: str) -> str:
    begin = PAGE.index(f"\n## {title}\n")
    return PAGE[begin : PAGE.index("\n## ", begin + 1)]


def test_every_test_that_is_named_is_there() -> None:
    named = _NAMED.findall(PAGE)
    assert len(named) > 100
    assert [
        f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in list_tests(path)
    ] == []


@pytest.mark.parametrize("way", WAYS_IN)
def test_every_threat_of_every_way_in_has_one(way: str) -> None:
    rows = _ROW.findall(read_section(way))
    assert rows
    assert [threat for threat, *_, shown in rows if not _NAMED.search(shown)] == []


def test_every_section_with_threats_is_a_way_in() -> None:
    sections = re.findall(r"^## (.+)\n(?:(?!## ).*\n)*?\| threat \|", PAGE, re.MULTILINE)
    assert tuple(sections) == WAYS_IN
