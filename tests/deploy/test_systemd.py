"""The units of deploy/systemd: systemd takes them, they are tight, start what there is, and it works under them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from badgepost import listening, serving
from badgepost.cli.commands import SECTIONS
from badgepost.settings import Settings
from mailer.queue.leases import DEAD_AFTER
from tests.deploy.confinement import read_directives

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
SANDBOX = UNITS / "badgepost-.service.d" / "sandbox.conf"
SERVICES = sorted(file.name for file in UNITS.glob("*.service"))
COMMANDS = {name for section in SECTIONS.values() for name in section}
MOST_EXPOSURE = "1.5"
"""Of 10, as `systemd-analyze security` counts it; 0.2 of it is that addresses are not restricted here."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine's root with the units and the program in their places."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(UNITS, root / "etc/systemd/system")
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    (root / "lib").symlink_to("usr/lib")
    program = root / "opt/badgepost/bin/badgepost"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    return root


def _name_instance(unit: str) -> str:
    return unit.replace("@.", "@1.")


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.defpath},
    )


@pytest.mark.needs("systemd-analyze")
def test_systemd_takes_them(root: Path) -> None:
    units = [_name_instance(file.name) for file in UNITS.iterdir() if file.suffix in {".service", ".target", ".timer"}]
    verified = _analyze("verify", f"--root={root}", "--man=no", *units)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


@pytest.mark.needs("systemd-analyze")
def test_they_are_tight(root: Path) -> None:
    told = [_analyze("security", "--offline=yes", f"--root={root}", _name_instance(unit)) for unit in SERVICES]
    levels = [re.search(r"exposure level for (\S+): ([0-9.]+)", each.stdout) for each in told]
    assert all(level and float(level[2]) <= float(MOST_EXPOSURE) for level in levels), levels


@pytest.mark.parametrize("unit", SERVICES)
def test_they_start_what_there_is(unit: str) -> None:
    for command in read_directives(UNITS / unit)["ExecStart"]:
        program, name, *_ = command.split()
        assert program == "/opt/badgepost/bin/badgepost"
        assert name in COMMANDS


@pytest.mark.parametrize("unit", SERVICES)
def test_they_set_what_can_be_set(unit: str) -> None:
    lines = [*read_directives(SANDBOX).get("Environment", []), *read_directives(UNITS / unit).get("Environment", [])]
    variables = dict(line.split("=", 1) for line in lines)
    del variables["BADGEPOST_CONFIG"]
    with patch.dict(os.environ, variables):
        settings = Settings()
    assert settings.data_dir == Path("/var/lib/badgepost")
    if unit == "badgepost-web.service":
        others = (settings.listener.enabled, settings.workers, settings.processors, settings.hook_senders)
        assert others == (False, 0, 0, 0)


@pytest.mark.parametrize("unit", [unit for unit in SERVICES if read_directives(UNITS / unit)["Type"] != ["oneshot"]])
def test_they_give_time_to_end_and_start_again(unit: str) -> None:
    directives = read_directives(UNITS / unit)
    longest = max(serving.DRAIN_SECONDS, listening.DRAIN_SECONDS, DEAD_AFTER.total_seconds())
    assert float(directives["TimeoutStopSec"][0]) > longest
    assert directives["Restart"] == ["always"]


@pytest.mark.parametrize("unit", ["badgepost-all.service", "badgepost-web.service", "badgepost-processor@.service"])
def test_a_mail_that_takes_all_memory_ends_its_reader_alone(unit: str) -> None:
    assert read_directives(UNITS / unit)["OOMPolicy"] == ["continue"]


@pytest.mark.needs("systemd-analyze")
def test_the_work_is_done_under_the_filter() -> None:
    confined = [sys.executable, "-m", "tests.deploy.confinement", str(SANDBOX)]
    done = subprocess.run(
        [*confined, sys.executable, "-m", "tests.deploy.confined_work"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert all(result.values()), result


@pytest.mark.needs("setpriv")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_commands_are_run_as_the_units_run_them() -> None:
    shipped = (UNITS / "badgepost").read_text()
    tells = 'id -u; umask; echo "$BADGEPOST_CONFIG $BADGEPOST_DATA_DIR"; printf "%s\\n" "$@"'
    replaced = {"/opt/badgepost/bin/badgepost": f"sh -c '{tells}' sh", "id=badgepost": "id=nobody"}
    replaced["--regid=nobody"] = "--regid=nogroup"
    for there, here in replaced.items():
        assert there in shipped
        shipped = shipped.replace(there, here)
    done = subprocess.run(["sh", "-c", shipped, "badgepost", "why", "a b"], capture_output=True, text=True, timeout=60)  # noqa: PLW1510
    assert done.returncode == 0, done.stderr
    user, *others = done.stdout.splitlines()
    assert user != "0"
    assert others == ["0077", "/etc/badgepost/badgepost.toml /var/lib/badgepost", "why", "a b"]
