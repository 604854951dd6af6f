"""The shared labelled mails, judged by `badgepost inbound explain --json` and scored by the shared scorer."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.badgepost.conftest import Ran, Terminal

LEAST = {"role": 0.98, "outcome": 0.98}
BORDER = "mx.badgepost.example"


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Ran:
    terminal = Terminal(tmp_path_factory.mktemp("examples"))
    assert terminal.run("import", str(shared / "examples" / "world.json")).status == 0
    return terminal.run(
        "inbound", "explain", "--json", str(shared / "examples" / "support-mail"), BADGEPOST_AUTHSERV_ID=BORDER
    )


def test_roles_and_outcomes_are_as_labelled_and_none_is_harmful(explained: Ran, shared: Path) -> None:
    assert explained.status == 0, explained.err
    scored = subprocess.run(
        [
            sys.executable,
            shared / "tools" / "score_support_mail.py",
            shared / "examples" / "support-mail" / "labels.jsonl",
        ],
        input=explained.out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert scored.returncode == 0, scored.stdout
    shares = {key: float(share) / 100 for key, share in re.findall(r"(\w+) \d+/\d+ \(([\d.]+)%\)", scored.stdout)}
    assert all(shares[key] >= least for key, least in LEAST.items()), scored.stdout


def test_explaining_changes_nothing(tmp_path: Path, shared: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("import", str(shared / "examples" / "world.json"))
    before = terminal.dump()
    terminal.run("inbound", "explain", str(shared / "examples" / "support-mail"), BADGEPOST_AUTHSERV_ID=BORDER)
    assert terminal.dump() == before


def test_each_line_tells_all_that_is_promised(explained: Ran) -> None:
    told = [json.loads(line) for line in explained.out.splitlines()]
    keys = {"file", "role", "intent", "outcome", "earners", "new_name", "changes", "rule", "reason", "authentication"}
    assert all(set(one) == keys | {"report"} for one in told)
    reports = [one["report"] for one in told if one["outcome"] == "bounce"]
    assert all(set(report) == {"final_recipient", "hard", "reason", "message"} for report in reports)
    assert len(reports) == 3
    assert all((one["role"] is None) == (one["outcome"] in ("bounce", "drop")) for one in told)
