"""Schemathesis against the running service: whatever the document allows and forbids. `make fuzz-api` takes longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk.access.rates import Rate
from tests.web.api.callers import connect
from tests.web.house import House
from web.api.gate import Gate

SECONDS = int(os.environ.get("BADGEPOST_FUZZ_SECONDS", "10"))
NO_LIMIT = Rate(most=10**9, seconds=60)


@pytest.mark.timeout(SECONDS + 200)
def test_schemathesis_finds_nothing(house: House, tmp_path: Path) -> None:
    machine = connect(house)
    house.pages.app.state.gate = Gate(NO_LIMIT)
    command = [Path(sys.executable).with_name("st"), "run", f"{house.base_url}/api/v1/openapi.json"]
    command += ["--header", f"Authorization: Bearer {machine.token}", "--checks", "all", "--max-time", str(SECONDS)]
    if os.environ.get("CI"):
        command += ["--seed", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert "Tested: 5" in done.stdout, "it has seen the operations"
