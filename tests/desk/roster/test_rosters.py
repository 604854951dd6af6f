"""Every roster in tests/data/rosters against its .expect.json (`--update-golden` writes them anew)."""

import io
import json
from datetime import date
from pathlib import Path

import pytest

from desk.roster.reading import Roster, RosterFault, read_roster
from desk.roster.rows import Bad, Repeated, RosterLine, Row

TODAY = date(2026, 11, 23)
FOLDER = Path(__file__).parents[2] / "data/rosters"
CASES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json" and not path.name.startswith("."))


def tell_line(line: RosterLine) -> str:
    match line:
        case Row():
            extras = [str(extra) for extra in (line.issued_on, line.expires_on, line.language)]
            extras += [extra for extra in (line.evidence_url, line.narrative) if extra]
            return " | ".join([f"{line.line}: {line.address}", line.name, *extras])
        case Bad():
            return f"{line.line}: {line.field} {line.reason}" + (f" [{line.value}]" if line.value else "")
        case Repeated():
            return f"{line.line}: repeats {line.first_line}"


def tell_roster(roster: Roster | RosterFault) -> dict[str, object]:
    if isinstance(roster, RosterFault):
        return {"refused": roster.reason}
    rows = [tell_line(line) for line in roster.rows()]
    return {
        "columns": roster.columns,
        "ignored_columns": list(roster.ignored_columns),
        "encoding": roster.encoding,
        "delimiter": roster.delimiter,
        "blank_lines": roster.blank_lines,
        "rows": rows,
    }


@pytest.mark.parametrize("path", CASES, ids=[path.name for path in CASES])
def test_a_roster_is_read_as_expected(path: Path, update_golden: bool) -> None:
    told = tell_roster(read_roster(io.BytesIO(path.read_bytes()), path.name, TODAY))
    expected = path.parent / f"{path.name}.expect.json"
    if update_golden:
        expected.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert told == json.loads(expected.read_text(encoding="utf-8"))


def test_there_is_no_expectation_without_a_roster() -> None:
    expected = {path.name.removesuffix(".expect.json") for path in FOLDER.glob("*.expect.json")}
    assert expected == {path.name for path in CASES}
